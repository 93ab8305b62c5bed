#!/usr/bin/env python3
"""The check of the layers itself can fail: a tree with an upward include is refused."""
import pathlib, subprocess, sys, tempfile

here = pathlib.Path(__file__).parent
cases = {
    'store/a.c': ('#include "service/service.h"\n', 1),
    'render/a.c': ('#include "store/store.h"\n', 1),
    'api/a.c': ('#include "event/tail.h"\n', 1),
    'service/a.c': ('store_publication_write(tx);\n', 1),
    'service/b.c': ('#include "store/store.h"\n#include "service/x.h"\n', 0),
    'store/meson.build': ("files('a.c', 'b.c', 'a.c')", 1),
}
for name, (text, want) in cases.items():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, name)
        file.parent.mkdir(parents=True)
        file.write_text(text)
        if file.name == 'meson.build':
            for source in 'ab':
                (file.parent / f'{source}.c').write_text('')
        got = subprocess.run([sys.executable, here / 'layers.py', folder], capture_output=True).returncode
        if got != want:
            sys.exit(f'{name}: expected {want}, got {got}')
print('the check can fail')
