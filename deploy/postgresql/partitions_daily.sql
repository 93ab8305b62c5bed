-- Each day, on a database that partitions.sql has cut: makes the days to come, and drops those that are over. `keep` is the longest
-- term of all sites in days (docs/privacy.md: at most 30 for addresses; what authors were told is looked at for 30 days). While it
-- runs the program goes on; each table is locked for milliseconds.
--     psql -X -v ON_ERROR_STOP=1 -v keep=31 -f partitions_daily.sql "$URL"
\set days_ahead 14
SET lock_timeout = '2s';
SELECT format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)', t || to_char(d, '_YYYYMMDD'), t, freigabe_first_id(d::date), freigabe_first_id(d::date + 1))
	FROM unnest(ARRAY['address', 'forecast']) t, generate_series(current_date, current_date + :days_ahead, interval '1 day') d \gexec
SELECT format('DROP TABLE %s', c.oid::regclass) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
	WHERE i.inhparent IN ('address'::regclass, 'forecast'::regclass) AND c.relname ~ '_[0-9]{8}$' AND to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - :keep \gexec
