#!/usr/bin/env python3
"""Makes a C file that carries files by .incbin: embed.py OUT.c SYMBOL NAME=FILE…
The table SYMBOL[] and SYMBOL_count are declared in src/base/embedded.h."""
import hashlib
import os
import re
import sys

TYPES = {'.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml',
         '.html': 'text/html; charset=utf-8', '.json': 'application/json', '.map': 'application/json',
         '.txt': 'text/plain; charset=utf-8', '.tsv': 'text/tab-separated-values; charset=utf-8',
         '.png': 'image/png', '.jpg': 'image/jpeg', '.webp': 'image/webp', '.ico': 'image/x-icon',
         '.woff2': 'font/woff2', '.webmanifest': 'application/manifest+json'}


def c_string(s):
    """A C string literal; octal escapes, so that no following digit is taken in."""
    return '"' + ''.join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else '\\%03o' % b for b in s.encode()) + '"'


def main(out, symbol, *pairs):
    if not re.fullmatch(r'[a-z][a-z0-9_]*', symbol):
        sys.exit(f'embed: not a symbol: {symbol}')
    lines, rows, seen = ['#include "base/embedded.h"', ''], [], set()
    for i, pair in enumerate(pairs):
        name, equals, path = pair.partition('=')
        if not equals or not name or name in seen:
            sys.exit(f'embed: NAME=FILE expected, each name once: {pair}')
        seen.add(name)
        path = os.path.abspath(path)
        with open(path, 'rb') as f:
            content = f.read()
        digest = hashlib.sha256(content).hexdigest()[:16]
        label = f'{symbol}_file_{i}'
        quoted = path.replace('\\', '\\\\').replace('"', '\\"')  # for the assembler; c_string quotes it for C
        # the hash stands in the text so that a changed file is compiled anew; a NUL follows each file
        lines.append(f'/* {digest} */')
        lines.append('__asm__(' + c_string('.section .rodata,"a",@progbits\n.balign 16\n' + label + ':\n.incbin "' + quoted +
                                           '"\n.byte 0\n.previous\n') + ');')
        lines.append(f'extern const unsigned char {label}[] __attribute__((visibility("hidden")));')
        kind = TYPES.get(os.path.splitext(name)[1].lower(), 'application/octet-stream')
        rows.append(f'\t{{{c_string(name)}, {label}, {len(content)}, "{digest}", {c_string(kind)}}},')
    if not rows:  # C has no empty arrays
        rows.append('\t{0},')
    lines += ['', f'const struct embedded_file {symbol}[] = {{'] + rows + ['};', f'const size_t {symbol}_count = {len(pairs)};', '']
    with open(out, 'w', encoding='utf-8') as f:
        f.write('\n'.join(lines))


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
