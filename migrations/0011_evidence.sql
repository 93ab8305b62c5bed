-- What was preserved because it may be proof of a serious crime: content, times, who, and the decisions, as one signed
-- text that outlives deletion. While a row's hold lasts, nothing of the comment is erased or purged.
CREATE TABLE evidence (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL REFERENCES site (id),
  comment_id BIGINT NOT NULL REFERENCES comment (id),
  editor_id BIGINT NOT NULL REFERENCES editor (id),
  editor_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  bundle TEXT NOT NULL,         -- JSON, canonical: what the signature covers
  signature TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  hold_ended_at BIGINT,         -- NULL: the hold lasts
  hold_ended_by BIGINT REFERENCES editor (id),
  hold_end_reason TEXT NOT NULL -- '' while it lasts
);
CREATE INDEX evidence_of_comment ON evidence (comment_id);
CREATE INDEX evidence_of_site ON evidence (site_id, id);
