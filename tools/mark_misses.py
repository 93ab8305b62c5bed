#!/usr/bin/env python3
"""After a new model or list: sets the miss= marks of tests/cases to what the engine now gets wrong.
  mark_misses.py BUILD     look at the difference before you commit it: a case that is newly marked is a regression."""
import pathlib, re, subprocess, sys

if len(sys.argv) != 2 or sys.argv[1].startswith('-'):
    sys.exit(__doc__)
ROOT = pathlib.Path(__file__).resolve().parent.parent
RULES = ['profanity', 'aggression', 'insinuation', 'ad_link', 'off_topic', 'engaging']
files = sorted((ROOT / 'tests/cases').glob('*.txt'))
out = subprocess.run([sys.argv[1] + '/tests/run_cases', *files], capture_output=True, text=True).stdout
wrong, right = {}, {}
for case, rule, how in re.findall(r'^# (\S+): (\w+) is (wrong|right)', out, re.M):
    (wrong if how == 'wrong' else right).setdefault(case, set()).add(rule)
added = removed = 0
for file in files:
    lines = file.read_text(encoding='utf-8').split('\n')
    for i, line in enumerate(lines):
        found = re.match(r'@comment .*?id=(\S+)', line)
        if not found or (found[1] not in wrong and found[1] not in right):
            continue
        old = re.search(r' miss=(\S+)', line)
        marks = set(old[1].split(',')) if old else set()
        marks = (marks | wrong.get(found[1], set())) - right.get(found[1], set())
        added, removed = added + len(wrong.get(found[1], ())), removed + len(right.get(found[1], ()))
        line = re.sub(r' miss=\S+', '', line)
        lines[i] = line + (' miss=' + ','.join(r for r in RULES if r in marks) if marks else '')
    file.write_text('\n'.join(lines), encoding='utf-8')
print(f'{added} judgements newly wrong, {removed} right again')
