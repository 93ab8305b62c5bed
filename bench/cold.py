"""From the program's start to its first 200, a page of an article with its comments, with 5,000,000 comments in the database; and what
it then has in memory. The files are in the system's cache: what is measured is what the program does."""
import http.client, pathlib, time

import newspaper
from lib import Freigabe


def first_answer(port, path):
    connection = http.client.HTTPConnection('127.0.0.1', port)
    connection.request('GET', path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f'{path}: {answer.status}')


def start(bench, file, path):
    """Milliseconds; resident KB and of these its own ones, at that moment."""
    with bench.temporary() as folder:
        server = Freigabe(bench, folder, db=f'sqlite:{file}', start=False)
        begun = time.perf_counter()
        with server.start():
            first_answer(server.port, path)
            took = (time.perf_counter() - begun) * 1000
            return took, server.status_kb('VmRSS'), server.status_kb('RssAnon')


def measure(add, bench):
    file = newspaper.large(bench)
    path = '/articles/' + newspaper.articles(file, 20)[9]
    with bench.temporary() as folder, Freigabe(bench, folder, db=f'sqlite:{file}') as server:
        newspaper.settle(server, file)  # and the files are in the cache
        first_answer(server.port, path)
    starts = [start(bench, file, path) for _ in range(5 * bench.rounds)]
    add('cold_start', [s[0] for s in starts], 'ms')
    add('cold_start_memory', [s[1] / 1024 for s in starts], 'MB')
    add('cold_start_memory_own', [s[2] / 1024 for s in starts], 'MB')
