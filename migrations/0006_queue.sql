-- What waits, with all that it is sorted and filtered by: one row for each held revision. It is made from other
-- tables (service/queue_row.c) and goes when the revision is no longer held.
CREATE TABLE queue (
  revision_id BIGINT PRIMARY KEY REFERENCES revision (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL,
  article_id BIGINT NOT NULL,
  author_id BIGINT NOT NULL,
  section TEXT NOT NULL,
  lang TEXT NOT NULL,
  submitted_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,       -- earliest first: when it was sent, and how long it may wait at its risk
  suggestion TEXT NOT NULL,
  profanity BIGINT NOT NULL,    -- scores in thousandths; off_topic -1: no article to compare with
  aggression BIGINT NOT NULL,
  insinuation BIGINT NOT NULL,
  ad_link BIGINT NOT NULL,
  off_topic BIGINT NOT NULL,
  engaging BIGINT NOT NULL,
  author_released BIGINT NOT NULL, -- of this author's other comments
  author_rejected BIGINT NOT NULL,
  edit BIGINT NOT NULL,         -- 1: a later text of a comment that is released
  returned BIGINT NOT NULL,     -- 1: comes after one that was given back
  referral TEXT NOT NULL,       -- '', second, lawyer, proposal
  referral_by BIGINT NOT NULL,  -- whose; 0: nobody's
  escalated_at BIGINT           -- when it passed the longest wait that the site allows
);
CREATE INDEX queue_due ON queue (site_id, due_at, revision_id);
CREATE INDEX queue_author ON queue (author_id);
CREATE INDEX queue_age ON queue (site_id, submitted_at, revision_id);

-- Ways to look at the queue that a team has defined.
CREATE TABLE lane (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  position BIGINT NOT NULL,
  name TEXT NOT NULL,
  filter TEXT NOT NULL,         -- JSON
  created_at BIGINT NOT NULL
);
CREATE INDEX lane_of_site ON lane (site_id, position, id);

-- Who is looking at what; over when `until_at` has passed.
CREATE TABLE claim (
  revision_id BIGINT PRIMARY KEY REFERENCES revision (id),
  site_id BIGINT NOT NULL,
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  editor_name TEXT NOT NULL,
  until_at BIGINT NOT NULL
);
CREATE INDEX claim_of_site ON claim (site_id, until_at);
