#!/usr/bin/env python3
"""Runs the tests: everything (`make test`), or only the named parts: test.py lint fuzz baseline.

`make test-long` runs what takes its time: tests/long; `test.py long-NAME` one file of it.
Two things run at a time; the log of each goes to build-test/NAME.log, beside it stands how long it took, and the processor
time of it and its children (not of a database server that was there before). The last line counts single tests:
"N passed, N failed"."""
import atexit, contextlib, functools, json, os, pathlib, re, shutil, signal, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / 'build-test'
FUZZ_SECONDS = os.environ.get('FUZZ_SECONDS', '1800')
passed = failed = processor = 0
skipped = [] # where, and what
talking = threading.Lock()

running = set() # process groups: whatever ends this, they do not outlive it
atexit.register(lambda: [end(group) for group in list(running)])

def end(group):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)

class Done:
    """What a command left: its exit code and output, how long it took, and the processor time of it and its children."""
    def __init__(self, code, output, seconds, processor):
        self.code, self.output, self.seconds, self.processor = code, output, seconds, processor

def run(name, command, env=None, timeout=600):
    """Runs a command, its output to the log."""
    LOGS.mkdir(exist_ok=True)
    log = LOGS / f'{name}.log'
    began = time.monotonic()
    with open(log, 'ab') as f:
        f.write(f'\n$ {command}\n'.encode())
        f.flush()
        start = f.tell()
        child = subprocess.Popen(command, shell=True, cwd=ROOT, stdout=f, stderr=subprocess.STDOUT, start_new_session=True,
                                 env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL)
        running.add(child.pid)
        late = threading.Timer(timeout, end, [child.pid])
        late.start()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = code = os.waitstatus_to_exitcode(status)
        running.discard(child.pid)
        late.cancel()
        if time.monotonic() - began >= timeout:
            f.write(f'\nnot done after {timeout} s\n'.encode())
            code = 124
    output = log.read_bytes()[start:].decode(errors='replace')
    return Done(code, output, time.monotonic() - began, used.ru_utime + used.ru_stime)

def count(name, ok, bad, done, output=''):
    global passed, failed, processor
    with talking:
        passed += ok
        failed += bad
        processor += done.processor
        print(f'{"FAIL" if bad else "ok  "} {name:<34} {ok:>4} passed {bad:>3} failed {done.seconds:6.1f} s {done.processor:6.1f} s of processors',
              flush=True)
        if bad and output:
            print('\n'.join('     ' + line for line in output.splitlines()[-160:]), flush=True)

def single(name, command, **more):
    """A command that is one test."""
    done = run(name, command, **more)
    count(name, done.code == 0, done.code != 0, done, done.output)
    return done.code == 0

def what_failed(output):
    """Each failed test with the beginning of what it said, and the end of the whole: no failure hides behind another."""
    failures = re.findall(r'^(\s*not ok .*\n(?:(?!\s*(?:ok|not ok|# Subtest)\b).*\n){0,40})', output, re.M)
    rest = [l for l in output.splitlines() if not re.match(r'\s*(ok \d|# Subtest|duration_ms|type:|---|\.\.\.)', l)]
    return '\n'.join([f.rstrip() for f in failures][:8] + rest[-20:])

def tap(name, command, **more):
    """Tests that print TAP: cmocka's or node's."""
    done = run(name, command, **more)
    output = done.output
    with talking:
        skipped.extend((name, what.strip()) for what in re.findall(r'^\s*(?:not )?ok \d+(?: - )?(.*?# SKIP\b.*)$', output, re.M | re.I))
    totals = {k: int(v) for k, v in re.findall(r'^# (pass|fail|tests) (\d+)$', output, re.M)}
    if 'pass' in totals:
        ok, bad = totals['pass'], totals.get('fail', 0)
    else:
        ok = len(re.findall(r'^\s*ok \d+(?!.*# SKIP)', output, re.M))
        bad = len(re.findall(r'^\s*not ok \d+(?!.*# SKIP)', output, re.M))
    if done.code != 0 and bad == 0 or ok + bad == 0 and '# SKIP' not in output:
        bad += 1
    count(name, ok, bad, done, what_failed(output))

def tell_skipped():
    """A run in which something was skipped is not complete, and says so."""
    for where, what in sorted(skipped):
        print(f'skipped {where:<31} {what.replace("# SKIP", "–").strip(" –")}')
    print(f'{len(skipped)} skipped')

# Sanitizers: line tables are enough to say where, and lld links the many test programs in a third of the time.
QUICK = '-Db_lundef=false -Doptimization=1 -Dc_link_args=-fuse-ld=lld '
# name: compiler, options of meson. `asan` replays the fuzzers' corpora; what guides a fuzzer to new inputs would slow all else.
BUILDS = {
    'plain': ('gcc', ''),
    'asan': ('clang', QUICK + '-Db_sanitize=address,undefined -Dfuzz=true -Dc_args=-g1'),
    'tsan': ('clang', QUICK + '-Db_sanitize=thread -Dc_args=-g1'),
    'fuzz': ('clang', QUICK + "-Db_sanitize=address,undefined -Dfuzz=true '-Dc_args=-g1 -fsanitize=fuzzer-no-link'"),
}
SANITIZED = {'ASAN_OPTIONS': 'detect_leaks=1:abort_on_error=1:halt_on_error=1',
             'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
             'TSAN_OPTIONS': 'halt_on_error=1:second_deadlock_stack=1:die_after_fork=0', 'CMOCKA_MESSAGE_OUTPUT': 'TAP'}
# The suites of tests in C that run in each build; no others are built.
SUITES = {'plain': {'unit', 'cases', 'contract'}, 'asan': {'unit', 'cases', 'contract', 'fuzz'}, 'tsan': {'contract', 'threads'}, 'fuzz': {'fuzz'}}
# The unit tests run under the address sanitizer. As shipped, by another compiler and optimised: the engine, whose numbers
# must be the same, and what a sanitizer cannot run.
AS_SHIPPED_C = ('base', 'confine', 'examples', 'learn', 'memory', 'policy', 'private', 'render', 'review', 'sharing', 'text')
# Whose name holds one of these tells nothing new of that build.
BUT_C = {'asan': ('plans', 'steps', 'on PostgreSQL'), 'tsan': ('plans', 'steps', 'partitions')}

def build_dir(which):
    return ROOT / ('build' if which == 'plain' else f'build-{which}')

def build(which, more=''):
    """All of the program as it ships; of another build, the server. Of each, the tests that run in it."""
    compiler, options = BUILDS[which]
    folder = build_dir(which)
    if not (folder / 'build.ninja').exists() and not single(f'configure {which} ({compiler})', f'CC={compiler} meson setup {folder} {options}'):
        return False
    targets = ' '.join(sorted({'program' if which == 'plain' else 'freigabe'} | programs(which)))
    return single(f'build {which} ({compiler})', f'ninja {more} -C {folder} {targets}', timeout=1200)

def runs(which, t):
    suites = {s.split(':')[-1] for s in t['suite']} & SUITES[which]
    told = which != 'plain' or 'unit' not in suites or t['name'] in AS_SHIPPED_C
    return suites and told and not any(part in t['name'] for part in BUT_C.get(which, ()))

def c_tests_of(which):
    out = subprocess.run(['meson', 'introspect', '--tests', build_dir(which)], capture_output=True, text=True, cwd=ROOT)
    return [t for t in json.loads(out.stdout or '[]') if runs(which, t)]

def programs(which):
    """What the tests of a build run, as ninja names it."""
    folder = build_dir(which)
    paths = {(folder / word).resolve() for t in c_tests_of(which) for word in t['cmd'] if '/' in word}
    return {str(p.relative_to(folder)) for p in paths if p.is_relative_to(folder) and p != folder}

def c_test(which, t):
    command = f"cd '{t['workdir'] or build_dir(which)}' && " + ' '.join(f"'{c}'" for c in t['cmd'])
    kind = single if any(s.endswith('fuzz') for s in t['suite']) else tap
    kind(f'{which} {t["name"]}', command, env={**SANITIZED, **t['env']})

def c_tests(which):
    for t in c_tests_of(which):
        c_test(which, t)

# Most of a test's time is waiting, each file of tests has a server of its own, and some have a clock's seconds to wait.
# Browsers take most of a core each.
AT_ONCE = {'http': 6, 'browser': 2, 'scripts': 1, 'long': 1}
LONG_SECONDS = 4 * 3600

# All of HTTP is tried under the address sanitizer. Of the program as it ships: what depends on speed, on signals, on files
# of other versions, and every route once; the browsers do the rest.
AS_SHIPPED = ('backup', 'clock', 'confine', 'descriptors', 'disk', 'drain', 'earlier', 'faults', 'flow', 'kill', 'limits', 'migrate', 'nodes', 'openapi', 'proxy', 'recovery',
              'replica', 'report', 'start', 'takeover', 'upgrade')
# These are about disks, clocks, proxies and many processes, not about memory.
ONLY_AS_SHIPPED = ('clock', 'confine', 'descriptors', 'disk', 'earlier', 'faults', 'migrate', 'nodes', 'proxy', 'recovery', 'replica', 'start', 'takeover')
# On the other store what touches it most, and what takes a clock or descriptors away.
ON_POSTGRESQL = ('canary', 'clock', 'descriptors', 'factors', 'flow', 'kill', 'near', 'persons', 'search', 'together')
# What has several things go on at once: the rest tells the thread sanitizer nothing that these do not.
WITH_THREADS = ('abuse', 'automatic', 'closing', 'drain', 'figures', 'flood', 'flow', 'hostile', 'kill', 'learning', 'limits', 'metrics', 'near', 'nodes', 'notices', 'persons', 'streams', 'webhooks')

def node(which, name, pattern, timeout=1800, only=None, but=(), title='', **env):
    files = sorted(str(p.relative_to(ROOT)) for p in ROOT.glob(pattern)
                   if (not only or p.name.split('.')[0] in only) and p.name.split('.')[0] not in but)
    binary = build_dir(which) / 'freigabe'
    tap(f'{which} {name}{title}', f'node --test --test-reporter=tap --test-concurrency={AT_ONCE[name]} {" ".join(files)}',
        env={**SANITIZED, 'FREIGABE_BIN': str(binary), **env}, timeout=timeout)

def structure():
    single('layers', 'python3 tests/structure/layers.py')
    single('layers: the check can fail', 'python3 tests/structure/layers_test.py')
    single('systemd unit', 'python3 tests/structure/unit.py')
    single('bench: names, keys, yardsticks, plot', 'python3 tests/structure/bench.py')
    single('bench: the check can fail', 'python3 tests/structure/bench_test.py')
    single('capacity: the page is what is reckoned', 'python3 bench/capacity.py --check')
    single('messages in both languages', 'python3 tests/structure/messages.py')

LONG = sorted(p.name.split('.')[0] for p in (ROOT / 'tests/long').glob('*.test.mjs'))

def long(names=LONG):
    if not build('plain'):
        return
    for name in names:
        node('plain', 'long', f'tests/long/{name}.test.mjs', timeout=LONG_SECONDS, title=f' {name}')
    if 'faults' in names and build('asan'): # all but memory, which is the sanitizer's own
        node('asan', 'long', 'tests/long/faults.test.mjs', timeout=LONG_SECONDS, title=' faults')

def baseline():
    single('baseline: instructions and allocations', 'python3 bench/baseline.py build')

def lint():
    single('clang-format', "git ls-files 'src/*.c' 'src/*.h' 'include/*.h' 'tests/*.c' | xargs clang-format-14 --dry-run -Werror")
    if build('plain'):
        single('clang-tidy', "git ls-files 'src/*.c' | xargs -P 2 -n 4 clang-tidy-14 -p build --quiet", timeout=1800)
    single('types', 'cd web && npx tsc --noEmit')

def fuzz():
    if build('fuzz'):
        for t in c_tests_of('fuzz'):
            target, corpus = t['cmd'][0], t['cmd'][-1]
            found = LOGS / 'corpus' / t['name']
            found.mkdir(parents=True, exist_ok=True)
            single(f'fuzz {t["name"]}', f'{target} -max_total_time={FUZZ_SECONDS} -timeout=5 -rss_limit_mb=2048 '
                   f'-artifact_prefix={found}/crash- {found} {corpus}', timeout=int(FUZZ_SECONDS) + 120)

@contextlib.contextmanager
def postgres():
    """One PostgreSQL server for all who want a database; some tests start their own beside it. No test of this one takes the
    power away, so it need not wait for the disk; processes may be killed."""
    child = subprocess.Popen([sys.executable, ROOT / 'tests/lib/postgres.py', '--max_connections=500', '--fsync=off'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        os.environ['FREIGABE_SHARED_POSTGRES'] = child.stdout.readline().strip() or sys.exit('PostgreSQL does not start')
        yield
    finally:
        child.communicate('')

def as_shipped():
    c_tests('plain')
    node('plain', 'scripts', 'tests/web/*.test.mjs')
    node('plain', 'http', 'tests/http/*.test.mjs', only=AS_SHIPPED, KILL_ROUNDS='8')
    node('plain', 'http', 'tests/http/*.test.mjs', only=ON_POSTGRESQL, title=' on PostgreSQL', FREIGABE_TEST_DB='postgres', KILL_ROUNDS='2')
    node('plain', 'browser', 'tests/browser/*.test.mjs')

def sanitized(which, **files):
    node(which, 'http', 'tests/http/*.test.mjs', KILL_ROUNDS='2', **files)

def everything():
    if not build('plain'):
        return
    os.environ['FREIGABE_TEST_BEGINNINGS'] = str(LOGS / 'beginnings')
    (LOGS / 'beginnings').mkdir(parents=True)
    with postgres(), ThreadPoolExecutor(1) as beside: # on one core all but the last: the tests over HTTP wait more than they reckon
        asan = beside.submit(build, 'asan', '-j1')
        asan_c = beside.submit(lambda: asan.result() and c_tests('asan'))
        tsan = beside.submit(build, 'tsan', '-j1')
        tsan_c = beside.submit(lambda: tsan.result() and c_tests('tsan'))
        counted = [beside.submit(structure), beside.submit(baseline)]
        tsan_http = beside.submit(lambda: tsan.result() and sanitized('tsan', only=WITH_THREADS))
        as_shipped()
        if asan.result():
            sanitized('asan', but=ONLY_AS_SHIPPED)
        for done in (asan_c, tsan_c, *counted, tsan_http):
            done.result()

if __name__ == '__main__':
    parts = {'everything': everything, 'long': long, 'lint': lint, 'fuzz': fuzz, 'structure': structure, 'baseline': baseline,
             **{f'long-{name}': functools.partial(long, [name]) for name in LONG}}
    if not set(sys.argv[1:]) <= set(parts):
        sys.exit(f'{__doc__}\n\nparts: {" ".join(parts)}')
    started = time.monotonic()
    shutil.rmtree(LOGS, ignore_errors=True)
    for part in sys.argv[1:] or ['everything']:
        parts[part]()
    tell_skipped()
    print(f'{time.monotonic() - started:.0f} s, {processor:.0f} s of processors; logs in {LOGS.relative_to(ROOT)}/')
    print(f'{passed} passed, {failed} failed')
    sys.exit(1 if failed else 0)
