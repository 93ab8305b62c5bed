-- Who may what. A person works for one or more sites, at each in a role, perhaps only for some sections.
CREATE TABLE membership (
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  role TEXT NOT NULL
    CHECK (role IN ('administrator', 'lead', 'editor', 'trainee', 'auditor', 'lawyer')),
  open BIGINT NOT NULL, -- 0: may no longer log in here; the row stays, for decisions name the person
  created_at BIGINT NOT NULL,
  PRIMARY KEY (editor_id, site_id)
);
CREATE INDEX membership_of_site ON membership (site_id, editor_id);
-- No row: all sections.
CREATE TABLE membership_section (
  editor_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  section TEXT NOT NULL,
  PRIMARY KEY (editor_id, site_id, section),
  FOREIGN KEY (editor_id, site_id) REFERENCES membership (editor_id, site_id)
);
-- Until now every account could do all there was.
INSERT INTO membership (editor_id, site_id, role, open, created_at)
  SELECT id, site_id, 'administrator', 1, created_at FROM editor;

ALTER TABLE editor ADD COLUMN email TEXT NOT NULL DEFAULT '';

-- Sessions now know their site, can be listed and ended one by one; the old ones end.
DROP TABLE session;
CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  id BIGINT NOT NULL UNIQUE, -- to name it by
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  csrf TEXT NOT NULL,
  agent TEXT NOT NULL,       -- what the browser calls itself
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_of_editor ON session (editor_id, created_at);

CREATE TABLE invitation (
  id BIGINT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  site_id BIGINT NOT NULL REFERENCES site (id),
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  sections TEXT NOT NULL,    -- JSON array
  lang TEXT NOT NULL,
  resets BIGINT REFERENCES editor (id), -- a link to choose a new password; NULL: a new member
  invited_by BIGINT NOT NULL REFERENCES editor (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT            -- used or taken back
);
CREATE INDEX invitation_of_site ON invitation (site_id, id);

-- Log-ins and what was done to accounts; append-only.
CREATE TABLE staff_log (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  actor_id BIGINT REFERENCES editor (id),   -- who did it; NULL: a command, or nobody known
  subject_id BIGINT REFERENCES editor (id), -- to whom
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX staff_log_of_site ON staff_log (site_id, id);

-- Letters on their way. A row goes when it was handed over; what cannot be delivered stays, with the reason.
CREATE TABLE mail (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  about BIGINT NOT NULL,        -- id of what it is about: an invitation, a decision
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  send_at BIGINT NOT NULL,      -- not before: a decision may be taken back
  tries BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'failed')),
  problem TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX mail_due ON mail (send_at, id) WHERE state = 'waiting';
CREATE INDEX mail_about ON mail (about);
