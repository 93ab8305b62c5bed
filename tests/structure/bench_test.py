#!/usr/bin/env python3
"""The check of the figures itself can fail: a bench/ without one of the names, one of the keys, a yardstick or the spread is refused."""
import pathlib, shutil, subprocess, sys, tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parents[1]
# file, what stands there, what stands there instead
CASES = [
    ('cold.py', "'cold_start', 'ms'", "'start', 'ms'"),
    ('growth.py', "'growth_queue', queue", "'growth_next', queue"),
    ('reading.py', "'_gzip': ('gzip', 'gz'), ", ''),
    ('writing.py', "'per s', \"pgbench's inserts\", got['yard'])", "'per s')"),
    ('writing.py', "add('decide_batch'", "add('decide'"),
    ('live.py', "got.get('nginx'))", "got.get('nginx'))\n    add('live_publish_p99', [1, 2], 'ms')"),
    ('lib.py', "'unit': unit, 'yardstick': yardstick,", "'unit': unit,"),
    ('lib.py', '  (spread {spread:.0%})', ''),
    ('lib.py', "'wrk': version(['wrk', '-v']),", ''),
    ('plot.py', 'spread {r["spread"]:.0%}', ''),
    ('plot.py', 'return [about, *', 'return [about] or ['),
    ('baseline.py', '0.05, 0.10, 0.25', '0.05, 0.25, 0.25'),
]


def refused(bench):
    done = subprocess.run([sys.executable, here / 'bench.py', bench], capture_output=True, text=True)
    return done.returncode != 0 and not done.stderr, done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, 'data').symlink_to(root / 'data')
    bench = pathlib.Path(folder, 'bench')
    shutil.copytree(root / 'bench', bench, ignore=shutil.ignore_patterns('__pycache__'))
    if refused(bench)[0]:
        sys.exit(f'the copy is refused as it is: {refused(bench)[1]}')
    for name, old, new in CASES:
        text = (bench / name).read_text(encoding='utf-8')
        if text.count(old) != 1:
            sys.exit(f'{name}: {old} stands there {text.count(old)} times')
        (bench / name).write_text(text.replace(old, new), encoding='utf-8')
        bad, said = refused(bench)
        if not bad:
            sys.exit(f'{name} with {new!r} for {old!r} is not refused: {said}')
        (bench / name).write_text(text, encoding='utf-8')
print(f'the check can fail, in {len(CASES)} ways')
