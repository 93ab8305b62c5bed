#!/usr/bin/env python3
"""The library alone, as others use it: what it exports, and that the examples in C, Python and PHP say what `freigabe check` says.
examples_test.py BUILD (TAP)"""
import json, os, pathlib, re, subprocess, sys

ROOT, BUILD = pathlib.Path(__file__).resolve().parents[2], pathlib.Path(sys.argv[1])
LIBRARY = BUILD / 'libfreigabe.so.0'
COMMENTS = ['Ihr seid doch alle gekauft, ihr Idioten!', 'Danke für den Artikel. Gibt es Zahlen dazu, wie viele Busse fahren?',
            'This is a f*cking disgrace — who paid you? 😀']
number = failed = 0


def ok(good, name, *remarks):
    global number, failed
    number, failed = number + 1, failed + (not good)
    for r in () if good else remarks:
        print('#', r)
    print('ok' if good else 'not ok', number, '-', name)


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True,
                          env={**os.environ, 'LD_LIBRARY_PATH': str(BUILD)}).stdout


header = (ROOT / 'include/freigabe.h').read_text()
declared = sorted(set(re.findall(r'\b(frg_\w+)\(', re.sub(r'/\*.*?\*/', '', header, flags=re.S))))
exported = sorted(line.split()[-1] for line in run('nm', '-D', '--defined-only', LIBRARY).splitlines())
ok(exported == declared, 'the library exports what its header declares, nothing else', exported, declared)
ok('libfreigabe.so.0' in run('readelf', '-d', LIBRARY), 'it has a soname')
c_example = BUILD / 'examples/check'
for comment in COMMENTS:
    told = json.loads(subprocess.run([BUILD / 'freigabe', 'check', '--jsonl'], input=json.dumps({'text': comment}), text=True,
                                     capture_output=True, check=True).stdout)
    python = json.loads(run(sys.executable, ROOT / 'examples/check.py', LIBRARY, comment))
    php = json.loads(run('php', ROOT / 'examples/check.php', LIBRARY, comment))
    c = run(c_example, comment)
    rules = [r for r in told['scores'] if r != 'off_topic']
    wanted = {r: told['scores'][r] for r in rules}
    quotes = [(e['rule'], e['quote'], e['reason']) for e in told['evidence']]
    for name, got in (('Python', python), ('PHP', php)):
        same = all(abs(got['scores'][r] - wanted[r]) < 2e-4 for r in rules)
        ok(same and [(e['rule'], e['quote'], e['reason']) for e in got['evidence']] == quotes and
           got['suggestion'] == told['suggestion'], f'{name}: {comment}', got, told)
    ok(all(any(f'{wanted[r] + d:.2f}' in c for d in (-0.0001, 0, 0.0001)) for r in rules) and all(reason in c for _, _, reason in quotes),
       f'C: {comment}', c, told)
print(f'1..{number}')
sys.exit(failed > 0)
