-- What waits in a group is read in the order of its revisions, a page at a time. SQLite's index ends with them anyway
-- (revision_id is the row's own number). The lines below are PostgreSQL's alone: SQLite reads them as comments.
/*sqlite -- sqlite*/ DROP INDEX queue_group;
/*sqlite -- sqlite*/ CREATE INDEX queue_group ON queue (group_id, revision_id) WHERE group_id <> revision_id;
