#!/usr/bin/env python3
"""The store's contract on a database that deploy/postgresql/partitions.sql has cut, and what that does: rows are where they belong,
a look by id reads one partition, a day is dropped. Arguments: freigabe, and the contract's tests. Wants FREIGABE_TEST_POSTGRES."""
import os, pathlib, subprocess, sys

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / 'deploy/postgresql'
server, binary, tests = os.environ['FREIGABE_TEST_POSTGRES'], sys.argv[1], sys.argv[2:]
url = server + 'template1'  # new databases are copies of it
number = 0

def psql(*arguments):
    r = subprocess.run(['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', *arguments, url], capture_output=True, text=True,
                       env={**os.environ, 'PGOPTIONS': '-c session_replication_role=replica'})  # rows without what they belong to
    if r.returncode:
        sys.exit(f'Bail out! {r.stderr}')
    return r.stdout.strip()

def ask(sql):
    return psql('-c', sql)

def check(what, good, seen=''):
    global number
    number += 1
    print(f'{"ok" if good else "not ok"} {number} - {what}' + ('' if good else f' # {seen}'), flush=True)
    return good

def put(id, days_ago):
    """A row in each table as of noon, without what it belongs to."""
    at = f"((extract(epoch FROM current_date - {days_ago})::bigint * 1000 + 43200000) << 22) + {id}"
    ask(f"INSERT INTO address (revision_id, site_id, author_id, comment_id, day, hash, line, created_at) VALUES ({at}, 1, 1, 1, 1, 'h', 1, {id});"
        f"INSERT INTO forecast (revision_id, site_id, made_at, due_at, expected, bucket) VALUES ({at}, 1, {id}, 0, 0, 0)")

def where():
    return ask("SELECT tableoid::regclass FROM address UNION ALL SELECT tableoid::regclass FROM forecast ORDER BY 1").split()

def day(days_ago):
    return ask(f"SELECT to_char(current_date - {days_ago}, 'YYYYMMDD')")

subprocess.run([binary, 'site', 'list', '--db', url], capture_output=True)  # there is none: it makes the tables
put(1, 5)
put(2, 400)
psql('-f', DEPLOY / 'partitions.sql')
put(3, 0)
today, then = day(0), day(5)
expected = sorted(f'{t}_{d}' for t in ('address', 'forecast') for d in (today, then, 'other'))
check('rows are in the partition of their day, those of before too', sorted(where()) == expected, where())
plan = ask("EXPLAIN SELECT * FROM address WHERE revision_id = 7")
check('a look by id reads one partition', plan.count('Scan') == 1 and 'address_other' in plan, plan)
refused = ask("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid IN ('address'::regclass, 'forecast'::regclass)")
check('no foreign key is asked, as before (0031)', int(refused) == 0, refused)
psql('-v', 'keep=4', '-f', DEPLOY / 'partitions_daily.sql')
check('a day that is over goes, the others stay', sorted(where()) == [x for x in expected if then not in x], where())
psql('-v', 'keep=4', '-f', DEPLOY / 'partitions_daily.sql')
ahead = ask("SELECT count(*) FROM pg_class WHERE relname ~ '^address_[0-9]{8}$' AND to_date(right(relname, 8), 'YYYYMMDD') > current_date")
check('the days to come are there', int(ahead) >= 14, ahead)
ask('TRUNCATE address, forecast')
for test in tests:
    r = subprocess.run([test], capture_output=True, text=True, env={**os.environ, 'CMOCKA_MESSAGE_OUTPUT': 'STDOUT'})
    cut = ask("SELECT relkind FROM pg_class WHERE relname = 'address'")
    check(f'{pathlib.Path(test).name} on a database that is cut', r.returncode == 0 and cut == 'p', (r.stdout + r.stderr)[-1500:].replace('\n', ' | '))
print(f'1..{number}')
sys.exit(0)
