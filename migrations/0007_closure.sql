-- Comments under an article are closed by the editors, for good or for a time. A row goes when they open them again or
-- when the time is over; what was done and by whom stands in staff_log.
CREATE TABLE closure (
  article_id BIGINT PRIMARY KEY REFERENCES article (id),
  site_id BIGINT NOT NULL REFERENCES site (id),
  until_at BIGINT,              -- NULL: until somebody opens them
  reason TEXT NOT NULL,         -- shown to readers; '' for none
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  created_at BIGINT NOT NULL
);
CREATE INDEX closure_until ON closure (until_at) WHERE until_at IS NOT NULL;
