#!/usr/bin/env python3
"""Turns i18n/AREA.LANG.json into messages.gen.h and messages.gen.inc: i18n.py OUT.h OUT.inc FILE…
Refuses languages whose keys or placeholders differ."""
import json, re, sys

def c_string(s):
    out = []
    for b in s.encode():
        out.append(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else '\\%03o' % b)
    return '"' + ''.join(out) + '"'

def no_twice(pairs):
    seen = {}
    for k, v in pairs:
        if k in seen:
            sys.exit(f'i18n: key twice: {k}')
        seen[k] = v
    return seen

def read(lang):
    pairs = []
    for f in sys.argv[3:]:
        if f.endswith(f'.{lang}.json'):
            pairs += json.load(open(f, encoding='utf-8'), object_pairs_hook=no_twice).items()
    return no_twice(pairs)

header, table = sys.argv[1:3]
texts = [read('de'), read('en')]
problems = [f'{k}: only in one language' for k in sorted(set(texts[0]) ^ set(texts[1]))]
for k in sorted(set(texts[0]) & set(texts[1])):
    if not all(t[k].strip() for t in texts):
        problems.append(f'{k}: empty')
    if len({tuple(sorted(set(re.findall(r'\{\d\}', t[k])))) for t in texts}) > 1:
        problems.append(f'{k}: placeholders differ')
    if not re.fullmatch(r'[a-z0-9_]+(\.[a-z0-9_]+)+', k):
        problems.append(f'{k}: not a key')
if problems:
    sys.exit('i18n:\n  ' + '\n  '.join(problems))
keys = sorted(texts[0], key=lambda k: k.encode())
with open(header, 'w') as f:
    f.write('#pragma once\nenum msg {\n')
    f.writelines(f'\tMSG_{k.upper().replace(".", "_")},\n' for k in keys)
    f.write('\tMSG_COUNT\n};\n')
with open(table, 'w') as f:
    f.write('static const char *const message_keys[] = {\n')
    f.writelines(f'\t{c_string(k)},\n' for k in keys)
    f.write('};\nstatic const struct frg_str message_texts[][2] = {\n')
    for k in keys:
        f.write('\t{' + ', '.join('{%s, %d}' % (c_string(t[k]), len(t[k].encode())) for t in texts) + '},\n')
    f.write('};\n')
