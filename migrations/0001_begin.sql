-- The first schema. One text for SQLite and PostgreSQL: ids are assigned by the
-- program, times are epoch milliseconds, truth values 0/1, hashes hexadecimal SHA-256.

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('event', 0);

CREATE TABLE site (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  slogan TEXT NOT NULL,
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  base_url TEXT NOT NULL,
  origins TEXT NOT NULL,       -- foreign origins that may embed, separated by spaces
  article_hosts TEXT NOT NULL, -- hosts whose pages may be read for articles, separated by spaces
  created_at BIGINT NOT NULL
);

CREATE TABLE site_notice (
  site_id BIGINT NOT NULL REFERENCES site (id),
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  markdown TEXT NOT NULL,
  PRIMARY KEY (site_id, lang)
);

CREATE TABLE api_key (
  key_hash TEXT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE media (
  hash TEXT PRIMARY KEY,
  content_type TEXT NOT NULL,
  data BLOB NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE article (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  external_id TEXT NOT NULL,
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  kicker TEXT NOT NULL,
  lead TEXT NOT NULL,
  section TEXT NOT NULL,
  author TEXT NOT NULL,
  source TEXT NOT NULL,
  agency TEXT NOT NULL,
  body_html TEXT NOT NULL,
  body_text TEXT NOT NULL,
  image_url TEXT NOT NULL,
  image_alt TEXT NOT NULL,
  image_caption TEXT NOT NULL,
  image_credit TEXT NOT NULL,
  image_width BIGINT NOT NULL,
  image_height BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  hosted BIGINT NOT NULL,      -- 1: shown on pages of ours; 0: stands elsewhere, known from its page
  open BIGINT NOT NULL,        -- 1: takes comments
  content_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (site_id, external_id)
);
CREATE INDEX article_front ON article (site_id, published_at, id) WHERE hosted = 1;

-- A reader's browser. The capability itself is known to the reader alone.
CREATE TABLE author (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  token_hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

CREATE TABLE comment (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  article_id BIGINT NOT NULL REFERENCES article (id),
  parent_id BIGINT REFERENCES comment (id),
  author_id BIGINT NOT NULL REFERENCES author (id),
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX comment_by_author ON comment (author_id, article_id, id);

-- The words. Never updated but for state and version.
CREATE TABLE revision (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  author_id BIGINT NOT NULL REFERENCES author (id),
  ordinal BIGINT NOT NULL,
  text TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('held', 'released', 'rejected', 'returned', 'superseded', 'withdrawn')),
  version BIGINT NOT NULL,
  idempotency_key TEXT NOT NULL, -- of the request that brought it
  created_at BIGINT NOT NULL,
  UNIQUE (comment_id, ordinal),
  UNIQUE (id, text_hash),
  UNIQUE (author_id, idempotency_key)
);
CREATE INDEX revision_queue ON revision (site_id, id) WHERE state = 'held';
CREATE INDEX revision_by_author ON revision (author_id, id);

-- What the engine said of a revision.
CREATE TABLE review (
  id BIGINT PRIMARY KEY,
  revision_id BIGINT NOT NULL REFERENCES revision (id),
  engine TEXT NOT NULL,
  suggestion TEXT NOT NULL CHECK (suggestion IN ('release', 'look', 'reject')),
  findings TEXT NOT NULL, -- JSON: lang, scores, evidence, related
  article_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX review_of_revision ON review (revision_id, id);

CREATE TABLE editor (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL, -- argon2id
  created_at BIGINT NOT NULL
);

CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Append-only and chained: hash covers every column and the hash before it.
CREATE TABLE decision (
  seq BIGINT PRIMARY KEY,
  id BIGINT NOT NULL UNIQUE,
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  revision_id BIGINT NOT NULL,
  text_hash TEXT NOT NULL,
  author_name TEXT NOT NULL, -- under which the text stands or would stand
  action TEXT NOT NULL CHECK (action IN ('release', 'reject', 'return', 'undo')),
  rules TEXT NOT NULL,  -- separated by commas
  word TEXT NOT NULL,   -- to the author
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  editor_name TEXT NOT NULL,
  engine TEXT NOT NULL, -- which engine had spoken
  findings TEXT NOT NULL, -- and what it had said
  undoes BIGINT REFERENCES decision (id),
  submitted_at BIGINT NOT NULL, -- of the revision: how long the author waited
  decided_at BIGINT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash),
  UNIQUE (id, revision_id, text_hash, action)
);
CREATE INDEX decision_of_revision ON decision (revision_id, seq);
CREATE INDEX decision_of_comment ON decision (comment_id, seq);
CREATE INDEX decision_by_site ON decision (site_id, seq);
CREATE UNIQUE INDEX decision_undone ON decision (undoes) WHERE undoes IS NOT NULL;

-- Where the chain ends, so that a cut tail shows.
CREATE TABLE chain_head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO chain_head (id, seq, hash) VALUES (1, 0, '');

-- All that readers are shown. A row cannot exist without a decision to release exactly this text,
-- nor an answer without what it answers.
CREATE TABLE publication (
  comment_id BIGINT PRIMARY KEY REFERENCES comment (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  article_id BIGINT NOT NULL REFERENCES article (id),
  parent_id BIGINT REFERENCES publication (comment_id),
  root_id BIGINT NOT NULL,
  depth BIGINT NOT NULL,
  revision_id BIGINT NOT NULL,
  text_hash TEXT NOT NULL,
  decision_id BIGINT NOT NULL,
  action TEXT NOT NULL CHECK (action = 'release'),
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  submitted_at BIGINT NOT NULL,
  published_at BIGINT NOT NULL,
  edited_at BIGINT,
  removed_at BIGINT, -- withdrawn, text emptied; the row stays only for its answers
  FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash),
  FOREIGN KEY (decision_id, revision_id, text_hash, action)
    REFERENCES decision (id, revision_id, text_hash, action)
);
CREATE INDEX publication_roots ON publication (article_id, published_at, comment_id)
  WHERE parent_id IS NULL;
CREATE INDEX publication_tree ON publication (root_id, published_at, comment_id);
CREATE INDEX publication_children ON publication (parent_id);
CREATE INDEX publication_latest ON publication (article_id, published_at, comment_id)
  WHERE removed_at IS NULL;

-- The outbox: written with the change it tells of, read by the live streams.
CREATE TABLE event (
  seq BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  article_id BIGINT NOT NULL, -- 0: none
  comment_id BIGINT NOT NULL,
  revision_id BIGINT NOT NULL,
  detail TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
