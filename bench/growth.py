"""What costs more with 5,000,000 comments in the database than with 5,000: reading a thread that is not in memory, posting, the next
ones in the queue. Requests to two servers alternate one by one, so that both have the same machine; the figure is the ratio of
their 99th percentiles. Articles are spread over all of the time; each has been read before, so the disk is not in it. What waits is
the same in both: it is a newsroom's day, not its years. Then one thread of 100,000 comments, against one of 1,000, whose first page
shows about as many."""
import contextlib, itertools, statistics

import newspaper
from lib import Client, Freigabe, alternated, quantile

READER = {'Freigabe-Reader': 'x' * 43}  # somebody who has a capability gets a page that is made for them: nothing from memory
YARDSTICK = 'the same with 5,000 comments'
TEXT = 'Der Umweg kostet jeden Morgen zwanzig Minuten, weil die Linie 5 nur alle halbe Stunde fährt. Wer hat das geprüft, Nummer {}? '


def read(client, article):
    return client.timed('GET', f'/v1/articles/{article}/thread', **READER)


def post(client, article, number=itertools.count()):
    return client.timed('POST', f'/v1/articles/{article}/comments', {'name': 'Leserin', 'text': TEXT.format(next(number)) * 2}, expect=201)


def queue(client, article):
    return client.timed('GET', '/v1/desk/queue?limit=10')


def paired(one, few, many, names, times):
    """Milliseconds of the request to each server, in turn."""
    got = [], []
    for i in range(times):
        for k, client in ((0, few), (1, many)) if i % 2 else ((1, many), (0, few)):
            got[k].append(one(client, names[k][i % len(names[k])]))
    return got


def compare(add, bench, name, one, servers, names, times):
    clients = [Client(s).login() if one is queue else Client(s) for s in servers]  # new ones: what is idle for long is closed
    rounds = [paired(one, *clients, names, times) for _ in range(bench.rounds)]
    add(name, [quantile(many, .99) / quantile(few, .99) for few, many in rounds], '×', YARDSTICK)
    add(name + '_median', [statistics.median(many) / statistics.median(few) for few, many in rounds], '×', YARDSTICK)
    add(name + '_ms', [quantile(many, .99) for _, many in rounds], 'ms', YARDSTICK, [quantile(few, .99) for few, _ in rounds])


def growth(add, bench):
    files = newspaper.keep(bench, 'day', newspaper.day(), 5), newspaper.large(bench)
    names = [newspaper.articles(f, 100) for f in files]
    with bench.temporary() as a, bench.temporary() as b, Freigabe(bench, a, db=f'sqlite:{files[0]}') as few, \
            Freigabe(bench, b, db=f'sqlite:{files[1]}') as many:
        for server, file, known in zip((few, many), files, names):
            newspaper.settle(server, file)
            server.rest()
            for name in known * 2:
                read(Client(server), name)
        times = 200 if bench.quick else 2000
        compare(add, bench, 'growth_read', read, (few, many), names, times)
        compare(add, bench, 'growth_queue', queue, (few, many), names, times)
        compare(add, bench, 'growth_post', post, (few, many), names, times // 4)


class Thread:
    """One thread of so many thousand comments, and whoever reads and releases in it."""

    def __init__(self, bench, stack, thousands):
        comments = [{**c, 'article': 'thread'} for c in newspaper.day()]
        file = newspaper.keep(bench, 'thread', comments, thousands, same_article=True)
        server = stack.enter_context(Freigabe(bench, stack.enter_context(bench.temporary()), db=f'sqlite:{file}'))
        newspaper.settle(server, file)
        self.reader, self.editor = Client(server), Client(server).login()

    def get(self):
        return self.reader.timed('GET', '/articles/thread', **{'Accept-Encoding': 'gzip, br'})

    def afresh(self):
        """The first request after a comment was released in it."""
        post(self.reader, 'thread')
        waits = [i for i in self.editor.waiting() if i['article']['id'] == 'thread']
        self.get()
        before = self.reader.answer.headers['ETag']
        self.editor.release(waits[0])
        took = self.get()
        while self.reader.answer.headers['ETag'] == before:  # the release has not been heard of yet
            took = self.get()
        return took

    def round(self, times):
        """Milliseconds, medians: the page afresh, and from memory."""
        afresh = statistics.median(self.afresh() for _ in range(times))
        return afresh, statistics.median(self.get() for _ in range(200))


def first_page(add, bench):
    times = 5 if bench.quick else 20
    with contextlib.ExitStack() as stack:
        short, long = Thread(bench, stack, 1), Thread(bench, stack, 10 if bench.quick else 100)
        got = alternated(bench.rounds, yard=lambda: short.round(times), ours=lambda: long.round(times))
    for i, name in ((1, 'big_thread_first_page'), (0, 'big_thread_afresh')):
        add(name, [r[i] for r in got['ours']], 'ms', 'that of a thread of 1,000 comments', [r[i] for r in got['yard']])


def measure(add, bench):
    growth(add, bench)
    first_page(add, bench)
