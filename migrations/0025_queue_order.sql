-- The order in which the queue is read, stored as it is asked for: what has waited too long first, then by due time. With it a
-- page is read from its place on, however many wait. The indexes hold what the rights of those who ask hang on, so that
-- counting reads nothing else.
ALTER TABLE queue ADD COLUMN turn BIGINT NOT NULL DEFAULT 1; -- 0: has waited too long (escalated_at); 1: not
UPDATE queue SET turn = 0 WHERE escalated_at IS NOT NULL;
DROP INDEX queue_waiting;
CREATE INDEX queue_order ON queue (site_id, turn, due_at, revision_id, blind_for, referral, section, submitted_at);
CREATE INDEX queue_section ON queue (site_id, section, turn, due_at, revision_id, blind_for, referral, submitted_at);
-- Of these there are few among many.
CREATE INDEX queue_referred ON queue (site_id, turn, due_at, revision_id) WHERE referral <> '';
CREATE INDEX queue_again ON queue (site_id, turn, due_at, revision_id) WHERE edit + returned > 0;
