"""Held comments accepted a second over 64 connections, each on the disk before its 201, against the machine's own rate of
fsynced 4 KB appends."""
import http.client, json, os, threading, time

from lib import Freigabe, alternated

CONNECTIONS = 64
TEXT = 'Der Umweg kostet jeden Morgen zwanzig Minuten, weil die Linie 5 nur alle halbe Stunde fährt. ' * 2


def fsync_rate(folder):
    with open(f'{folder}/yard', 'wb', buffering=0) as f:
        start, n = time.monotonic(), 0
        while time.monotonic() - start < 1:
            f.write(b'x' * 4096)
            os.fdatasync(f.fileno())
            n += 1
        return n / (time.monotonic() - start)


def accept_rate(server, seconds):
    done, stop = [0] * CONNECTIONS, time.monotonic() + seconds
    def reader(k):
        connection = http.client.HTTPConnection('127.0.0.1', server.port)
        body = json.dumps({'name': f'Leser {k}', 'text': TEXT})
        while time.monotonic() < stop:
            connection.request('POST', '/v1/articles/elverbruecke/comments', body, {'Content-Type': 'application/json'})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                raise SystemExit(f'a comment was answered with {answer.status}')
            done[k] += 1
    threads = [threading.Thread(target=reader, args=(k,)) for k in range(CONNECTIONS)]
    start = time.monotonic()
    for t in threads: t.start()
    for t in threads: t.join()
    return sum(done) / (time.monotonic() - start)


def measure(add, bench):
    with bench.temporary() as folder, Freigabe(bench, folder) as server:
        got = alternated(bench.rounds, yard=lambda: fsync_rate(folder), ours=lambda: accept_rate(server, bench.seconds))
    add('accept_sqlite', got['ours'], 'per s', 'fsynced 4 KB appends', got['yard'])
