-- Which texts have an end. The same rows as before, said so that SQLite need not make a table of four words each time that
-- a text comes in or is decided.
DROP INDEX revision_over;
CREATE INDEX revision_over ON revision (site_id, moved_at, id)
  WHERE purged_at IS NULL AND state <> 'held' AND state <> 'released';
