-- Once, on the leader, after the cluster stands: psql -v password="$(cat FILE)" -f database.sql
-- Freigabe's role owns its one database, makes its tables itself, and may nothing else.
\set ON_ERROR_STOP on
CREATE ROLE freigabe LOGIN CONNECTION LIMIT 80 PASSWORD :'password';
CREATE DATABASE freigabe OWNER freigabe TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE freigabe FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO rewind;
\connect freigabe
ALTER SCHEMA public OWNER TO freigabe;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
