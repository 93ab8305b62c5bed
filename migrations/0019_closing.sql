-- Comments also close by themselves: by the clock, some days after an article appeared, and when more came in than can
-- be reviewed (settings `desk` and `overload` of the table setting). An editor may keep an article open against that.
ALTER TABLE closure ADD COLUMN kept_open BIGINT NOT NULL DEFAULT 0; -- 1: open until until_at, whatever the rules say

-- Which articles grow too old for comments now.
CREATE INDEX article_published ON article (site_id, published_at);

-- Who else writes with the address or the name of somebody suspended now.
CREATE INDEX suspension_of_site ON suspension (site_id, until_at) WHERE ended_at IS NULL;

-- Letters of one decision on several comments that go to the same address leave in one message.
CREATE INDEX mail_to ON mail (recipient, created_at) WHERE state = 'waiting';
