-- Token buckets that are not full, so that limits hold across processes and restarts (service/limits_share.c). A key is
-- a hash under the day's key (address_key): nothing here names an address, a reader or an article. A row goes when its
-- bucket is full again, within minutes.
CREATE TABLE bucket (
  key BIGINT PRIMARY KEY,
  full_at BIGINT NOT NULL,    -- when it is full again; acts add their cost to it
  changed_at BIGINT NOT NULL
);
CREATE INDEX bucket_changed ON bucket (changed_at);
CREATE INDEX bucket_full ON bucket (full_at);

-- Proofs of work that have been used (service/proof.c), until they end by themselves.
CREATE TABLE proof (
  nonce BIGINT PRIMARY KEY,
  until_at BIGINT NOT NULL
);
CREATE INDEX proof_until ON proof (until_at);
