#!/usr/bin/env python3
"""Runs the tests: everything (`make test`), or only the named parts: test.py lint fuzz baseline.

`make test-long` runs what takes its time: tests/long.
Parts run one after the other, the log of each goes to build-test/NAME.log. The last line counts single tests:
"N passed, N failed"."""
import json, os, pathlib, re, shutil, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / 'build-test'
FUZZ_SECONDS = os.environ.get('FUZZ_SECONDS', '1800')
passed = failed = 0
talking = threading.Lock()

def run(name, command, env=None, timeout=600):
    """Runs a command, its output to the log; returns (exit code, output)."""
    LOGS.mkdir(exist_ok=True)
    log = LOGS / f'{name}.log'
    with open(log, 'ab') as f:
        f.write(f'\n$ {command}\n'.encode())
        f.flush()
        start = f.tell()
        try:
            code = subprocess.run(command, shell=True, cwd=ROOT, stdout=f, stderr=subprocess.STDOUT, timeout=timeout,
                                  env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL).returncode
        except subprocess.TimeoutExpired:
            f.write(f'\nnot done after {timeout} s\n'.encode())
            code = 124
    return code, log.read_bytes()[start:].decode(errors='replace')

def count(name, ok, bad, seconds, output=''):
    global passed, failed
    with talking:
        passed += ok
        failed += bad
        say(name, ok, bad, seconds, output)

def say(name, ok, bad, seconds, output):
    print(f'{"FAIL" if bad else "ok  "} {name:<34} {ok:>4} passed {bad:>3} failed {seconds:6.1f} s', flush=True)
    if bad and output:
        print('\n'.join('     ' + line for line in output.splitlines()[-160:]), flush=True)

def single(name, command, **more):
    """A command that is one test."""
    start = time.monotonic()
    code, output = run(name, command, **more)
    count(name, code == 0, code != 0, time.monotonic() - start, output)
    return code == 0

def what_failed(output):
    """Each failed test with the beginning of what it said, and the end of the whole: no failure hides behind another."""
    failures = re.findall(r'^(\s*not ok .*\n(?:(?!\s*(?:ok|not ok|# Subtest)\b).*\n){0,40})', output, re.M)
    rest = [l for l in output.splitlines() if not re.match(r'\s*(ok \d|# Subtest|duration_ms|type:|---|\.\.\.)', l)]
    return '\n'.join([f.rstrip() for f in failures][:8] + rest[-20:])

def tap(name, command, **more):
    """Tests that print TAP: cmocka's or node's."""
    start = time.monotonic()
    code, output = run(name, command, **more)
    totals = {k: int(v) for k, v in re.findall(r'^# (pass|fail|tests) (\d+)$', output, re.M)}
    if 'pass' in totals:
        ok, bad = totals['pass'], totals.get('fail', 0)
    else:
        ok = len(re.findall(r'^\s*ok \d+', output, re.M))
        bad = len(re.findall(r'^\s*not ok \d+(?! # SKIP)', output, re.M))
    if code != 0 and bad == 0 or ok + bad == 0:
        bad += 1
    count(name, ok, bad, time.monotonic() - start, what_failed(output))

# name, compiler, options of meson
BUILDS = {
    'plain': ('gcc', ''),
    'asan': ('clang', '-Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 -Dfuzz=true '
             '-Dc_args=-fsanitize=fuzzer-no-link'),
    'tsan': ('clang', '-Db_sanitize=thread -Db_lundef=false -Doptimization=1'),
}
SANITIZED = {'ASAN_OPTIONS': 'detect_leaks=1:abort_on_error=1:halt_on_error=1',
             'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
             'TSAN_OPTIONS': 'halt_on_error=1:second_deadlock_stack=1', 'CMOCKA_MESSAGE_OUTPUT': 'TAP'}

def build_dir(which):
    return ROOT / ('build' if which == 'plain' else f'build-{which}')

def build(which, more=''):
    compiler, options = BUILDS[which]
    folder = build_dir(which)
    setup = '' if (folder / 'build.ninja').exists() else f'CC={compiler} meson setup {folder} {options} && '
    return single(f'build {which} ({compiler})', f'{setup}ninja {more} -C {folder}', timeout=1200)

def tests_of(folder):
    out = subprocess.run(['meson', 'introspect', '--tests', folder], capture_output=True, text=True, cwd=ROOT)
    return json.loads(out.stdout or '[]')

def c_test(which, t):
    command = f"cd '{t['workdir'] or build_dir(which)}' && " + ' '.join(f"'{c}'" for c in t['cmd'])
    kind = single if any(s.endswith('fuzz') for s in t['suite']) else tap
    kind(f'{which} {t["name"]}', command, env={**SANITIZED, **t['env']})

# Most have one thread, so two run at a time. `but`: what tells nothing new of this build.
def c_tests(which, suites, but=()):
    chosen = [t for t in tests_of(build_dir(which)) if {s.split(':')[-1] for s in t['suite']} & suites and not any(b in t['name'] for b in but)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda t: c_test(which, t), chosen))

# Most of a test's time is waiting, each file of tests has a server of its own, and some have a clock's seconds to wait.
# Browsers take a core and more each; beside them the next builds are made.
AT_ONCE = {'http': 6, 'browser': 1, 'scripts': 1, 'long': 1}

# All of HTTP is tried under the address sanitizer. Of the program as it ships: what depends on speed, on signals, on files
# of other versions, and every route once; the browsers do the rest.
AS_SHIPPED = ('backup', 'clock', 'disk', 'drain', 'faults', 'flow', 'kill', 'limits', 'migrate', 'nodes', 'openapi', 'proxy', 'recovery', 'replica', 'report', 'start', 'upgrade')
# These are about disks, clocks, proxies and many processes, not about memory.
ONLY_AS_SHIPPED = ('clock', 'disk', 'faults', 'migrate', 'nodes', 'proxy', 'recovery', 'replica', 'start')
# On the other store what touches it most.
ON_POSTGRESQL = ('flow', 'kill', 'near', 'search')
# What has several things go on at once: the rest tells the thread sanitizer nothing that these do not.
WITH_THREADS = ('abuse', 'automatic', 'closing', 'drain', 'figures', 'flood', 'flow', 'hostile', 'kill', 'learning', 'limits', 'metrics', 'near', 'nodes', 'notices', 'persons', 'streams')

def node(which, name, pattern, timeout=600, only=None, but=(), title='', **env):
    files = sorted(str(p.relative_to(ROOT)) for p in ROOT.glob(pattern)
                   if (not only or p.name.split('.')[0] in only) and p.name.split('.')[0] not in but)
    binary = build_dir(which) / 'freigabe'
    tap(f'{which} {name}{title}', f'node --test --test-reporter=tap --test-concurrency={AT_ONCE[name]} {" ".join(files)}',
        env={**SANITIZED, 'FREIGABE_BIN': str(binary), **env}, timeout=timeout)

def structure():
    single('layers', 'python3 tests/structure/layers.py')
    single('layers: the check can fail', 'python3 tests/structure/layers_test.py')
    single('systemd unit', 'python3 tests/structure/unit.py')
    single('capacity: the page is what is reckoned', 'python3 bench/capacity.py --check')
    single('messages in both languages', 'python3 tests/structure/messages.py')

def long():
    if build('plain'):
        node('plain', 'long', 'tests/long/*.test.mjs', timeout=7200)

def baseline():
    single('baseline: instructions and allocations', 'python3 bench/baseline.py build')

def lint():
    single('clang-format', "git ls-files 'src/*.c' 'src/*.h' 'include/*.h' 'tests/*.c' | xargs clang-format-14 --dry-run -Werror")
    if build('plain'):
        single('clang-tidy', "git ls-files 'src/*.c' | xargs -P 2 -n 4 clang-tidy-14 -p build --quiet", timeout=1800)
    single('types', 'cd web && npx tsc --noEmit')

def fuzz():
    if build('asan'):
        for t in tests_of(build_dir('asan')):
            if any(s.endswith('fuzz') for s in t['suite']):
                target, corpus = t['cmd'][0], t['cmd'][-1]
                found = LOGS / 'corpus' / t['name']
                found.mkdir(parents=True, exist_ok=True)
                single(f'fuzz {t["name"]}', f'{target} -max_total_time={FUZZ_SECONDS} -timeout=5 -rss_limit_mb=2048 '
                       f'-artifact_prefix={found}/crash- {found} {corpus}', timeout=int(FUZZ_SECONDS) + 120)

def everything():
    structure()
    if build('plain'):
        c_tests('plain', {'unit', 'cases', 'contract'})
        baseline()
        node('plain', 'scripts', 'tests/web/*.test.mjs')
        node('plain', 'http', 'tests/http/*.test.mjs', only=AS_SHIPPED)
        node('plain', 'http', 'tests/http/*.test.mjs', only=ON_POSTGRESQL, title=' on PostgreSQL', FREIGABE_TEST_DB='postgres', KILL_ROUNDS='2')
        baseline()
        with ThreadPoolExecutor(1) as beside:
            built = [beside.submit(build, which, '-j1') for which in ('asan', 'tsan')]
            node('plain', 'browser', 'tests/browser/*.test.mjs')
        asan, tsan = [b.result() for b in built]
    else:
        return
    if asan:
        c_tests('asan', {'unit', 'cases', 'contract', 'fuzz'}, but=('plans', 'on PostgreSQL'))
        node('asan', 'http', 'tests/http/*.test.mjs', but=ONLY_AS_SHIPPED, KILL_ROUNDS='2')
    if tsan:
        c_tests('tsan', {'contract', 'threads'}, but=('plans',))
        node('tsan', 'http', 'tests/http/*.test.mjs', only=WITH_THREADS, KILL_ROUNDS='2')

if __name__ == '__main__':
    parts = {'everything': everything, 'long': long, 'lint': lint, 'fuzz': fuzz, 'structure': structure, 'baseline': baseline}
    if not set(sys.argv[1:]) <= set(parts):
        sys.exit(f'{__doc__}\n\nparts: {" ".join(parts)}')
    started = time.monotonic()
    shutil.rmtree(LOGS, ignore_errors=True)
    for part in sys.argv[1:] or ['everything']:
        parts[part]()
    print(f'{time.monotonic() - started:.0f} s; logs in {LOGS.relative_to(ROOT)}/')
    print(f'{passed} passed, {failed} failed')
    sys.exit(1 if failed else 0)
