-- Second factors of staff accounts.
CREATE TABLE factor_totp (
  editor_id BIGINT PRIMARY KEY REFERENCES editor (id),
  secret TEXT NOT NULL,
  last_step BIGINT NOT NULL, -- the time step accepted last: each code works once
  confirmed BIGINT NOT NULL, -- 0: shown, but no code has come yet
  created_at BIGINT NOT NULL
);
-- A row goes when its code is used.
CREATE TABLE recovery_code (
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  hash TEXT NOT NULL,
  PRIMARY KEY (editor_id, hash)
);
