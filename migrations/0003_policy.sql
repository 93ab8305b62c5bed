-- A newsroom's own thresholds, words, exceptions and patterns. Every change is a row that stays: who made it, and
-- when; the newest holds.
CREATE TABLE policy (
  site_id BIGINT NOT NULL REFERENCES site (id),
  version BIGINT NOT NULL,
  text TEXT NOT NULL,          -- docs/tune.md
  editor_id BIGINT REFERENCES editor (id), -- NULL: by a command
  editor_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, version)
);
