#!/bin/sh
# How many rows a second are moved: freigabe's own processor time, which a busy machine does not change much. Makes ROWS rows
# of the archive of suggestions (a text, a hash, six numbers each). FREIGABE_TEST_POSTGRES names a PostgreSQL server
# (tests/lib/postgres.py bench/move.sh …); without it only SQLite is measured.
set -eu
bin=$(realpath "$1") rows=${2:-1000000}
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
"$bin" site set a --title A --lang en --address http://127.0.0.1 --db sqlite:a.db 2>/dev/null
sqlite3 a.db "PRAGMA synchronous=OFF; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $rows)
	INSERT INTO suggestion (id, site_id, text, lang, attribute, score_permille, community, created_at, text_hash)
	SELECT i, (SELECT id FROM site), 'A sentence about the bridge, number ' || i || ', as long as most comments are: two lines and a little more, so that it is none of the short ones.',
	'en', 'TOXICITY', i % 1000, '', i, printf('%064x', i) FROM n"

measure() {
	name=$1; shift
	python3 - "$name" "$rows" "$@" <<'P'
import resource, subprocess, sys, time
name, rows, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
begin = time.monotonic()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime
print(f'{name:<24} {rows / cpu:>9.0f} rows/s of processor time  ({cpu:.1f} s; {time.monotonic() - begin:.0f} s by the clock; {used.ru_maxrss // 1024} MB)')
P
}

measure 'backup, SQLite' "$bin" backup --db sqlite:a.db --to b.db
measure 'SQLite to SQLite' "$bin" migrate-store --from sqlite:a.db --to sqlite:c.db
if [ -n "${FREIGABE_TEST_POSTGRES:-}" ]; then
	psql -q "${FREIGABE_TEST_POSTGRES}postgres" -c 'CREATE DATABASE move'
	measure 'SQLite to PostgreSQL' "$bin" migrate-store --from sqlite:a.db --to "${FREIGABE_TEST_POSTGRES}move"
	measure 'PostgreSQL to SQLite' "$bin" migrate-store --from "${FREIGABE_TEST_POSTGRES}move" --to sqlite:d.db
	measure 'backup, PostgreSQL' "$bin" backup --db "${FREIGABE_TEST_POSTGRES}move" --to e.db
fi
