"""From the program's start to its first 200, a page of an article with its comments, with 5,000,000 comments in the database; and what
it then has in memory, each against the same with 5,000 comments. The files are in the system's cache: what is measured is what the
program does."""
import http.client, pathlib, time

import newspaper
from lib import Freigabe, alternated

YARDSTICK = 'the same with 5,000 comments'


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


def ready(bench, file):
    """The file and a page in it, both settled: nothing is left to be counted, and the files are in the cache."""
    path = '/articles/' + newspaper.articles(file, 20)[9]
    with bench.temporary() as folder, Freigabe(bench, folder, db=f'sqlite:{file}') as server:
        newspaper.settle(server, file)
        first_answer(server.port, path)
    return file, path


def measure(add, bench):
    few, many = ready(bench, newspaper.keep(bench, 'day', newspaper.day(), 5)), ready(bench, newspaper.large(bench))
    got = alternated(5 * bench.rounds, yard=lambda: start(bench, *few), ours=lambda: start(bench, *many))
    for i, name, unit, by in ((0, 'cold_start', 'ms', 1), (1, 'cold_start_memory', 'MB', 1024), (2, 'cold_start_memory_own', 'MB', 1024)):
        add(name, [s[i] / by for s in got['ours']], unit, YARDSTICK, [s[i] / by for s in got['yard']])
