-- Cuts `address` and `forecast` into partitions of a day, on a database of Freigabe's that is stopped: what is over its term then
-- goes by dropping a day, without deleting rows. The program need not know. Run as the role that owns the tables, once; then
-- partitions_daily.sql each day. docs/postgresql.md says when it pays and what it costs.
--     psql -X -v ON_ERROR_STOP=1 -f partitions.sql "$URL"
\set days_back 40
\set days_ahead 14
BEGIN;

-- An id begins with the milliseconds of Unix time: the first id of a day. Stays, for partitions_daily.sql.
CREATE OR REPLACE FUNCTION freigabe_first_id(day date) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (extract(epoch FROM day)::bigint * 1000) << 22 $$;

SELECT format('LOCK TABLE %I', t) FROM unnest(ARRAY['address', 'forecast']) t \gexec
-- names of indexes and constraints are needed by the new table
SELECT format('ALTER INDEX %I RENAME TO %I', i.relname, i.relname || '_whole')
	FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid IN ('address'::regclass, 'forecast'::regclass) \gexec
SELECT format('ALTER TABLE %I RENAME TO %I', t, t || '_whole') FROM unnest(ARRAY['address', 'forecast']) t \gexec
SELECT format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY RANGE (revision_id)', t, t || '_whole') FROM unnest(ARRAY['address', 'forecast']) t \gexec
SELECT format('ALTER TABLE %I ADD %s', replace(conrelid::regclass::text, '_whole', ''), pg_get_constraintdef(oid))
	FROM pg_constraint WHERE contype = 'f' AND conrelid IN ('address_whole'::regclass, 'forecast_whole'::regclass) \gexec
-- what is of no such day: older rows, and newer ones if a day was forgotten
SELECT format('CREATE TABLE %I PARTITION OF %I DEFAULT', t || '_other', t) FROM unnest(ARRAY['address', 'forecast']) t \gexec
SELECT format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)', t || to_char(d, '_YYYYMMDD'), t, freigabe_first_id(d::date), freigabe_first_id(d::date + 1))
	FROM unnest(ARRAY['address', 'forecast']) t, generate_series(current_date - :days_back, current_date + :days_ahead, interval '1 day') d \gexec
SELECT format('INSERT INTO %I SELECT * FROM %I', t, t || '_whole') FROM unnest(ARRAY['address', 'forecast']) t \gexec
SELECT format('DROP TABLE %I', t || '_whole') FROM unnest(ARRAY['address', 'forecast']) t \gexec
COMMIT;
ANALYZE address;
ANALYZE forecast;
