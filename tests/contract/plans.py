#!/usr/bin/env python3
"""How SQLite would run each statement of the store on a database it knows nothing of: none walks through a table that
grows with the comments, by itself or because an index was added that it thinks better. With FREIGABE_TEST_POSTGRES
(tests/lib/postgres.py): PostgreSQL takes each of them, too, and those that only it is given, and runs them by their keys
under the settings of the program's connections. Speaks TAP."""
import itertools, os, pathlib, re, sqlite3, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GROWS = set('''address author automatic_case bucket comment decision double_check erasure erasure_run evidence event figure forecast
mail near_key notice objection proof publication queue review revision search_title staff_log statement suggestion
suspension webhook_delivery'''.split())
# These count many rows for each submission or page, and read nothing but an index.
COUNTS = ('SELECT count(*), 0, 0 FROM (SELECT 1 FROM queue q', 'LIMIT $3) AS before', 'count(DISTINCT s.author_id)', 'SELECT due_at * turn FROM queue')
# Walks that are meant, by what stands in the statement, and why.
MEANT = {
    "r.state = 'held' AND NOT EXISTS": 'what waits, once, when the program starts',
    'NOT EXISTS (SELECT 1 FROM search_text': 'a page at a time from the last id, when the program starts',
    'UPDATE queue SET due_at': 'all that waits, when the term is changed',
    "FROM objection WHERE site_id = $1 AND state = 'open'": 'open ones',
    'FROM notice WHERE site_id = $1 AND decided_at IS NULL': 'open ones',
    'ORDER BY d.seq DESC LIMIT $2) AS d': 'has a limit within',
    'FROM queue q WHERE q.site_id': 'what waits, filtered; steps.py looks at what that costs',
}
# On PostgreSQL besides.
MEANT_ON_POSTGRES = {
    'AND decided_at IS NULL AND joins IS NULL': 'open notices',
    'FROM notice WHERE comment_id = $1 AND decided_at IS NULL': 'open notices',
    'SELECT count(*) FROM comment': 'of a copy, once',
    'SELECT count(*) FROM decision': 'of a copy, once',
}
# Files whose statements are no questions of the server's: those that read every row of every table, put together from the
# catalogue, those asked of a file that may be anybody's, and of no table at all.
WHOLE = ('catalogue.c', 'file_sqlite.c', 'search_sqlite.c')
LITERALS = re.compile(r'(?:"(?:[^"\\]|\\.)*"\s*)+')
ONE = re.compile(r'"((?:[^"\\]|\\.)*)"')

def literals(file):
    text = subprocess.run(['cc', '-E', '-P', '-D_GNU_SOURCE', '-Isrc', '-Iinclude', '-I/usr/include/postgresql', file], cwd=ROOT,
                          capture_output=True, text=True, check=True).stdout
    for found in LITERALS.finditer(text):
        yield ''.join(ONE.findall(found[0])).replace('\\"', '"').replace('\\\\', '\\')

def statements(of_postgres=False):
    for file in sorted((ROOT / 'src/store').glob('*.c')):
        if file.name not in WHOLE and file.name.endswith('_postgres.c') == of_postgres:
            for sql in literals(file):
                if re.match(r'(SELECT|INSERT|UPDATE|DELETE|WITH)\b', sql):
                    yield file.name, sql

def migrations():
    for name in re.findall(r"'(\d{4}_\w+\.sql)'", (ROOT / 'migrations/meson.build').read_text()):
        yield (ROOT / 'migrations' / name).read_text()

def words(text):
    """A script as SQLite is to read it: what db_sqlite_words makes of it."""
    return text.replace(' BIGINT PRIMARY KEY', ' INTEGER PRIMARY KEY').replace('/*sqlite', '').replace('sqlite*/', '')

def schema():
    db = sqlite3.connect(':memory:')
    db.create_function('search_holds', 4, lambda *words: 1)
    for text in migrations():
        db.executescript(words(text))
    db.executescript('''CREATE TABLE schema_migration (version BIGINT PRIMARY KEY, name TEXT, hash TEXT, applied_at BIGINT);
        CREATE VIRTUAL TABLE search_text USING fts5(name, title, text, content='');
        CREATE TABLE search_title (revision_id INTEGER PRIMARY KEY, title TEXT NOT NULL)''')
    return db

def wrong(db, sql):
    """What is wrong with its plan; '' for nothing."""
    steps = [row[3] for row in db.execute('EXPLAIN QUERY PLAN ' + sql, [1] * len(set(re.findall(r'\$\d+', sql))))]
    tables = {alias or table: table for table, alias in
              re.findall(r'\b(?:FROM|JOIN|UPDATE|INTO|,) (\w+)(?: (?:AS )?(?!WHERE|JOIN|ON|SET|ORDER|GROUP|LEFT|LIMIT)(\w+))?', sql)}
    sorts = any(step.startswith('USE TEMP B-TREE FOR') and 'RIGHT PART' not in step for step in steps)
    if any(part in sql for part in COUNTS) and not any(' COVERING INDEX ' in step for step in steps):
        return 'not from an index alone: ' + ' | '.join(steps)
    for step in steps:
        name = (step.split() + ['', ''])[1]
        if 'VIRTUAL TABLE' in step:
            if ':=M' in step:
                return 'the words are looked for once for each text: ' + step
            continue
        if tables.get(name, name) not in GROWS:
            continue
        if step.startswith('SCAN'):
            return step
        whole = step.endswith('(site_id=?)')
        if whole and (sorts or not re.search(r'\bLIMIT\b', sql)):
            return step + (', and sorted' if sorts else ', without a limit')
        if 'revision_received' in step and re.search(r'ORDER BY r\.id', sql):
            return step + ', and sorted'
    return ''

def psql(url, sql):
    return subprocess.run(['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', url], input=sql, capture_output=True, text=True)

def settings():
    """What a connection of the program's is set to, as far as it decides about plans."""
    [text] = {found[0] for sql in literals(ROOT / 'src/store/connect_postgres.c') for found in [re.match(r'(SET (?:plan|enable|jit)\w* = \w+; ?)+', sql)] if found}
    return text

def walks(plan, sql):
    """What is wrong with PostgreSQL's plan, as EXPLAIN tells it; '' for nothing."""
    lines = plan.split('\n')
    for line, following in zip(lines, lines[1:] + ['']):
        scan = re.search(r'(?:Index|Bitmap Heap|Seq) (?:Only )?Scan.* on (\w+)', line)
        if 'Materialize' in line or (scan and scan[1] in GROWS and 'Cond: ' not in following):
            return line.strip()
        if scan and scan[1] in GROWS and re.search(r'Cond: \(site_id = \$\d+\)$', following) and not re.search(r'\bLIMIT\b', sql):
            return line.strip() + ', without a limit'
    return ''

def problems(url, asked):
    """What is wrong with each statement and with PostgreSQL's plan for it; '' for nothing. All in one session."""
    mark, means, run = 'the next statement', (*MEANT, *COUNTS, *MEANT_ON_POSTGRES), [settings()]
    for i, sql in enumerate(asked):
        count = len(set(re.findall(r'\$\d+', sql)))
        run.append(f'PREPARE p{i} AS {sql};\nEXPLAIN (COSTS OFF) EXECUTE p{i}{"(" * (count > 0)}{", ".join(["NULL"] * count)}{")" * (count > 0)};\n'
                   f'\\warn {mark}\n\\echo {mark}')
    told = subprocess.run(['psql', '-XqAt', url], input='\n'.join(run) + '\n', capture_output=True, text=True)
    for sql, wrong, plan in zip(asked, told.stderr.split(mark + '\n')[:-1], told.stdout.split(mark + '\n')[:-1], strict=True):
        yield '' if 'inconsistent types deduced' in wrong else wrong or ('' if any(part in sql for part in means) else walks(plan, sql))

def on_postgres(server):
    """PREPARE of each statement, without the types that the program gives: then some would be guessed inconsistently."""
    url = server + 'plans'
    psql(server + 'postgres', 'DROP DATABASE IF EXISTS plans; CREATE DATABASE plans')
    own = [sql for sql in literals(ROOT / 'src/store/search_postgres.c') if sql.startswith('CREATE')]
    problem = psql(url, '\n'.join([*migrations(), 'CREATE TABLE schema_migration (version BIGINT, name TEXT, hash TEXT, applied_at BIGINT);',
                                   *own]).replace(' BLOB ', ' BYTEA ')).stderr
    print(('not ok' if problem else 'ok') + ' 1 - the schema')
    bad = all(problems(url, ['SELECT nothing FROM revision WHERE id = $1', 'SELECT id FROM revision WHERE text = $1']))
    print(('ok' if bad else 'not ok') + ' 2 - the check can fail')
    failed, number = bool(problem) + (not bad), 2
    asked = list(itertools.chain(statements(), statements(of_postgres=True)))
    for number, ((file, sql), problem) in enumerate(zip(asked, problems(url, [sql for _, sql in asked]), strict=True), 3):
        only_sqlite = 'pragma_' in sql or (file in ('search.c', 'db_sqlite.c') and re.search(r'\bsearch_text|search_title', sql))
        problem = '' if only_sqlite else problem
        failed += bool(problem)
        print(f'{"not ok" if problem else "ok"} {number} - {file}: {sql[:70]}'.replace('#', ''))
        if problem:
            print(f'# {problem.strip()}\n# {sql}'.replace('\n', '\n# '))
    print(f'1..{number}')
    return bool(failed or number < 100)

def main():
    if os.environ.get('FREIGABE_TEST_POSTGRES'):
        return on_postgres(os.environ['FREIGABE_TEST_POSTGRES'])
    db, number, failed = schema(), 0, 0
    bad = wrong(db, 'SELECT id FROM revision WHERE text = $1')
    print(('ok' if bad else 'not ok') + ' 1 - the check can fail')
    for number, (file, sql) in enumerate(itertools.chain(statements()), 2):
        problem = '' if any(part in sql for part in MEANT) else wrong(db, sql) if not sql.startswith('INSERT INTO search_text') else ''
        failed += bool(problem)
        print(f'{"not ok" if problem else "ok"} {number} - {file}: {sql[:70]}'.replace('#', ''))
        if problem:
            print(f'# {problem}\n# {sql}')
    print(f'1..{number}')
    return bool(failed or not bad or number < 100)

if __name__ == '__main__':
    sys.exit(main())
