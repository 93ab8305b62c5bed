#!/usr/bin/env python3
"""Makes a C file that carries files by .incbin: embed.py OUT.c SYMBOL NAME=FILE…
The table SYMBOL[] and SYMBOL_count are declared in src/base/embedded.h."""
import hashlib, os, sys

TYPES = {'.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml',
         '.html': 'text/html; charset=utf-8', '.json': 'application/json', '.png': 'image/png',
         '.jpg': 'image/jpeg', '.woff2': 'font/woff2'}

out, symbol, *pairs = sys.argv[1:]
lines = ['#include "base/embedded.h"', '']
rows = []
for i, pair in enumerate(pairs):
    name, path = pair.split('=', 1)
    path = os.path.abspath(path)
    digest = hashlib.sha256(open(path, 'rb').read()).hexdigest()[:16]
    label = f'{symbol}_file_{i}'
    quoted = path.replace('\\', '\\\\').replace('"', '\\"')
    # the hash stands in the text so that a changed file is compiled anew
    lines.append(f'/* {digest} */')
    lines.append(f'__asm__(".section .rodata,\\"a\\",@progbits\\n.balign 16\\n{label}:\\n.incbin \\"{quoted}\\"\\n{label}_end:\\n.byte 0\\n.previous\\n");'
                 .replace(f'\\"{quoted}\\"', '\\"' + quoted.replace('\\', '\\\\').replace('"', '\\"') + '\\"'))
    lines.append(f'extern const unsigned char {label}[] __attribute__((visibility("hidden"))), {label}_end[] __attribute__((visibility("hidden")));')
    kind = TYPES.get(os.path.splitext(name)[1], 'application/octet-stream')
    rows.append(f'\t{{"{name}", {label}, {os.path.getsize(path)}, "{digest}", "{kind}"}},')
lines += ['', f'const struct embedded_file {symbol}[] = {{'] + rows + ['};',
          f'const size_t {symbol}_count = {len(rows)};', '']
with open(out, 'w') as f:
    f.write('\n'.join(lines))
