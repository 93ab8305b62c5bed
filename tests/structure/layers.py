#!/usr/bin/env python3
"""No include points upwards: a file uses its own folder and the floors below (ARCHITECTURE.md). A folder's meson.build names
each of its files once: merged lists otherwise grow by what both sides had."""
import collections, pathlib, re, sys

FLOORS = [['base'], ['text', 'store', 'render', 'article'], ['review', 'http'], ['learn', 'service'],
          ['event', 'api', 'exchange'], ['cli']]
FLOOR = {folder: n for n, folders in enumerate(FLOORS) for folder in folders}
# what a lower folder may not be used by, whatever its floor
NEVER = [('text', 'store'), ('review', 'store'), ('learn', 'store'), ('text', 'http'), ('review', 'http'),
         ('learn', 'http'), ('http', 'store'), ('render', 'store')]

def problems(root):
    for path in sorted(root.rglob('*.[ch]')):
        folder = path.relative_to(root).parts[0]
        if folder not in FLOOR:
            yield f'{path}: the folder {folder} has no floor'
            continue
        for n, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m or '/' not in m[1]:
                continue
            used = m[1].split('/')[0]
            if used == folder:
                continue
            if used not in FLOOR:
                yield f'{path}:{n}: no such folder: {m[1]}'
            elif FLOOR[used] >= FLOOR[folder]:
                yield f'{path}:{n}: {folder} (floor {FLOOR[folder]}) includes {m[1]} (floor {FLOOR[used]})'
            elif (folder, used) in NEVER:
                yield f'{path}:{n}: {folder} must not know {used}'
        text = path.read_text(encoding='utf-8')
        if 'store_publication_write(' in text and path.relative_to(root).as_posix() not in (
                'service/release.c', 'store/store.h', 'store/publication.c'):
            yield f'{path}: only service/release.c writes publication'
        if folder not in ('store',) and re.search(r'\b(INSERT INTO|UPDATE|DELETE FROM) publication\b', text):
            yield f'{path}: SQL on publication outside the store'

    for path in sorted(root.glob('*/meson.build')):
        named = collections.Counter(re.findall(r"'([\w/]+\.c)'", path.read_text(encoding='utf-8')))
        for name in sorted(p.relative_to(path.parent).as_posix() for p in path.parent.rglob('*.c')):
            if named[name] != 1:
                yield f'{path}: names {name} {named[name]} times'

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else 'src')
found = list(problems(root))
print('\n'.join(found) if found else 'every include points down')
sys.exit(1 if found else 0)
