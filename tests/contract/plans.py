#!/usr/bin/env python3
"""How SQLite would run each statement of the store on a database it knows nothing of: none walks through a table that
grows with the comments, by itself or because an index was added that it thinks better. Speaks TAP."""
import itertools, pathlib, re, sqlite3, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GROWS = set('''address author automatic_case comment decision double_check erasure erasure_run evidence event figure forecast
mail near_key notice objection publication queue review revision search_title staff_log statement suggestion
suspension'''.split())
# These count many rows for each submission or page, and read nothing but an index.
COUNTS = ('SELECT count(*) FROM queue q', 'LIMIT $3) AS before', 'count(DISTINCT s.author_id)', 'SELECT due_at FROM queue')
# Walks that are meant, by what stands in the statement, and why.
MEANT = {
    "r.state = 'held' AND NOT EXISTS": 'once, when the program starts',
    'NOT EXISTS (SELECT 1 FROM search_text': 'a page at a time from the last id, when the program starts',
    'UPDATE queue SET due_at': 'all that waits, when the term is changed',
    "FROM objection WHERE site_id = $1 AND state = 'open'": 'open ones',
    'FROM notice WHERE site_id = $1 AND decided_at IS NULL': 'open ones',
    'ORDER BY d.seq DESC LIMIT $2) AS d': 'has a limit within',
    'FROM queue q WHERE q.site_id': 'what waits, filtered: a lane is one statement',
}
# Files whose statements are no questions of the server's: those that read every row of every table, put together from the
# catalogue, and those asked of a file that may be anybody's.
WHOLE = ('catalogue.c', 'file_sqlite.c')
LITERALS = re.compile(r'(?:"(?:[^"\\]|\\.)*"\s*)+')
ONE = re.compile(r'"((?:[^"\\]|\\.)*)"')

def statements():
    for file in sorted((ROOT / 'src/store').glob('*.c')):
        if file.name in WHOLE or file.name.endswith('_postgres.c'):
            continue
        text = subprocess.run(['cc', '-E', '-P', '-D_GNU_SOURCE', '-Isrc', '-Iinclude', '-I/usr/include/postgresql', file], cwd=ROOT, capture_output=True,
                              text=True, check=True).stdout
        for found in LITERALS.finditer(text):
            sql = ''.join(ONE.findall(found[0])).replace('\\"', '"')
            if re.match(r'(SELECT|INSERT|UPDATE|DELETE|WITH)\b', sql):
                yield file.name, sql

def schema():
    db = sqlite3.connect(':memory:')
    for name in re.findall(r"'(\d{4}_\w+\.sql)'", (ROOT / 'migrations/meson.build').read_text()):
        db.executescript((ROOT / 'migrations' / name).read_text())
    db.executescript('''CREATE TABLE schema_migration (version BIGINT PRIMARY KEY, name TEXT, hash TEXT, applied_at BIGINT);
        CREATE VIRTUAL TABLE search_text USING fts5(name, title, text, content='');
        CREATE TABLE search_title (revision_id BIGINT PRIMARY KEY, title TEXT NOT NULL)''')
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

def main():
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

sys.exit(main())
