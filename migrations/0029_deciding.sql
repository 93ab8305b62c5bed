-- What a decision changes: each tree here was a page of the file, at random, for every one.

-- Of a decision seq and id are in its hash: no two are alike. SQLite makes the constraint's index one that can be dropped,
-- and the table stays as it is (as in 0026). The next line is PostgreSQL's alone: SQLite reads it as a comment.
/*sqlite -- sqlite*/ ALTER TABLE decision DROP CONSTRAINT decision_next_hash_key;
/*sqlite
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET name = 'decision_hash', sql = 'CREATE UNIQUE INDEX decision_hash ON decision (hash)'
  WHERE name = 'sqlite_autoindex_decision_2';
UPDATE sqlite_schema SET name = 'sqlite_autoindex_decision_2' WHERE name = 'sqlite_autoindex_decision_3';
UPDATE sqlite_schema SET sql = replace(sql, ' hash TEXT NOT NULL UNIQUE', ' hash TEXT NOT NULL')
  WHERE type = 'table' AND name = 'decision';
PRAGMA writable_schema = RESET;
DROP INDEX decision_hash;
sqlite*/

-- What waits is found by the queue, by its author among the author's texts. The mark says that the queue has all that waits.
INSERT INTO setting (site_id, name, value) SELECT 0, 'queue', 'complete' WHERE NOT EXISTS
  (SELECT 1 FROM revision r WHERE r.state = 'held' AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.revision_id = r.id));
DROP INDEX revision_queue;
DROP INDEX queue_author;

-- Nearly every text is the only one of its group.
DROP INDEX queue_group;
CREATE INDEX queue_group ON queue (group_id) WHERE group_id <> revision_id;
