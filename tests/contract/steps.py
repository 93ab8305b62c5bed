#!/usr/bin/env python3
"""The statements of the queue cost with 10,000 waiting what they cost with 1,000: steps of SQLite's machine are counted, not time.
plans.py says how each statement is run; this one says that what it walks through does not grow. Speaks TAP."""
import sys

import plans

FEW, MANY = 1000, 10000
MARGIN = 1.2
SITE, LAST = 7, 10 ** 15
LIMIT = {'page': 10, 'count': 50}
LINK = 42
# What is asked beside the site: by the numbers of FILTER in src/store/queue.c.
ANY = {'1': SITE, '2': '', '3': '', '4': 1, '5': 0, '6': 1, '7': 3, '8': '', '9': '', '10': 0, **{str(i): 0 for i in range(11, 31)}}


def waiting(count):
    """As many as wait, of ten sections; five are escalated, five with a lawyer, five come again. The last ones, so that nothing is
    found by walking from the first. All have one link, and are one group."""
    db = plans.schema()
    db.execute('PRAGMA foreign_keys=OFF')
    columns = [name for _, name, *_ in db.execute('PRAGMA table_info(queue)')]
    for i in range(count):
        rare = i >= count - 5
        row = dict.fromkeys(columns, 0)
        row.update(revision_id=i + 1, site_id=SITE, comment_id=i + 1, article_id=i % 50, author_id=i + 1, section=f'Ressort {i % 10}',
                   lang='de', submitted_at=10 ** 9 + i, due_at=10 ** 9 + 5 * i, suggestion='look', referral='lawyer' if rare else '',
                   edit=int(rare), turn=int(not rare), escalated_at=1 if rare else None, group_id=1)
        db.execute(f'INSERT INTO queue ({", ".join(row)}) VALUES ({", ".join("?" * len(row))})', list(row.values()))
        db.execute('INSERT INTO near_key (site_id, refused, key, revision_id) VALUES (?, 0, ?, ?)', (SITE, LINK, i + 1))
    return db


def steps(db, sql, values):
    taken = 0

    def step():
        nonlocal taken
        taken += 1
    db.set_progress_handler(step, 1)
    db.execute(sql, values).fetchall()
    db.set_progress_handler(None, 0)
    return taken


# What is read along with a comment, by what stands in the statement.
ALONG = {
    'q.group_id <> q.revision_id AND q.revision_id > $2': ('a page of a group', {'1': 1, '2': 500, '3': LIMIT['page']}),
    'n.key = $2 AND n.revision_id > $3': ('a page of those with a link', {'1': SITE, '2': LINK, '3': 500, '4': LIMIT['page']}),
    'AND q.revision_id <> $4 AND': ('how many of a group', {'1': 1, '2': '', '3': LIMIT['count'], '4': 7}),
    'AND q.group_id <> $5 AND': ('how many with a link', {'1': SITE, '2': '', '3': LIMIT['count'], '4': LINK, '5': 9}),
}


def asked(sql):
    """Name and values of what a statement of the queue is asked."""
    for part, found in ALONG.items():
        if part in sql:
            return found
    if 'SELECT q.revision_id' in sql:
        values = {**ANY, '31': 1, '32': 10 ** 9 + 2000, '33': 0, '34': LIMIT['page'], '35': 'Ressort 3'}
        name = 'a page'
    elif sql.startswith('SELECT count(*) FROM (SELECT 1 FROM queue q WHERE q.site_id = $1 AND q.blind_for'):
        return 'how many are ahead', {'1': SITE, '2': 1, '3': LAST, '4': LAST, '5': 200}
    elif sql.startswith('SELECT count(*), count(*) FILTER'):
        values = {**ANY, '31': LIMIT['count'], '32': 'Ressort 3'}
        name = 'a count'
    elif sql.startswith('SELECT count(*), 0, 0'):
        values = {**ANY, '7': LIMIT['count'] if 'LIMIT' in sql else 3, '8': 'Ressort 3'}
        name = 'how many wait'
    else:
        name, values = 'the oldest', dict(ANY)
    if 'referral <> \'\'' in sql:
        return name + ' of those referred', {**values, '4': 0, '31': 0 if name == 'a page' else LIMIT['count']}
    if 'q.edit + q.returned' in sql:
        return name + ' of those that come again', {**values, '4': 0, '24': 1, '31': 0 if name == 'a page' else LIMIT['count']}
    return name + (' of a section' if 'q.section = $' in sql else ''), values


def main():
    few, many = waiting(FEW), waiting(MANY)
    cases = [(*asked(sql), sql) for file, sql in plans.statements() if file == 'queue.c' and ('FROM queue q WHERE q.site_id = $1' in sql or any(part in sql for part in ALONG))]
    bad = 'SELECT revision_id FROM queue q WHERE q.site_id = $1 ORDER BY CASE WHEN escalated_at IS NULL THEN 1 ELSE 0 END, due_at LIMIT 10'
    grows = steps(many, bad, {'1': SITE}) > steps(few, bad, {'1': SITE}) * MARGIN
    print(('ok' if grows else 'not ok') + ' 1 - the check can fail')
    failed = not grows
    for number, (name, values, sql) in enumerate(cases, 2):
        used = {k: v for k, v in values.items() if f'${k}' in sql}
        a, b = steps(few, sql, used), steps(many, sql, used)
        good = 0 < b <= a * MARGIN
        failed |= not good
        print(f'{"ok" if good else "not ok"} {number} - {name}: {a} steps with {FEW} waiting, {b} with {MANY}')
    print(f'1..{len(cases) + 1}')
    return bool(failed or len(cases) < 10 + len(ALONG))


sys.exit(main())
