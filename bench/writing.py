"""What is written. accept_sqlite: held comments accepted a second over 64 connections, each on the disk before its 201, against
the machine's own rate of fsynced 4 KB appends. accept_sqlite_slow: both where an fsync takes a millisecond more. accept_postgres: the same on PostgreSQL, against pgbench inserting a row as long
as a comment, 16 clients on each side; what one takes of the processor is said for the server and for the database, for
where both share two cores with the load the rate follows from it. decide_batch: decisions a second by the desk's batches of 100, every tenth a rejection
with its letter, against the same appends: how many decisions one of them stands for. The load comes from bench/send.c, which takes a twentieth of what the server takes."""
import json, os, pathlib, random, re, subprocess, sys, time, urllib.parse, urllib.request

from lib import ROOT, Freigabe, alternated, have, until

PASSWORD = 'eine lange Losung'
ARTICLE = 'elverbruecke'
BATCH = 100


def texts(seed):
    """Comments of about 200 letters, no two alike: sentences of the archive, put together anew."""
    rows = [line.split('\t')[-1] for line in (ROOT / 'data/comments.de.tsv').read_text(encoding='utf-8').split('\n')[1:] if line]
    words = [w for row in rows for w in row.replace('\\n', ' ').split()]
    chance = random.Random(seed)
    while True:
        at = chance.randrange(len(words) - 40)
        yield ' '.join(words[at:at + 15] + chance.sample(words, 4) + words[at + 15:at + 28])


def submissions(count, seed):
    source = texts(seed)
    for i in range(count):
        yield f'POST /v1/articles/{ARTICLE}/comments ' + json.dumps({'name': f'Leser {i}', 'text': next(source)}, ensure_ascii=False)


def send(bench, server, connections, requests, *headers):
    """Sends them all; what bench/send.c says, and the processor time that the server took."""
    before = cpu_seconds(server)
    told = subprocess.run([bench.build / 'bench/send', str(server.port), str(connections), *headers], input='\n'.join(requests),
                          capture_output=True, text=True, check=True)
    return {**json.loads(told.stdout), 'server_cpu': cpu_seconds(server) - before}


def cpu_seconds(server):
    fields = pathlib.Path(f'/proc/{server.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


FSYNCS = """
import os, sys, time
with open(sys.argv[1] + '/yard', 'wb', buffering=0) as f:
    start, n = time.monotonic(), 0
    while time.monotonic() - start < float(sys.argv[2]):
        f.write(b'x' * 4096)
        os.fdatasync(f.fileno())
        n += 1
    print(n / (time.monotonic() - start))
"""


def fsync_rate(folder, seconds, env=None):
    return float(subprocess.run([sys.executable, '-c', FSYNCS, folder, str(seconds)], env={**os.environ, **(env or {})},
                                capture_output=True, text=True, check=True).stdout)


def sent(bench, server, connections, requests, *headers):
    """As send; its server_cpu counts what follows, too: the full-text index, the figures."""
    before = cpu_seconds(server)
    told = send(bench, server, connections, requests, *headers)
    server.rest(jobs=True)
    return {**told, 'server_cpu': cpu_seconds(server) - before}


class Accepting:
    """Sends as many comments as take about the seconds of a round, as fast as they were taken so far. `warm`: for how many
    seconds, before anything counts: statements are prepared, the article is analysed, a queue stands."""

    def __init__(self, bench, server, connections, warm=0.5, database=None):
        self.bench, self.server, self.connections, self.rate, self.seed = bench, server, connections, 400, 0
        self.database, self.cost, self.database_cost = database, [], []
        self.round(warm)

    def round(self, seconds=None):
        count = int(self.rate * (seconds or self.bench.seconds)) + self.connections
        self.seed += 1
        before = self.database.cpu_seconds() if self.database else 0
        told = sent(self.bench, self.server, self.connections, list(submissions(count, self.seed)))
        if told['answers'] != {'201': count}:
            raise SystemExit(f'comments were answered with {told["answers"]}')
        self.rate = count / told['seconds']
        self.cost.append(told['server_cpu'] / count * 1e6)
        if self.database:
            self.database_cost.append((self.database.cpu_seconds() - before) / count * 1e6)
        return self.rate


# ---- the desk ----

class Desk:
    def __init__(self, server):
        self.server = server
        server.cli('user', 'set', 'bench', '--name', 'Bea Bench', '--role', 'lead', '--password-stdin', input=(PASSWORD + '\n').encode())
        answer = self.call('POST', '/v1/desk/session', {'user': 'bench', 'password': PASSWORD})
        self.csrf = json.load(answer)['csrf']
        self.cookie = answer.headers['Set-Cookie'].split(';')[0]

    def call(self, method, path, body=None):
        headers = {'Content-Type': 'application/json'} if body is not None else {}
        if hasattr(self, 'cookie'):
            headers |= {'Cookie': self.cookie, 'X-CSRF-Token': self.csrf}
        return urllib.request.urlopen(urllib.request.Request(self.server.base + path, method=method, headers=headers,
                                                             data=json.dumps(body).encode() if body is not None else None))

    def headers(self):
        return [f'Cookie: {self.cookie}', f'X-CSRF-Token: {self.csrf}']

    def waiting(self, count):
        """So many of what waits: (revision, version)."""
        found, after = [], ''
        while len(found) < count:
            page = json.load(self.call('GET', f'/v1/desk/queue?limit=100{after}'))
            found += [(item['revision'], item['version']) for item in page['items']]
            if not page['next']:
                raise SystemExit(f'only {len(found)} wait')
            after = f'&after={page["next"]}'
        return found[:count]


def decision(i, revision, version):
    d = {'revision': revision, 'version': version, 'action': 'release'}
    return {**d, 'action': 'reject', 'rules': ['off_topic']} if i % 10 == 9 else d


def decide_round(bench, server, desk, batches):
    """Decisions a second, and what one takes of the server's processor time, in µs."""
    waiting = desk.waiting(batches * BATCH)
    requests = ['POST /v1/desk/decisions ' + json.dumps({'decisions': [decision(i, *w) for i, w in enumerate(waiting[at:at + BATCH])]})
                for at in range(0, len(waiting), BATCH)]
    told = sent(bench, server, 1, requests, *desk.headers())
    if told['answers'] != {'200': batches}:
        raise SystemExit(f'batches were answered with {told["answers"]}')
    return len(waiting) / told['seconds'], told['server_cpu'] / len(waiting) * 1e6


# ---- PostgreSQL ----

class Postgres:
    """A server of its own in a temporary folder, fsync on, as the tests start it."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, ROOT / 'tests/lib/postgres.py'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise SystemExit('PostgreSQL did not start')
        data = pathlib.Path(urllib.parse.unquote(self.url.split('@')[1].rstrip('/')), 'data')
        self.pid = int((data / 'postmaster.pid').read_text().split()[0])
        return self

    def cpu_seconds(self):
        """Of all its processes, those that have ended too."""
        def ticks(pid, fields):
            try:
                return sum(int(t) for t in pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[11:11 + fields])
            except FileNotFoundError:  # ended this moment: its parent has its time by now, or next time
                return 0
        children = pathlib.Path(f'/proc/{self.pid}/task/{self.pid}/children').read_text().split()
        return (sum(ticks(child, 2) for child in children) + ticks(self.pid, 4)) / os.sysconf('SC_CLK_TCK')

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def sql(self, database, text):
        subprocess.run(['psql', '-q', '-v', 'ON_ERROR_STOP=1', '-d', self.url + database, '-c', text], check=True, capture_output=True)


def pgbench_rate(postgres, script, seconds):
    out = subprocess.run(['pgbench', '-n', '-M', 'prepared', '-c', '16', '-j', '1', '-T', str(seconds), '-f', script, postgres.url + 'yard'],
                         capture_output=True, text=True, check=True).stdout
    return float(re.search(r'tps = ([\d.]+)', out)[1])


def accept_postgres(add, bench, folder):
    script = pathlib.Path(folder, 'insert.sql')
    text = next(texts(0)).replace("'", "''")
    script.write_text(f"\\set id random(1, 9000000000000)\nINSERT INTO row VALUES (:id, 1, 1, 1, 'Leser', '{text}', 1);\n", encoding='utf-8')
    with Postgres() as postgres:
        postgres.sql('postgres', 'CREATE DATABASE yard')
        postgres.sql('postgres', 'CREATE DATABASE ours')
        postgres.sql('yard', 'CREATE TABLE row (id bigint, site bigint, article bigint, author bigint, name text, text text, at bigint)')
        server = Freigabe(bench, folder, db=postgres.url + 'ours', start=False)
        server.cli('demo', str(ROOT / 'data/demo'))
        with server.start():
            accepting = Accepting(bench, server, 16, warm=4, database=postgres)
            got = alternated(bench.rounds, yard=lambda: pgbench_rate(postgres, script, max(1, bench.seconds)), ours=accepting.round)
    add('accept_postgres', got['ours'], 'per s', "pgbench's inserts", got['yard'])
    add('accept_postgres_cpu', accepting.cost[1:], 'µs')
    add('accept_postgres_database_cpu', accepting.database_cost[1:], 'µs')


# ---- the figures ----

def measure(add, bench):
    sqlite(add, bench)
    slow(add, bench)
    if have('psql', 'pgbench'):
        with bench.temporary() as folder:
            accept_postgres(add, bench, folder)
    else:
        bench.missing('accept_postgres', 'apt-get install postgresql')


def sqlite(add, bench):
    with bench.temporary() as folder, Freigabe(bench, folder) as server:
        accepting = Accepting(bench, server, 64)
        got = alternated(bench.rounds, yard=lambda: fsync_rate(folder, 1), ours=accepting.round)
        add('accept_sqlite', got['ours'], 'per s', 'fsynced 4 KB appends', got['yard'])
        add('accept_cpu', accepting.cost[1:], 'µs')
        desk, batches = Desk(server), 4 if bench.quick else 10
        decide_round(bench, server, desk, 1)
        got = alternated(bench.rounds, yard=lambda: fsync_rate(folder, 1), ours=lambda: decide_round(bench, server, desk, batches))
        add('decide_batch', [rate for rate, _ in got['ours']], 'per s', 'fsynced 4 KB appends', got['yard'])
        add('decide_cpu', [cost for _, cost in got['ours']], 'µs')


def slow(add, bench):
    env = {'LD_PRELOAD': str(bench.build / 'bench/libslow_sync.so')}
    with bench.temporary() as folder, Freigabe(bench, folder, env=env) as server:
        accepting = Accepting(bench, server, 64)
        got = alternated(bench.rounds, yard=lambda: fsync_rate(folder, 1, env), ours=accepting.round)
        add('accept_sqlite_slow', got['ours'], 'per s', 'as slow fsynced appends', got['yard'])
