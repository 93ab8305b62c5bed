-- Notices of illegal content (Article 16 of Regulation (EU) 2022/2065): what somebody reported of exactly the text that
-- was published then, and what came of it. All open notices on a text are settled together.
CREATE TABLE notice (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  revision_id BIGINT NOT NULL,
  text_hash TEXT NOT NULL,
  kind TEXT NOT NULL,           -- a law, as letters name them; 'abuse', 'other'; 'rules': the house's own
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  explanation TEXT NOT NULL,
  name TEXT NOT NULL,           -- of who reported; '' only for 'abuse', or forgotten since
  email TEXT NOT NULL,
  person TEXT NOT NULL,         -- keyed hash of the address: the same person again; '' for nobody
  form_key TEXT NOT NULL,       -- hash of the form's key: the same form sent twice is one notice
  joins BIGINT REFERENCES notice (id), -- the open notice of the same person on the same text; NULL: counts by itself
  created_at BIGINT NOT NULL,
  decided_at BIGINT,
  outcome TEXT NOT NULL CHECK (outcome IN ('', 'removed', 'kept', 'moot')),
  decision_id BIGINT REFERENCES decision (id),
  answer TEXT NOT NULL,         -- what its sender was told, as it was written; '' until then
  UNIQUE (site_id, form_key),
  FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash)
);
CREATE INDEX notice_open ON notice (site_id, revision_id, id) WHERE decided_at IS NULL;
CREATE INDEX notice_decided ON notice (site_id, decided_at, revision_id) WHERE decided_at IS NOT NULL;
CREATE INDEX notice_of_comment ON notice (comment_id, id);
CREATE INDEX notice_of_revision ON notice (revision_id, id);
CREATE INDEX notice_of_decision ON notice (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX notice_personal ON notice (decided_at) WHERE email <> '' AND decided_at IS NOT NULL;
