-- What accepting a comment writes: fewer trees, fewer checks. Between the marks below stands what only SQLite is told
-- (store/db_sqlite.c); PostgreSQL takes it for a comment.

-- Nine rows for each comment. Made from the texts again at any time, so no row need be proved to belong to one; SQLite
-- keeps them in one tree with their key. Those of what waits come and go with each comment, those of refused texts stay
-- and become many: apart from each other, the former touch the same few pages again and again.
CREATE TABLE near_key_next (
  site_id BIGINT NOT NULL,
  refused BIGINT NOT NULL,      -- 1: rejected, or withdrawn by the editors; 0: held
  key BIGINT NOT NULL,
  revision_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, refused, key, revision_id)
) /*sqlite WITHOUT ROWID sqlite*/;
INSERT INTO near_key_next (site_id, refused, key, revision_id)
  SELECT site_id, refused, key, revision_id FROM near_key;
DROP TABLE near_key;
ALTER TABLE near_key_next RENAME TO near_key;
CREATE INDEX near_of_revision ON near_key (revision_id);

-- Site, author and comment are the revision's, and the row goes before it. Whose day's key is still needed is told by the
-- times of the sites' rows.
CREATE TABLE address_next (
  revision_id BIGINT PRIMARY KEY REFERENCES revision (id),
  site_id BIGINT NOT NULL,
  author_id BIGINT NOT NULL,
  comment_id BIGINT NOT NULL,
  day BIGINT NOT NULL,
  hash TEXT NOT NULL,
  line BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
INSERT INTO address_next SELECT revision_id, site_id, author_id, comment_id, day, hash, line, created_at FROM address;
DROP TABLE address;
ALTER TABLE address_next RENAME TO address;
CREATE INDEX address_of_hash ON address (site_id, hash, created_at);
CREATE INDEX address_of_line ON address (site_id, line, created_at, comment_id, author_id);
CREATE INDEX address_until ON address (site_id, created_at);

-- Ids are in the order of their times, so what was told lately stands at the end; what was not told or not decided is
-- in no index.
CREATE TABLE forecast_next (
  revision_id BIGINT PRIMARY KEY REFERENCES revision (id),
  site_id BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,   -- in the queue
  expected BIGINT NOT NULL, -- work until then, in editor-milliseconds; 0: nothing was known
  bucket BIGINT NOT NULL,   -- what kind of forecast
  from_at BIGINT,           -- what was told; NULL: no time could be given
  until_at BIGINT,
  decided_at BIGINT
);
INSERT INTO forecast_next
  SELECT revision_id, site_id, made_at, due_at, expected, bucket, from_at, until_at, decided_at FROM forecast;
DROP TABLE forecast;
ALTER TABLE forecast_next RENAME TO forecast;
CREATE INDEX forecast_until ON forecast (site_id, until_at) WHERE until_at IS NOT NULL;
CREATE INDEX forecast_decided ON forecast (site_id, decided_at) WHERE decided_at IS NOT NULL;

-- A list of words is a table that SQLite makes for each statement that writes a row. The commonest are asked for first;
-- the rows that are allowed are the same, so the table need not be written anew (www.sqlite.org/lang_altertable.html,
-- "Making Other Kinds Of Table Schema Changes").
/*sqlite
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (state IN (',
  'CHECK (state = ''held'' OR state = ''released'' OR state = ''rejected'' OR state IN (')
  WHERE type = 'table' AND name = 'revision';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (suggestion IN (',
  'CHECK (suggestion = ''look'' OR suggestion = ''release'' OR suggestion IN (')
  WHERE type = 'table' AND name = 'review';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (action IN (',
  'CHECK (action = ''release'' OR action = ''reject'' OR action IN (')
  WHERE type = 'table' AND name = 'decision';
PRAGMA writable_schema = RESET;
sqlite*/
