-- Answering for decisions: more kinds of them, the letter that each refusal brings, objections, suspensions.

-- A named value that belongs to the installation (keys) or to a site (settings of the desk, JSON).
CREATE TABLE setting (
  site_id BIGINT NOT NULL, -- 0: the installation's
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (site_id, name)
);

-- decision and publication as before, with more actions, `detail` and `picked`. A check constraint cannot be
-- changed in place on every database.
CREATE TABLE decision_next (
  seq BIGINT PRIMARY KEY,
  id BIGINT NOT NULL UNIQUE,
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  revision_id BIGINT NOT NULL,
  text_hash TEXT NOT NULL,
  author_name TEXT NOT NULL, -- under which the text stands or would stand
  action TEXT NOT NULL CHECK (action IN (
    'release', 'reject', 'return',
    'remove',            -- a released text is withdrawn by the editors
    'undo',              -- within ten seconds
    'refer',             -- to a second person or a lawyer; a trainee's proposal
    'pick', 'unpick',    -- marked as worth reading
    'suspend', 'restore',-- the author may not write for a time, or may again
    'uphold')),          -- an objection was turned down: the decision stands
  rules TEXT NOT NULL,   -- separated by commas
  word TEXT NOT NULL,    -- to the author
  detail TEXT NOT NULL,  -- JSON, what else it says; '' for none
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  editor_name TEXT NOT NULL,
  engine TEXT NOT NULL,  -- which engine had spoken
  findings TEXT NOT NULL, -- and what it had said
  undoes BIGINT REFERENCES decision_next (id),
  submitted_at BIGINT NOT NULL, -- of the revision: how long the author waited
  decided_at BIGINT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash),
  UNIQUE (id, revision_id, text_hash, action)
);
INSERT INTO decision_next (seq, id, site_id, comment_id, revision_id, text_hash, author_name, action, rules, word,
    detail, editor_id, editor_name, engine, findings, undoes, submitted_at, decided_at, prev_hash, hash)
  SELECT seq, id, site_id, comment_id, revision_id, text_hash, author_name, action, rules, word,
    '', editor_id, editor_name, engine, findings, undoes, submitted_at, decided_at, prev_hash, hash
  FROM decision ORDER BY seq;

CREATE TABLE publication_next (
  comment_id BIGINT PRIMARY KEY REFERENCES comment (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  article_id BIGINT NOT NULL REFERENCES article (id),
  parent_id BIGINT REFERENCES publication_next (comment_id),
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
  picked BIGINT NOT NULL, -- 1: marked by the editors as worth reading
  FOREIGN KEY (revision_id, text_hash) REFERENCES revision (id, text_hash),
  FOREIGN KEY (decision_id, revision_id, text_hash, action)
    REFERENCES decision_next (id, revision_id, text_hash, action)
);
INSERT INTO publication_next (comment_id, site_id, article_id, parent_id, root_id, depth, revision_id, text_hash,
    decision_id, action, name, text, submitted_at, published_at, edited_at, removed_at, picked)
  SELECT comment_id, site_id, article_id, parent_id, root_id, depth, revision_id, text_hash,
    decision_id, action, name, text, submitted_at, published_at, edited_at, removed_at, 0
  FROM publication ORDER BY depth, comment_id;

DROP TABLE publication;
DROP TABLE decision;
ALTER TABLE decision_next RENAME TO decision;
ALTER TABLE publication_next RENAME TO publication;
CREATE INDEX decision_of_revision ON decision (revision_id, seq);
CREATE INDEX decision_of_comment ON decision (comment_id, seq);
CREATE INDEX decision_by_site ON decision (site_id, seq);
CREATE UNIQUE INDEX decision_undone ON decision (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX publication_roots ON publication (article_id, published_at, comment_id)
  WHERE parent_id IS NULL;
CREATE INDEX publication_tree ON publication (root_id, published_at, comment_id);
CREATE INDEX publication_children ON publication (parent_id);
CREATE INDEX publication_latest ON publication (article_id, published_at, comment_id)
  WHERE removed_at IS NULL;

-- A held revision that is not for everybody: a second person or a lawyer is asked, or somebody's proposal waits for
-- a second person. The row goes with the decision.
CREATE TABLE referral (
  revision_id BIGINT PRIMARY KEY REFERENCES revision (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  kind TEXT NOT NULL CHECK (kind IN ('second', 'lawyer', 'proposal')),
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  decision_id BIGINT NOT NULL REFERENCES decision (id), -- the row of the chain that tells of it
  created_at BIGINT NOT NULL
);
CREATE INDEX referral_of_site ON referral (site_id, kind, revision_id);

-- The letter: the statement of reasons that each refusal, withdrawal and suspension brings, as it was written.
CREATE TABLE statement (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  decision_id BIGINT NOT NULL UNIQUE REFERENCES decision (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  author_id BIGINT NOT NULL REFERENCES author (id),
  lang TEXT NOT NULL CHECK (lang IN ('de', 'en')),
  subject TEXT NOT NULL,
  body TEXT NOT NULL,           -- plain text
  facts TEXT NOT NULL,          -- JSON: what it says, for reports
  objection_until BIGINT NOT NULL,
  void_at BIGINT,               -- the decision was taken back
  created_at BIGINT NOT NULL
);
CREATE INDEX statement_of_comment ON statement (comment_id, id);
CREATE INDEX statement_of_site ON statement (site_id, id);

CREATE TABLE objection (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  statement_id BIGINT NOT NULL UNIQUE REFERENCES statement (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  text TEXT NOT NULL,
  email TEXT NOT NULL,          -- for the answer; '' for none
  state TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'changed', 'rejected', 'settled')),
  decision_id BIGINT REFERENCES decision (id), -- that answered it
  reasons TEXT NOT NULL,
  editor_id BIGINT REFERENCES editor (id),
  created_at BIGINT NOT NULL,
  decided_at BIGINT
);
CREATE INDEX objection_open ON objection (site_id, id) WHERE state = 'open';
CREATE INDEX objection_of_comment ON objection (comment_id, id);

CREATE TABLE suspension (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  author_id BIGINT NOT NULL REFERENCES author (id),
  decision_id BIGINT NOT NULL REFERENCES decision (id),
  until_at BIGINT NOT NULL,
  ended_at BIGINT,              -- ended before its time
  created_at BIGINT NOT NULL
);
CREATE INDEX suspension_of_author ON suspension (author_id, until_at);
