-- Passkeys of staff accounts. Each works at the host it was made at, and nowhere else.
CREATE TABLE passkey (
  id BIGINT PRIMARY KEY,
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  rp_id TEXT NOT NULL,        -- that host
  credential_id TEXT NOT NULL, -- base64url, as the two below
  public_key TEXT NOT NULL,
  transports TEXT NOT NULL,
  sign_count BIGINT NOT NULL, -- the authenticator's own count: going back means a copy
  backup_eligible BIGINT NOT NULL,
  backed_up BIGINT NOT NULL,
  name TEXT NOT NULL,         -- what its owner calls it
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,    -- 0: not yet
  UNIQUE (rp_id, credential_id)
);
CREATE INDEX passkey_of_editor ON passkey (editor_id, id);

-- What a browser was asked and has not answered yet: each once, for minutes, so many at most.
CREATE TABLE challenge (
  token_hash TEXT PRIMARY KEY, -- of what only that browser, or that session, knows
  kind TEXT NOT NULL,
  site_id BIGINT NOT NULL REFERENCES site (id),
  editor_id BIGINT REFERENCES editor (id), -- who must answer; NULL: anybody
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX challenge_expiry ON challenge (expires_at);
CREATE INDEX challenge_age ON challenge (kind, created_at);

-- Who somebody is to the house's own log-in (OpenID Connect), once they have confirmed it.
CREATE TABLE identity (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  email TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX identity_of_editor ON identity (editor_id);

ALTER TABLE session ADD COLUMN method TEXT NOT NULL DEFAULT ''; -- how one logged in
