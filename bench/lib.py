"""What the subjects of `make bench` share: figures with their yardsticks, a server on a database of its own, load.

A subject is a file beside this one with `measure(add, bench)`. It calls `add` for each figure, and `bench.missing` for one
that cannot be measured here. Ratios are of one run: rounds of ours and of the yardstick alternate."""
import dataclasses, http.client, json, os, pathlib, platform, re, shutil, statistics, subprocess, tempfile, time, urllib.request

import targets

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass
class Bench:
    build: pathlib.Path
    folder: pathlib.Path  # for the files of this run; on the disk, not in memory
    quick: bool
    results: list = dataclasses.field(default_factory=list)

    @property
    def binary(self): return self.build / 'freigabe'
    @property
    def rounds(self): return 3
    @property
    def seconds(self): return 1 if self.quick else 3

    def temporary(self):
        return tempfile.TemporaryDirectory(dir=self.folder)

    def add(self, name, values, unit, yardstick=None, yard=None):
        """The median of `values`; its ratio to `yard`, round by round; the spread of the ratios or, of what was promised by value
        or has no yardstick, of the values. Values in × are ratios to the yardstick by themselves. Where nothing beside us was
        measured, the goal is the yardstick of what was promised, and called so."""
        value, ratio, spread_of = statistics.median(values), None, values
        if yard:
            ratios = [v / y for v, y in zip(values, yard)]
            ratio = statistics.median(ratios)
            if name not in targets.TARGETS or targets.TARGETS[name][2]:
                spread_of = ratios
        elif unit == '×' and yardstick:
            ratio = value
        elif name in targets.TARGETS and not targets.TARGETS[name][2]:
            goal = targets.TARGETS[name][1]
            yardstick, ratio = f'the goal of {goal:g} {unit}', value / goal
        middle = statistics.median(spread_of)
        spread = (max(spread_of) - min(spread_of)) / middle if middle else 0
        self.results.append({'name': name, 'value': round(value, 3), 'unit': unit, 'yardstick': yardstick,
                             'ratio': round(ratio, 3) if ratio is not None else None, 'spread': round(spread, 3)})
        beside = [f'{ratio:.2f} × {yardstick}'] if ratio is not None else []
        promised = targets.told(name, unit)
        print(f'{name:<28} {value:>12,.2f} {unit:<9} {"; ".join(beside + [promised] * bool(promised))}'
              f'  (spread {spread:.0%})', flush=True)

    def missing(self, name, install):
        """A figure or a yardstick that is not measured, and what to do about it."""
        print(f'{name:<28} not measured: {install}', flush=True)

    def value(self, name):
        return next(r for r in self.results if r['name'] == name)['value']


def have(*programs):
    return all(shutil.which(p, path=os.environ.get('PATH', '') + ':/usr/sbin') for p in programs)


def until(probe, what, within=60):
    end = time.monotonic() + within
    while True:
        got = probe()
        if got:
            return got
        if time.monotonic() > end:
            raise SystemExit(f'not within {within} s: {what}')
        time.sleep(0.005)


class Freigabe:
    """A server of ours: on `db` (a URL), or on a new database with the demo newspaper or what is in `demo`."""

    def __init__(self, bench, folder, db=None, demo=ROOT / 'data/demo', config=(), start=True, env=None):
        self.bench, self.folder, self.starts = bench, pathlib.Path(folder), 0
        self.env = {**os.environ, **(env or {})}
        self.db = db or f'sqlite:{folder}/bench.db'
        self.config = self.folder / 'freigabe.ini'
        self.config.write_text('\n'.join(['limits = off', *config]) + '\n')
        self.process = None
        if not db:
            self.cli('demo', str(demo))
        if start:
            self.start()

    def cli(self, *args, **kwargs):
        subprocess.run([self.bench.binary, *args, '--db', self.db], check=True, capture_output=True, **kwargs)

    def start(self):
        self.starts += 1
        port_file = self.folder / f'port-{self.starts}'
        self.log = open(self.folder / 'server.log', 'a')
        self.process = subprocess.Popen([self.bench.binary, 'serve', '--db', self.db, '--listen', '127.0.0.1:0', '--port-file',
                                         port_file, '--config', self.config], stderr=self.log, env=self.env)
        def port():
            if self.process.poll() is not None:
                raise SystemExit(f'the server ended, see {self.log.name}')
            return port_file.exists() and int(port_file.read_text())
        self.port = until(port, 'the server listens')
        self.base = f'http://127.0.0.1:{self.port}'
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.log.close()

    def __enter__(self): return self
    def __exit__(self, *_): self.stop()

    def get(self, path, **headers):
        return urllib.request.urlopen(urllib.request.Request(self.base + path, headers=headers))

    def processor_ticks(self):
        return sum(int(t) for t in pathlib.Path(f'/proc/{self.process.pid}/stat').read_text().rpartition(')')[2].split()[11:13])

    def rest(self, jobs=False):
        """Waits until it does nothing by itself any more. jobs: also what goes by the clock and follows what was sent, as the
        full-text index does within ten seconds."""
        if jobs:
            time.sleep(11)

        def idle():
            before = self.processor_ticks()
            time.sleep(1)
            return self.processor_ticks() - before <= 3
        until(idle, 'the server rests', within=600)

    def status_kb(self, field):
        """VmRSS, RssAnon … of /proc/PID/status."""
        return int(re.search(rf'^{field}:\s+(\d+) kB', pathlib.Path(f'/proc/{self.process.pid}/status').read_text(), re.M)[1])


class Client:
    """One connection that is kept. `login` makes it an editor's."""

    def __init__(self, server):
        self.connection, self.headers = http.client.HTTPConnection('127.0.0.1', server.port), {}
        self.origin = server.base

    def request(self, method, path, body=None, expect=200, **headers):
        """The answer's body; other statuses end the run."""
        if body is not None:
            headers, body = {**headers, 'Content-Type': 'application/json'}, json.dumps(body)
        self.connection.request(method, path, body, {**self.headers, **headers})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != expect:
            raise SystemExit(f'{method} {path}: {answer.status} {text[:300]}')
        self.answer = answer
        return text

    def timed(self, *args, **kwargs):
        """Milliseconds until the answer was here."""
        start = time.perf_counter()
        self.request(*args, **kwargs)
        return (time.perf_counter() - start) * 1000

    def login(self, user='redaktion', password='elverbote-demo'):
        session = json.loads(self.request('POST', '/v1/desk/session', {'user': user, 'password': password}))
        cookie = self.answer.headers['Set-Cookie'].split(';')[0]
        self.headers = {'Cookie': cookie, 'X-CSRF-Token': session['csrf']}
        return self

    def waiting(self, limit=50):
        return json.loads(self.request('GET', f'/v1/desk/queue?limit={limit}'))['items']

    def release(self, item):
        self.request('POST', f'/v1/desk/revisions/{item["revision"]}/decision', {'action': 'release', 'version': item['version']})


def wrk(bench, url, headers=(), expect=200, connections=32):
    """Requests a second: one thread, so that the load is the same for both sides; an answer of another status ends the run."""
    extra = [x for h in headers for x in ('-H', h)]
    script = bench.folder / f'expect-{expect}.lua'
    script.write_text(f'response = function(status) if status ~= {expect} then wrk.thread:stop() error("status " .. status) end end\n')
    request = urllib.request.Request(url, headers=dict(h.split(': ', 1) for h in headers))
    try:
        status = urllib.request.urlopen(request).status
    except urllib.error.HTTPError as e:
        status = e.code
    if status != expect:
        raise SystemExit(f'{url}: {status} instead of {expect}')
    out = subprocess.run(['wrk', '-t1', f'-c{connections}', f'-d{bench.seconds}s', *extra, url], capture_output=True, text=True,
                         check=True).stdout
    failed = re.search(r'Non-2xx or 3xx responses: (\d+)', out) or re.search(r'Socket errors: (.*)', out)
    if failed:
        raise SystemExit(f'{url}: {failed[0]}')
    return float(re.search(r'Requests/sec:\s+([\d.]+)', out)[1])


def alternated(rounds, **measures):
    """Each measure once a round, in turn; the lists of what they gave, by name."""
    got = {name: [] for name in measures}
    for _ in range(rounds):
        for name, one in measures.items():
            got[name].append(one())
    return got


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def version(command, pattern=r'[\d.]+\d'):
    if not have(command[0]):
        return None
    told = subprocess.run(command, capture_output=True, text=True, env={**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin'})
    found = re.search(pattern, told.stdout + told.stderr)
    return found[0] if found else None


def compiler(build):
    """Who made the program, by its own word; None if that is not known."""
    commands = build / 'compile_commands.json'
    if not commands.exists():
        return None
    first = next(w for w in json.loads(commands.read_text())[0]['command'].split() if not w.endswith('ccache'))
    return subprocess.run([first, '--version'], capture_output=True, text=True).stdout.split('\n')[0]


def machine(build):
    """Where and with what: printed, and written beside the figures."""
    cpu = re.search(r'model name\s*:\s*(.*)', pathlib.Path('/proc/cpuinfo').read_text())
    libraries = {'SQLite': 'sqlite3', 'libmicrohttpd': 'libmicrohttpd', 'brotli': 'libbrotlienc', 'zlib': 'zlib'}
    return {'cpu': cpu[1] if cpu else os.uname().machine, 'cores': os.cpu_count(), 'kernel': os.uname().release,
            'load': [round(x, 1) for x in os.getloadavg()],
            'versions': {'freigabe': version([str(build / 'freigabe'), '--version']), 'compiler': compiler(build),
                         **{name: version(['pkg-config', '--modversion', package]) for name, package in libraries.items()},
                         'nginx': version(['nginx', '-v']), 'wrk': version(['wrk', '-v']),
                         'PostgreSQL': version(['psql', '--version']), 'pgbench': version(['pgbench', '--version']),
                         'Python': platform.python_version()}}
