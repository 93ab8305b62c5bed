-- Texts that come again. What waits and what was refused is found by keys that texts nearly the same share
-- (text/near.h); a key tells nothing of the text. What comes together stands in the queue as one group; what was
-- refused before points to that decision.
CREATE TABLE near_key (
  site_id BIGINT NOT NULL,
  key BIGINT NOT NULL,
  refused BIGINT NOT NULL,      -- 1: rejected, or withdrawn by the editors; 0: held
  revision_id BIGINT NOT NULL REFERENCES revision (id),
  PRIMARY KEY (site_id, key, refused, revision_id)
);
CREATE INDEX near_of_revision ON near_key (revision_id);

-- The queue is made anew from what is held, with its groups, when the program starts.
DELETE FROM queue;
ALTER TABLE queue ADD COLUMN group_id BIGINT NOT NULL DEFAULT 0; -- the first revision of its group
ALTER TABLE queue ADD COLUMN repost_of BIGINT NOT NULL DEFAULT 0; -- the decision that refused this text; 0: none
CREATE INDEX queue_group ON queue (group_id);
