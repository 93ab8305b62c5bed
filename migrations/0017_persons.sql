-- Personal data: how long it stays, what has gone and who made it go. What is erased leaves its hash behind, so that the
-- chain of decisions can still be proved.

-- From here on (version 2) a decision's hash covers its private columns only by their marks: hashes of the salt and the
-- column. Without salt and columns the marks tell nothing, and the row's hash can be computed all the same.
ALTER TABLE decision ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE decision ADD COLUMN salt TEXT NOT NULL DEFAULT ''; -- '' of a version 2: erased
ALTER TABLE decision ADD COLUMN name_mark TEXT NOT NULL DEFAULT '';
ALTER TABLE decision ADD COLUMN word_mark TEXT NOT NULL DEFAULT '';
ALTER TABLE decision ADD COLUMN detail_mark TEXT NOT NULL DEFAULT '';
ALTER TABLE decision ADD COLUMN findings_mark TEXT NOT NULL DEFAULT '';
ALTER TABLE decision ADD COLUMN erasures TEXT NOT NULL DEFAULT ''; -- where the chain of erasures ended then

-- Append-only and chained: each text, each decision, each bundle of evidence whose words have gone. The two chains hold each other: a decision
-- names the end of this one, a row here the end of that.
CREATE TABLE erasure (
  seq BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  subject TEXT NOT NULL CHECK (subject IN ('text', 'decision', 'evidence')),
  subject_id BIGINT NOT NULL,  -- a revision's id, a decision's seq, the id of preserved evidence
  subject_hash TEXT NOT NULL,  -- of the text, of the decision, of the bundle
  comment_id BIGINT NOT NULL,
  state TEXT NOT NULL,         -- of the revision, when its text went; 'ended': the hold of evidence was
  cause TEXT NOT NULL CHECK (cause IN ('term', 'editor', 'reader', 'command')),
  run_id BIGINT NOT NULL,      -- 0: by its term
  term_days BIGINT NOT NULL,   -- in force then; 0 unless by its term
  editor_id BIGINT NOT NULL,   -- 0: nobody's
  editor_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  chain_seq BIGINT NOT NULL,   -- where the chain of decisions ended
  chain_hash TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  UNIQUE (subject, subject_id)
);
CREATE INDEX erasure_of_site ON erasure (site_id, seq);
CREATE TABLE erasure_head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO erasure_head (id, seq, hash) VALUES (1, 0, '');

-- Somebody's data are to go. The row stays, without personal data; what holds it up is in `holds`.
CREATE TABLE erasure_run (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  author_id BIGINT NOT NULL REFERENCES author (id),
  comment_id BIGINT NOT NULL,  -- 0: all of the author's
  cause TEXT NOT NULL CHECK (cause IN ('editor', 'reader', 'command')),
  editor_id BIGINT NOT NULL,   -- 0: the reader, or a command
  editor_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'waiting', 'done')), -- waiting: for holds to end
  erased BIGINT NOT NULL,      -- comments
  holds TEXT NOT NULL,         -- JSON: what stays, why, until when
  created_at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,     -- when to look again
  done_at BIGINT
);
CREATE INDEX erasure_run_open ON erasure_run (next_at) WHERE done_at IS NULL;
CREATE INDEX erasure_run_of_site ON erasure_run (site_id, id);
CREATE INDEX erasure_run_of_author ON erasure_run (author_id, id);

-- When a text came into its state, and when its words went.
ALTER TABLE revision ADD COLUMN moved_at BIGINT NOT NULL DEFAULT 0;
UPDATE revision SET moved_at = created_at;
ALTER TABLE revision ADD COLUMN purged_at BIGINT;
CREATE INDEX revision_over ON revision (site_id, moved_at, id)
  WHERE purged_at IS NULL AND state IN ('rejected', 'returned', 'superseded', 'withdrawn');
ALTER TABLE comment ADD COLUMN erased_at BIGINT;
CREATE INDEX comment_by_email ON comment (site_id, lower(email)) WHERE email <> '';
CREATE INDEX objection_by_email ON objection (site_id, lower(email)) WHERE email <> '';
CREATE INDEX objection_decided ON objection (site_id, decided_at, id) WHERE state <> 'open';
CREATE INDEX notice_by_email ON notice (site_id, lower(email)) WHERE email <> '';
CREATE INDEX statement_of_author ON statement (author_id);
CREATE INDEX suspension_until ON suspension (site_id, until_at);
CREATE INDEX suspension_of_decision ON suspension (decision_id);
CREATE INDEX invitation_until ON invitation (site_id, expires_at);

-- By which line a comment came: hashed with a key of that day, which goes with the last row that needs it. `line` is a
-- random number that rows of one address share within the term.
CREATE TABLE address_key (
  day BIGINT PRIMARY KEY,      -- days since 1970, UTC
  key TEXT NOT NULL
);
CREATE TABLE address (
  revision_id BIGINT PRIMARY KEY REFERENCES revision (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  author_id BIGINT NOT NULL REFERENCES author (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  day BIGINT NOT NULL,
  hash TEXT NOT NULL,
  line BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX address_of_hash ON address (site_id, hash, created_at);
CREATE INDEX address_of_line ON address (site_id, line, created_at, comment_id, author_id);
CREATE INDEX address_of_day ON address (day);
CREATE INDEX address_until ON address (site_id, created_at);

-- Suggested scores are found by the text they are about, and have an end.
ALTER TABLE suggestion ADD COLUMN text_hash TEXT NOT NULL DEFAULT ''; -- '': from before there was this column
CREATE INDEX suggestion_of_text ON suggestion (site_id, text_hash);
CREATE INDEX suggestion_until ON suggestion (site_id, created_at);
CREATE INDEX staff_log_until ON staff_log (site_id, created_at);
CREATE INDEX staff_log_logins ON staff_log (site_id, actor_id, created_at) WHERE kind = 'login';
CREATE INDEX mail_failed ON mail (site_id, created_at) WHERE state = 'failed';
