"""Databases to measure with: a small one made by the program itself (freigabe demo), and larger ones of the same kind.

A large database is the small one many times over, by SQL, days apart: every copy has articles, readers, comments and decisions
of its own, whose ids and times are moved by whole days (ids are 41 bits of time and 22 random ones). It reads as many days of the same
newspaper. The chain of decisions does not verify in it: hashes are made up, for nothing here asks."""
import json, pathlib, random, sqlite3

from lib import ROOT

DAY_MS = 24 * 3600 * 1000
ID_DAY = DAY_MS << 22
# what stays once, however many days: who works there, settings, what is kept for a day
ONCE = {'site', 'site_notice', 'editor', 'membership', 'membership_section', 'lane', 'media', 'setting', 'counter', 'migration',
        'schema_migration', 'chain_head', 'erasure_head', 'event', 'session', 'figure_scope', 'figure_mark', 'address_key', 'queue',
        'policy', 'near_key', 'search_title'}


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
