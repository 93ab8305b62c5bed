"""What a comment and its decision leave on the disk and what is written for them: each alone (one connection, so every one is a
commit) and in company (64 connections; on PostgreSQL 16; decisions by batches of 100), after a thousand that are not counted.
docs/capacity.md reckons with it."""
import json, os, pathlib, sqlite3, subprocess, urllib.parse

from lib import ROOT, Freigabe, have
from writing import BATCH, Desk, Postgres, cpu_seconds, decision, send, submissions


class File:
    """An SQLite file: its pages in use, and what its server has handed to the disk."""

    def __init__(self, server, file):
        self.server, self.file = server, file

    def size(self):
        db = sqlite3.connect(f'file:{self.file}?mode=ro', uri=True)
        try:
            pages, free, each = (db.execute(f'PRAGMA {p}').fetchone()[0] for p in ('page_count', 'freelist_count', 'page_size'))
            return (pages - free) * each
        finally:
            db.close()

    def written(self):
        told = pathlib.Path(f'/proc/{self.server.process.pid}/io').read_text()
        return int(told.split('\nwrite_bytes: ')[1].split('\n')[0])

    def processor(self):
        return 0

    def settle(self):
        pass


class Cluster:
    """A PostgreSQL server: the database's size, its write-ahead log, the processor time of all of its processes."""

    def __init__(self, url, name):
        self.url = url + name
        folder = urllib.parse.unquote(url.split('@')[1].rstrip('/'))
        self.postmaster = int(pathlib.Path(folder, 'data/postmaster.pid').read_text().split('\n')[0])

    def ask(self, sql):
        return int(subprocess.run(['psql', '-Atq', '-d', self.url, '-c', sql], check=True, capture_output=True, text=True).stdout)

    def size(self):
        return self.ask('SELECT pg_database_size(current_database())')

    def written(self):
        return self.ask("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")

    def settle(self):
        """A database that was made a moment ago has no statistics, and plans as if its tables were empty."""
        subprocess.run(['psql', '-q', '-d', self.url, '-c', 'ANALYZE'], check=True)

    def processor(self):
        ticks = 0
        for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
            try:
                fields = stat.read_text().rpartition(')')[2].split()
            except OSError:  # ended meanwhile
                continue
            if int(stat.parent.name) == self.postmaster:
                ticks += sum(int(t) for t in fields[11:15])  # with those of its processes that have ended
            elif int(fields[1]) == self.postmaster:
                ticks += sum(int(t) for t in fields[11:13])
        return ticks / os.sysconf('SC_CLK_TCK')


def cost(add, bench, server, store, name, count, connections, requests, headers=()):
    """Sends `requests` that make `count` changes."""
    server.rest(jobs=True)
    before, ours, theirs = (store.size(), store.written()), cpu_seconds(server), store.processor()
    told = send(bench, server, connections, requests, *headers)
    if any(not status.startswith('2') for status in told['answers']):
        raise SystemExit(f'{name}: answered with {told["answers"]}')
    server.rest(jobs=True)
    add(name + '_rate', [count / told['seconds']], 'per s')
    add(name + '_cpu', [(cpu_seconds(server) - ours) / count * 1e6], 'µs')
    if isinstance(store, Cluster):
        add(name + '_database_cpu', [(store.processor() - theirs) / count * 1e6], 'µs')
    add(name + '_size', [(store.size() - before[0]) / count / 1024], 'KB')
    add(name + '_written', [(store.written() - before[1]) / count / 1024], 'KB')


def whole(add, bench, server, store, name, connections):
    few, many = (200, 2000) if bench.quick else (400, 6000)
    send(bench, server, connections, list(submissions(1000, 0)))
    store.settle()
    cost(add, bench, server, store, name + '_comment_alone', few, 1, list(submissions(few, 1)))
    cost(add, bench, server, store, name + '_comment', many, connections, list(submissions(many, 2)))
    desk = Desk(server)
    waiting = desk.waiting(few + many // 2 // BATCH * BATCH)
    alone, rest = waiting[:few], waiting[few:]
    cost(add, bench, server, store, name + '_decision_alone', few, 1,
         [f'POST /v1/desk/revisions/{r}/decision ' + json.dumps({'version': v, 'action': 'release'}) for r, v in alone], desk.headers())
    batches = [rest[at:at + BATCH] for at in range(0, len(rest), BATCH)]
    cost(add, bench, server, store, name + '_decision', len(rest), 1,
         ['POST /v1/desk/decisions ' + json.dumps({'decisions': [decision(i, *w) for i, w in enumerate(b)]}) for b in batches], desk.headers())


def measure(add, bench):
    with bench.temporary() as folder, Freigabe(bench, folder) as server:
        whole(add, bench, server, File(server, f'{folder}/bench.db'), 'sqlite', 64)
    if not have('psql'):
        bench.missing('postgres_comment', 'apt-get install postgresql')
        return
    with bench.temporary() as folder, Postgres() as postgres:
        postgres.sql('postgres', 'CREATE DATABASE ours')
        server = Freigabe(bench, folder, db=postgres.url + 'ours', start=False)
        server.cli('demo', str(ROOT / 'data/demo'))
        with server.start():
            whole(add, bench, server, Cluster(postgres.url, 'ours'), 'postgres', 16)
