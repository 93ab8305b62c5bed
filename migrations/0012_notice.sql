-- A local copy of what reports read of notices; the whole table comes with the notices themselves.
CREATE TABLE notice (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  revision_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  lang TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  decided_at BIGINT,
  outcome TEXT NOT NULL,
  decision_id BIGINT REFERENCES decision (id)
);
