-- What a newsroom's decisions taught: its own models, and which of them holds since when. A model holds no texts, only
-- weights of n-grams that stand in several comments.
CREATE TABLE house_model (
  site_id BIGINT NOT NULL REFERENCES site (id),
  version BIGINT NOT NULL,
  lang TEXT NOT NULL,
  name TEXT NOT NULL,            -- as reviews name it: house-1b2c3d4e; '' for one that was not better
  hash TEXT NOT NULL,            -- of data, in hexadecimal SHA-256
  data BLOB NOT NULL,            -- empty: it was not better, or newer ones have taken its place
  size BIGINT NOT NULL,          -- of data, as it was made
  learned_until BIGINT NOT NULL, -- the newest decision (seq) that it was learned from
  measured_until BIGINT NOT NULL, -- and that it was measured on
  better BIGINT NOT NULL,        -- 1: it came in force
  report TEXT NOT NULL,          -- JSON: what was measured
  reason TEXT NOT NULL CHECK (reason IN ('asked', 'nightly', 'weekly')),
  editor_id BIGINT REFERENCES editor (id), -- NULL: on schedule
  editor_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, version)
);

-- The newest row of a site says what holds; the last hundred are kept.
CREATE TABLE house_choice (
  site_id BIGINT NOT NULL REFERENCES site (id),
  seq BIGINT NOT NULL,
  version BIGINT NOT NULL,       -- 0: the built-in model alone
  reason TEXT NOT NULL CHECK (reason IN ('better', 'chosen')),
  editor_id BIGINT REFERENCES editor (id), -- NULL: by itself
  editor_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (site_id, seq)
);
