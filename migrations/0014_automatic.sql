-- A lane that releases by itself, and what it is measured by (service/automatic/automatic.h); second judgements nobody knows of
-- (service/automatic/agreement.h). No row here holds a reader's words.

-- What somebody signed: append-only. A later one of the same section replaces it, a row in automatic_closing ends it.
CREATE TABLE automatic_policy (
  site_id BIGINT NOT NULL REFERENCES site (id),
  section TEXT NOT NULL,
  version BIGINT NOT NULL,       -- counted for the site, so that a number names one policy
  limit_permille BIGINT NOT NULL CHECK (limit_permille BETWEEN 1 AND 100),
  confidence_permille BIGINT NOT NULL,
  threshold BIGINT NOT NULL,     -- highest score released, in ten-thousandths
  draw_permille BIGINT NOT NULL CHECK (draw_permille BETWEEN 50 AND 1000),
  first_comments BIGINT NOT NULL CHECK (first_comments >= 3), -- of an author, to be released by people before
  delay_ms BIGINT NOT NULL,
  engine TEXT NOT NULL,          -- whose scores the threshold is of
  used BIGINT NOT NULL,          -- decisions at or under the threshold that certify it
  refused BIGINT NOT NULL,       -- how many of them were no release
  signed_by BIGINT NOT NULL REFERENCES editor (id),
  signed_name TEXT NOT NULL,
  signed_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, section, version),
  UNIQUE (site_id, version)
);
CREATE TABLE automatic_closing (
  site_id BIGINT NOT NULL,
  section TEXT NOT NULL,
  version BIGINT NOT NULL,
  why TEXT NOT NULL CHECK (why IN ('person', 'error', 'signer', 'engine', 'replaced')),
  word TEXT NOT NULL,            -- of the person; '' for none
  checked BIGINT NOT NULL,       -- blind checks by then, and how many of them were no release
  refused BIGINT NOT NULL,
  removed BIGINT NOT NULL,       -- released by itself, and taken off by people
  editor_id BIGINT REFERENCES editor (id), -- NULL: by itself
  editor_name TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, section, version),
  FOREIGN KEY (site_id, section, version) REFERENCES automatic_policy (site_id, section, version)
);

-- Releases that name a policy, among all decisions.
CREATE INDEX decision_automatic ON decision (site_id, seq) WHERE substr(detail, 1, 12) = '{"automatic"';

-- Every comment that people decided or that a lane looked at: its score, why it never goes by itself, what became of
-- it. From these a threshold is found, and the error measured.
CREATE TABLE automatic_case (
  revision_id BIGINT PRIMARY KEY REFERENCES revision (id),
  site_id BIGINT NOT NULL,
  section TEXT NOT NULL,
  engine TEXT NOT NULL,
  score BIGINT NOT NULL,         -- in ten-thousandths
  barred TEXT NOT NULL,          -- why it never goes by itself; '': it may
  policy BIGINT NOT NULL,        -- version under which it would; 0: none
  drawn BIGINT NOT NULL,         -- 1: stays for people, who do not know
  due_at BIGINT,                 -- NULL: is not, or no longer, waited for
  decision_id BIGINT,            -- that released it by itself
  outcome TEXT NOT NULL,         -- '', release, reject, return, remove: what people decided last
  decided_at BIGINT,             -- by people
  created_at BIGINT NOT NULL
);
CREATE INDEX automatic_due ON automatic_case (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX automatic_decided ON automatic_case (site_id, section, decided_at);
CREATE INDEX automatic_of_policy ON automatic_case (site_id, section, policy, decided_at);
CREATE INDEX automatic_made ON automatic_case (site_id, created_at);

-- Second judgements: a decided comment stands in the queue once more, for somebody else, like any other. What is
-- published does not change. blind_for: who decided it first, and does not see it; 0: it really waits.
ALTER TABLE queue ADD COLUMN blind_for BIGINT NOT NULL DEFAULT 0;
-- Each submission counts those ahead of it, each decision those left: from the index alone.
DROP INDEX queue_due;
CREATE INDEX queue_waiting ON queue (site_id, blind_for, due_at, revision_id, referral, section);
CREATE TABLE double_check (
  id BIGINT PRIMARY KEY,
  revision_id BIGINT NOT NULL UNIQUE REFERENCES revision (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  section TEXT NOT NULL,
  decision_id BIGINT NOT NULL REFERENCES decision (id), -- the first, which holds
  first_editor BIGINT NOT NULL REFERENCES editor (id),
  first_action TEXT NOT NULL,
  first_rules TEXT NOT NULL,
  second_editor BIGINT REFERENCES editor (id),
  second_action TEXT NOT NULL, -- '': not yet, or never
  second_rules TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  second_at BIGINT
);
CREATE INDEX double_check_judged ON double_check (site_id, second_at);
CREATE INDEX double_check_open ON double_check (made_at) WHERE second_action = '';
