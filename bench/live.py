"""Idle live connections: memory of the server for each, and how long a released comment takes to all of them. The time is from the
moment at which the editor's decision is sent: commit and fsync are in it. What the kernel keeps for the sockets is told beside it.
The memory is held against what nginx takes for as many connections that it has answered and keeps: it has no streams of its own."""
import json, os, pathlib, re, subprocess, time

import newspaper
from lib import Client, Freigabe, alternated, have
from reading import Nginx


def slab_bytes():
    """What the kernel's objects take in all."""
    return int(re.search(r'^Slab:\s+(\d+)', pathlib.Path('/proc/meminfo').read_text(), re.M)[1]) * 1024


class Listeners:
    """`count` open streams of one article, held by a program of its own (live.c)."""

    def __init__(self, bench, server, article, count):
        self.process = subprocess.Popen([bench.build / 'bench/live', str(server.port), f'/v1/articles/{article}/stream', str(count)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != 'ready\n':
            raise SystemExit('the streams could not be opened')

    def heard(self):
        return json.loads(self.process.stdout.readline())

    def __enter__(self): return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def resident(pids):
    return sum(int(re.search(r'^VmRSS:\s+(\d+)', pathlib.Path(f'/proc/{p}/status').read_text(), re.M)[1]) for p in pids) * 1024


# The hello is what Listeners wait for; after it nginx keeps the connection, as a stream is kept.
HELLO = r'location / { keepalive_timeout 1h; default_type text/event-stream; return 200 ": hello\n\n"; }'


def nginx_round(bench, count):
    """KB a connection in nginx's workers. The slots for connections, which they make at the start, are among them: so these are held
    against an nginx that has few. It ends idle connections when a sixteenth of its slots is left."""
    with bench.temporary() as small, bench.temporary() as large, Nginx(small, {}, 1, HELLO, 64) as few, \
            Nginx(large, {}, 1, HELLO, count * 9 // 8) as many:
        before = resident(few.pids())
        with Listeners(bench, many, '', count):
            return (resident(many.pids()) - before) / count / 1024


def one_round(bench, count, publishes):
    """Bytes a connection in the server and in the kernel, and the milliseconds until 99 % and all had each message."""
    held = [{'article': 'live', 'parent': None, 'state': 'released' if i < 10 else 'held'} for i in range(10 + publishes)]
    with bench.temporary() as folder, Freigabe(bench, folder, demo=newspaper.folder_of(folder, held), config=['connections = 8000']) as server:
        editor = Client(server).login()
        items = editor.waiting()
        editor.release(items.pop())  # what is made once is made
        rss, slab = server.status_kb('VmRSS'), slab_bytes()
        with Listeners(bench, server, 'live', count) as listeners:
            memory = (server.status_kb('VmRSS') - rss) * 1024 / count
            kernel = (slab_bytes() - slab) / count
            p99, last = [], []
            for item in items[:publishes - 1]:
                start = time.monotonic()
                editor.release(item)
                got = listeners.heard()
                p99.append((got['p99'] - start) * 1000)
                last.append((got['last'] - start) * 1000)
            busy = (server.status_kb('VmRSS') - rss) * 1024 / count
    return memory / 1024, kernel / 1024, busy / 1024, p99, last


def measure(add, bench):
    count, publishes = (1000, 6) if bench.quick else (10000, 21)
    both = {'ours': lambda: one_round(bench, count, publishes)}
    if have('nginx'):
        both['nginx'] = lambda: nginx_round(bench, count)
    else:
        bench.missing("live_memory_per_connection's yardstick", 'apt-get install nginx-light')
    got = alternated(bench.rounds, **both)
    rounds = got['ours']
    add('live_memory_per_connection', [r[0] for r in rounds], 'KB', "nginx's kept connection" if have('nginx') else None, got.get('nginx'))
    add('live_memory_after_messages', [r[2] for r in rounds], 'KB')
    add('live_kernel_both_ends', [r[1] for r in rounds], 'KB')
    add('live_publish_p99', [sorted(r[3])[len(r[3]) * 99 // 100] for r in rounds], 'ms')
    add('live_publish_last', [sorted(r[4])[len(r[4]) // 2] for r in rounds], 'ms')
