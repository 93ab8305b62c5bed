-- What clients of the Perspective-compatible interface say a comment should have scored: an archive to learn
-- from. One row for each text and attribute. Nothing here is shown to anybody or read by a check.
CREATE TABLE suggestion (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  text TEXT NOT NULL,
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  attribute TEXT NOT NULL,
  score_permille BIGINT NOT NULL CHECK (score_permille BETWEEN 0 AND 1000),
  community TEXT NOT NULL, -- the client's name for where it stood; '' if none
  created_at BIGINT NOT NULL
);
CREATE INDEX suggestion_by_site ON suggestion (site_id, id);

-- Bytes of all suggested texts: the archive has a ceiling.
INSERT INTO counter (name, value) VALUES ('suggestion_bytes', 0);
