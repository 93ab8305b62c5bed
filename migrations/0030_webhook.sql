-- Programs of others that are told what happens (docs/webhooks.md).
CREATE TABLE webhook (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  url TEXT NOT NULL,
  secret TEXT NOT NULL,        -- 32 bytes, base64
  secret_before TEXT NOT NULL, -- signs as well until then; '': none
  secret_before_until BIGINT NOT NULL,
  types TEXT NOT NULL,         -- what it is told of, separated by spaces
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'off')),
  off_reason TEXT NOT NULL,    -- why it was switched off: gone, failing, backlog; '': it was not
  seen_seq BIGINT NOT NULL,    -- what happened up to here has its deliveries
  failures BIGINT NOT NULL,    -- tries in a row that failed
  failing_since BIGINT,        -- the first of these
  hold_until BIGINT NOT NULL,  -- nothing is tried before
  created_by BIGINT REFERENCES editor (id), -- NULL: a command
  created_at BIGINT NOT NULL,
  changed_by BIGINT REFERENCES editor (id),
  changed_at BIGINT NOT NULL
);
CREATE INDEX webhook_of_site ON webhook (site_id, id);

-- What one is told. Only ids: what it says of a comment is read from `publication` when it is sent.
CREATE TABLE webhook_delivery (
  id BIGINT PRIMARY KEY,
  webhook_id BIGINT NOT NULL REFERENCES webhook (id),
  seq BIGINT NOT NULL,         -- of the event
  type TEXT NOT NULL,
  article_id BIGINT NOT NULL,
  comment_id BIGINT NOT NULL,  -- 0: none
  revision_id BIGINT NOT NULL,
  detail TEXT NOT NULL,        -- what was decided, who withdrew
  happened_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'skipped')),
  due_at BIGINT NOT NULL,
  claim BIGINT NOT NULL,       -- whose try is going on; 0: nobody's
  tries BIGINT NOT NULL,
  status BIGINT NOT NULL,      -- of the last answer; 0: there was none
  problem TEXT NOT NULL,       -- code of what was wrong; '': nothing
  took_ms BIGINT NOT NULL,
  tried_at BIGINT NOT NULL,    -- 0: not yet
  UNIQUE (webhook_id, seq, type)
);
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (webhook_id, seq, type) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_ended ON webhook_delivery (webhook_id, seq, type) WHERE state <> 'waiting';
