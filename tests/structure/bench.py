#!/usr/bin/env python3
"""`make bench` tells every figure that was promised, by its name, each with a yardstick, its ratio and the spread; the plot shows
them, with machine and versions. It is rehearsed whole: only what takes time is replaced, by figures that are made up.

  bench.py [FOLDER]    that of another bench/ than ours (bench_test.py)"""
import contextlib, io, json, pathlib, sys, tempfile
from unittest import mock

BENCH = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2] / 'bench')
sys.path.insert(0, str(BENCH))
sys.dont_write_bytecode = True
import baseline, cold, growth, live, reading, run, targets, writing

NAMES = set('''thread_html thread_html_gzip thread_json thread_304 accept_sqlite accept_postgres decide_batch live_memory_per_connection
    live_publish_p99 growth_read growth_post growth_queue big_thread_first_page cold_start'''.split())
KEYS = ['name', 'value', 'unit', 'yardstick', 'ratio', 'spread']
ROUNDS = iter(range(1, 1 << 30))


def some(*_, **__):
    """A figure; never twice the same, so that there is a spread."""
    return 100 + next(ROUNDS) % 7


def of(count):
    return lambda *_, **__: [some() for _ in range(count)]


# What takes time, by subject: a program that is started, a load, a database.
STANDINS = {
    reading: {'have': lambda *_: True, 'Freigabe': mock.MagicMock(), 'Nginx': mock.MagicMock(), 'newspaper': mock.MagicMock(),
              'write_files': lambda *_: {}, 'fetch': mock.MagicMock(), 'loaded': of(2)},
    writing: {'have': lambda *_: True, 'Freigabe': mock.MagicMock(), 'Postgres': mock.MagicMock(), 'Desk': mock.MagicMock(),
              'Accepting': lambda *_, **__: mock.MagicMock(round=some, cost=of(4)(), database_cost=of(4)()),
              'fsync_rate': some, 'pgbench_rate': some, 'decide_round': of(2)},
    live: {'have': lambda *_: True, 'nginx_round': some, 'one_round': lambda *_: [some(), some(), some(), of(20)(), of(20)()]},
    growth: {'Freigabe': mock.MagicMock(), 'Client': mock.MagicMock(), 'newspaper': mock.MagicMock(),
             'paired': lambda *_: (of(200)(), of(200)()), 'Thread': lambda *_: mock.MagicMock(round=of(2))},
    cold: {'Freigabe': mock.MagicMock(), 'newspaper': mock.MagicMock(), 'first_answer': some, 'start': of(3)},
}


def rehearse(folder):
    """What the run prints, and the files that it writes."""
    subjects = ','.join(m.__name__ for m in STANDINS)
    with contextlib.ExitStack() as stack:
        for module, instead in STANDINS.items():
            for name, what in instead.items():
                stack.enter_context(mock.patch.object(module, name, what))
        stack.enter_context(mock.patch.object(sys, 'argv', ['run.py', folder, '--only', subjects]))
        printed = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        run.main()
    read = lambda name: pathlib.Path(folder, name).read_text(encoding='utf-8')
    return printed.getvalue(), json.loads(read('bench.json')), json.loads(read('bench-machine.json')), read('bench.svg')


def of_rows(rows, printed):
    """What is wrong with bench.json."""
    by_name = {r.get('name'): r for r in rows}
    yield from (f'no figure {name}' for name in sorted(NAMES - set(by_name)))
    if len(by_name) < len(rows):
        yield 'a name twice, or none'
    for r in rows:
        name = r.get('name')
        if list(r) != KEYS:
            yield f'{name}: keys {list(r)}, not {KEYS}'
            continue
        if not isinstance(r['value'], (int, float)) or not isinstance(r['spread'], (int, float)) or not r['unit']:
            yield f'{name}: {r}'
        if (r['ratio'] is None) != (r['yardstick'] is None):
            yield f'{name}: a ratio and its yardstick belong together: {r}'
        if name in NAMES and r['ratio'] is None:
            yield f'{name}: no yardstick'
        line = next((l for l in printed.split('\n') if l.startswith(f'{name} ')), '')
        if f'(spread {r["spread"]:.0%})' not in line or (r['yardstick'] or '') not in line:
            yield f'{name}: printed as {line!r}'


def of_machine(machine, printed, svg):
    versions = machine['versions']
    for name in ('freigabe', 'compiler', 'SQLite', 'brotli', 'zlib', 'nginx', 'wrk', 'PostgreSQL', 'pgbench'):
        if name not in versions:
            yield f'bench-machine.json: no version of {name}'
        elif versions[name] and (versions[name] not in svg or versions[name] not in printed):
            yield f'{name} {versions[name]}: not in table and plot'
    for what in (machine['cpu'], machine['kernel'], f'{machine["cores"]} cores'):
        if what not in svg or what not in printed:
            yield f'{what}: not in table and plot'


def of_plot(rows, svg):
    yield from (f'{name}: not in the plot' for name in sorted(NAMES) if f'>{name}<' not in svg)
    shown = [r for r in rows if r['name'] in targets.TARGETS]
    if svg.count('class="spread"') != len(shown) or any(f'spread {r["spread"]:.0%} ' not in svg for r in shown):
        yield 'the plot lacks the spread of some figure'


def of_margins():
    """What the baseline allows where something differs."""
    functions = {'libc': 10, 'submit': 90}
    for differs, allowed in (([], .05), (['libsqlite3-0'], .05), (['libc6'], .10), (['libc6', 'compiler'], .25)):
        if baseline.margin_of(differs, functions) != allowed:
            yield f'baseline: {differs} allows {baseline.margin_of(differs, functions)}, not {allowed}'
    told = {'compiler': 'cc (Debian 12.2.0-14) 12.2.0', 'libc6': '2.36-9'}
    for here, differs in (({'compiler': 'cc (Debian 12.2.0-14+deb12u1) 12.2.0'}, []), ({'compiler': 'cc (Debian) 13.1.0'}, ['compiler']),
                          ({'libc6': '2.36-10'}, ['libc6'])):
        if baseline.differing(told, {**told, **here}) != differs:
            yield f'baseline: {here} differs in {baseline.differing(told, {**told, **here})}'


with tempfile.TemporaryDirectory() as made:
    told, found, where, plot = rehearse(made)
problems = [*of_rows(found, told), *of_margins()]
if not problems:
    problems = [*of_machine(where, told, plot), *of_plot(found, plot)]
print('\n'.join(problems) if problems else f'{len(found)} figures, of them all {len(NAMES)} that were promised')
sys.exit(1 if problems else 0)
