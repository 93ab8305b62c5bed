"""Databases to measure with: a small one made by the program itself (freigabe demo), and larger ones of the same kind.

A large database is the small one many times over, by SQL, days apart: every copy has articles, readers, comments and decisions
of its own, whose ids and times are moved by whole days (ids are 41 bits of time and 22 random ones). It reads as many days of the same
newspaper. The chain of decisions does not verify in it: hashes are made up, for nothing here asks."""
import json, pathlib, random, shutil, sqlite3, tempfile, time

from lib import Freigabe, ROOT, until

DAY_MS = 24 * 3600 * 1000
ID_DAY = DAY_MS << 22
# what stays once, however many days: who works there, settings, what is kept for a day
ONCE = {'site', 'site_notice', 'editor', 'membership', 'membership_section', 'lane', 'media', 'setting', 'counter', 'migration',
        'schema_migration', 'chain_head', 'erasure_head', 'event', 'session', 'figure_scope', 'figure_mark', 'address_key', 'queue',
        'policy', 'staff_log', 'double_check', 'figure', 'publication_count'}


def texts():
    rows = (ROOT / 'data/comments.de.tsv').read_text(encoding='utf-8').split('\n')[1:]
    return [r.split('\t')[-1].replace('\\n', '\n') for r in rows if r]


def article(folder, name, title, section):
    (folder / 'articles' / f'{name}.md').write_text(
        f'---\nid: {name}\nlang: de\ntitle: {title}\nsection: {section}\nauthor: Henrike Dallmann\n'
        f'published: 2026-01-05T08:00:00+01:00\n---\n\n' + 'Der Stadtrat hat entschieden, worüber seit Jahren gestritten wird. ' * 20 + '\n',
        encoding='utf-8')


def folder_of(folder, comments):
    """What `freigabe demo` reads: comments as dicts (article, parent, state), in the order in which they are written, over one day."""
    folder = pathlib.Path(folder, 'newspaper')
    (folder / 'articles').mkdir(parents=True)
    for lang in ('de', 'en'):
        (folder / f'notice.{lang}.md').write_text((ROOT / f'data/demo/notice.{lang}.md').read_text(encoding='utf-8'), encoding='utf-8')
    for i, name in enumerate(dict.fromkeys(c['article'] for c in comments)):
        article(folder, name, f'Die Brücke bleibt für ein Jahr gesperrt ({name})', ('Politik', 'Lokales', 'Sport', 'Kultur')[i % 4])
    stock, draw = texts(), random.Random(5)
    with open(folder / 'comments.jsonl', 'w', encoding='utf-8') as out:
        for i, c in enumerate(comments):
            out.write(json.dumps({'id': f'c{i}', 'name': f'Leserin {draw.randrange(400)}', 'lang': 'de', 'text': stock[i % len(stock)],
                                  'minutes_ago': 100 + (len(comments) - i) * 1200 // len(comments),
                                  'rules': ['aggression'] if c['state'] == 'rejected' else [], **c}) + '\n')
    return folder


def day():
    """A day of a newspaper: 1,000 comments under twenty articles, most of them released, half of them answers."""
    draw, comments, released = random.Random(7), [], {}
    for i in range(1000):
        name = f'artikel-{draw.randrange(20)}'
        state = 'released' if draw.random() < 0.85 else 'held' if draw.random() < 0.5 else 'rejected'
        parents = released.get(name, [])
        parent = draw.choice(parents) if parents and draw.random() < 0.5 and state != 'held' else None
        comments.append({'article': name, 'parent': parent, 'state': state})
        if state == 'released':
            released.setdefault(name, []).append(f'c{i}')
    return comments


def thread(count):
    """One thread whose first page has all of its comments: ten conversations, the last one a long quarrel."""
    comments, roots = [], []
    for i in range(count):
        root = i < 10
        if root:
            roots.append(f'c{i}')
        parent = None if root else roots[i % 9] if i < count // 2 else roots[9] if i % 2 else f'c{i - 1}'
        comments.append({'article': 'thread', 'parent': parent, 'state': 'released'})
    return comments


# ---- the same day many times ----

SPAN_DAYS = 170  # into which all copies go: nothing is over its term (docs/privacy.md) while we measure
KEPT_DAYS = {'forecast': 60, 'address': 7}
NO_ID = {'site_id', 'editor_id', 'first_editor', 'second_editor', 'signed_by'}
UNIQUE_TEXTS = {('author', 'token_hash'), ('decision', 'hash'), ('article', 'external_id'), ('notice', 'form_key')}


def moved(table, name, kind):
    """How a column of copy `n.k` comes from that of the original."""
    column = f't.{name}'
    if (table, name) in UNIQUE_TEXTS:
        return f"printf('%08x', n.k) || substr({column}, 9)" if table != 'article' else f"{column} || '-' || n.k"
    if (table, name) == ('near_key', 'key'):
        return f'({column} + n.k * 1000003)'
    if (table, name) == ('revision', 'state'):  # what waits does not become more with the years
        return f"CASE {column} WHEN 'held' THEN 'withdrawn' ELSE {column} END"
    if 'INT' not in kind:
        return column
    if name == 'place':
        return f'{column} - ((n.k * :step) << 22)'
    if name == 'seq':
        return f'{column} - n.k * :seqs'
    if (name == 'id' or name.endswith('_id') or name in ('joins', 'undoes', 'about')) and name not in NO_ID:
        return f'CASE WHEN {column} > 1000000 THEN {column} - ((n.k * :step) << 22) ELSE {column} END'
    if name.endswith('_at') or name == 'objection_until':
        return f'CASE WHEN {column} > 1000000 THEN {column} - n.k * :step ELSE {column} END'
    if name == 'day':
        return f'{column} - n.k * :step / {DAY_MS}'
    return column


def copy_table(db, table, values, same_article):
    columns = [(c[1], c[2]) for c in db.execute(f'PRAGMA table_info({table})')]
    keep = {'article_id'} if same_article else set()
    listed = ', '.join(f't.{n}' if n in keep else moved(table, n, kind) for n, kind in columns)
    where = f' WHERE n.k * :step < {KEPT_DAYS[table]} * {DAY_MS}' if table in KEPT_DAYS else ''
    if table == 'near_key':
        where = ' WHERE t.refused = 1'  # those of what waits go when it is decided
    db.execute(f'INSERT INTO {table} SELECT {listed} FROM n CROSS JOIN (SELECT * FROM {table} ORDER BY 1) t{where}', values)


def move_seqs(db, by):
    """What is there is the newest: its numbers in the chain come after those of all copies."""
    db.execute('UPDATE decision SET seq = -(seq + ?)', (by,))
    db.execute('UPDATE decision SET seq = -seq')
    db.execute('UPDATE chain_head SET seq = seq + ?', (by,))
    db.execute("UPDATE figure_mark SET value = value + ? WHERE name = 'decision'", (by,))
    db.execute("UPDATE setting SET value = CAST(value + ? AS TEXT) WHERE name = 'automatic_seq'", (by,))


def fill_search(db):
    db.execute("INSERT INTO search_text (search_text, rank) VALUES ('hashsize', 200000000)")
    db.execute('INSERT INTO search_title SELECT r.id, a.title FROM revision r JOIN comment c ON c.id = r.comment_id JOIN article a'
               ' ON a.id = c.article_id WHERE r.id NOT IN (SELECT revision_id FROM search_title)')
    db.execute('INSERT INTO search_text (rowid, name, title, text) SELECT r.id, c.name, t.title, r.text FROM revision r JOIN comment c'
               ' ON c.id = r.comment_id JOIN search_title t ON t.revision_id = r.id WHERE r.id NOT IN (SELECT rowid FROM'
               ' search_text_docsize) ORDER BY r.id')
    db.execute("INSERT INTO search_text (search_text, rank) VALUES ('hashsize', 1048576)")


def numbers(data):
    """FTS5's variable-length numbers: seven bits a byte, the highest first (all here are short)."""
    value = 0
    for byte in data:
        value = value << 7 | byte & 127
        if not byte & 128:
            yield value
            value = 0


def number(value):
    return (number(value >> 7)[:-1] + bytes([value >> 7 & 127 | 128]) if value >> 7 else b'') + bytes([value & 127])


def place_search(db):
    """Puts the index's largest part at the level at which it would be, had comments come one by one: eight parts of a level become
    one of the next, so a part of 8^n pages is on level n. Filled at once it would lie where parts of ten pages go, and every
    eighth of these would have all of it merged anew, which no newsroom's does."""
    record, = db.execute('SELECT block FROM search_text_data WHERE id = 10').fetchone()
    rest = numbers(record[4:])
    head, levels = [next(rest) for _ in range(3)], []  # levels, parts, pages written
    for _ in range(head[0]):
        merging, count = next(rest), next(rest)
        levels.append((merging, [[next(rest) for _ in range(3)] for _ in range(count)]))  # a part: its number, first and last page
    merging, parts = levels[-1]
    if len(parts) != 1 or merging or levels[-2:-1] and levels[-2][0]:  # in the midst of a merge
        return
    size = parts[0][2] - parts[0][1] + 1
    while 8 ** len(levels) <= size:
        levels.insert(-1, (0, []))
    flat = [len(levels), *head[1:]]
    for merging, parts in levels:
        flat += [merging, len(parts), *(n for part in parts for n in part)]
    db.execute('UPDATE search_text_data SET block = ? WHERE id = 10', (record[:4] + b''.join(map(number, flat)),))


def multiply(file, copies, same_article=False, say=lambda what: None):
    """Makes of a database (that nobody has open) one of `copies` times as many comments."""
    db = sqlite3.connect(file, isolation_level=None)
    for pragma in ('journal_mode=DELETE', 'synchronous=OFF', 'foreign_keys=OFF', 'cache_size=-1500000', 'temp_store=MEMORY'):
        db.execute(f'PRAGMA {pragma}').fetchall()
    db.execute('PRAGMA journal_mode=OFF').fetchall()
    seqs = db.execute('SELECT max(seq) FROM decision').fetchone()[0]
    values = {'seqs': seqs, 'step': SPAN_DAYS * DAY_MS // copies}
    once = ONCE | ({'article'} if same_article else set())
    tables = [t for t, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search\\_%' ESCAPE '\\'")
              if t not in once and db.execute(f'SELECT EXISTS (SELECT 1 FROM {t})').fetchone()[0]]
    indexes = [(name, sql) for name, table, sql in db.execute("SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql <> ''")
               if table in tables]
    db.execute('BEGIN')
    move_seqs(db, seqs * (copies - 1))
    # the oldest copy first, so that what is inserted grows at its end
    db.execute('CREATE TEMP TABLE n AS WITH RECURSIVE n (k) AS (VALUES (? - 1) UNION ALL SELECT k - 1 FROM n WHERE k > 1) SELECT k FROM n',
               (copies,))
    for name, _ in indexes:
        db.execute(f'DROP INDEX {name}')
    for table in tables:
        say(table)
        copy_table(db, table, values, same_article)
    db.execute('DELETE FROM publication_count')
    db.execute('INSERT INTO publication_count SELECT article_id, count(*) FROM publication WHERE removed_at IS NULL GROUP BY 1')
    for name, sql in indexes:
        say(name)
        db.execute(sql)
    say('search')
    fill_search(db)
    place_search(db)
    db.execute('COMMIT')
    db.execute('PRAGMA journal_mode=WAL').fetchall()
    db.close()


# ---- databases that are kept ----

def settle(server, file):
    """Waits until the program has counted what came with the database: figures, forecasts, what was decided."""
    def counted():
        db = sqlite3.connect(f'file:{file}?mode=ro', uri=True)
        head, = db.execute('SELECT max(seq) FROM decision').fetchone()
        figures = db.execute("SELECT value FROM figure_mark WHERE name = 'decision'").fetchone()
        cases = db.execute("SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'automatic_seq'").fetchone()
        db.close()
        return figures and cases and figures[0] >= head and cases[0] >= head
    until(counted, 'the program has counted its figures', within=300)


def keep(bench, name, comments, copies, same_article=False):
    """The file of a database: comments as `folder_of` takes them, `copies` times. Made once and kept in BUILD/bench-data: a large one
    takes a quarter of an hour and 5 KB a comment."""
    file = bench.build / 'bench-data' / f'{name}-{len(comments) * copies}.db'
    if file.exists():
        return file
    file.parent.mkdir(exist_ok=True)
    print(f'  making {file.name}', flush=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        made = pathlib.Path(folder, 'bench.db')
        with Freigabe(bench, folder, demo=folder_of(folder, comments)) as server:
            settle(server, made)
        if copies > 1:
            multiply(made, copies, same_article)
        made.rename(file)
    print(f'  {file.stat().st_size / 1e6:,.0f} MB in {time.monotonic() - start:,.0f} s', flush=True)
    return file


def large(bench):
    """As many comments as are wanted, fewer if the disk has no room for them."""
    copies = 500 if bench.quick else 5000
    room = shutil.disk_usage(bench.build).free
    file = bench.build / 'bench-data' / f'day-{copies * 1000}.db'
    if not file.exists() and room < copies * 1000 * 6000 + (5 << 30):
        raise SystemExit(f'{copies * 1000:,} comments need {copies * 6 / 1000:,.0f} GB on the disk; there are {room / 1e9:,.0f}; or use --quick')
    return keep(bench, 'day', day(), copies)


def articles(file, count):
    """Names of articles from all of the time that the database covers."""
    db = sqlite3.connect(f'file:{file}?mode=ro', uri=True)
    names = [n for n, in db.execute('SELECT external_id FROM article ORDER BY id')]
    db.close()
    days = len(names) // 20
    return [names[i * days // count * 20 + i % 20] for i in range(count)]  # each of a day's articles as often as the others
