#!/usr/bin/env python3
"""Reckons what machines and people 1,000, 100,000 and 10,000,000 comments a day need, from figures that were measured and
assumptions that are named, and simulates the editors' queue.

  bench/capacity.py              prints the tables of docs/capacity.md
  bench/capacity.py --write      puts them there
  bench/capacity.py --check      fails if the page's tables are not what this prints
  bench/capacity.py --take build/bench.json      puts what was measured there into bench/measured.json, from which it reckons
  bench/capacity.py --rate 120 --reads 50    with another desk, other readers (not for the page)

It measures nothing itself, asks no server, and needs nothing but Python."""
import argparse, bisect, heapq, itertools, json, math, pathlib, random, sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / 'docs/capacity.md'
LOADS = (1_000, 100_000, 10_000_000)
HOUR, DAY = 3600, 86400

# ---- what was measured: unit, what, the subject of `make bench`, and how it comes from the figures there ----

TAKEN = pathlib.Path(__file__).resolve().parent / 'measured.json'
FIGURES = json.loads(TAKEN.read_text(encoding='utf-8'))
MEASURED = {
    'comment_cpu': ('ms', 'processor time of a comment, SQLite, 64 connections, with what follows it', 'storing', lambda f: f('sqlite_comment_cpu') / 1000),
    'decision_cpu': ('ms', 'of a single decision, SQLite', 'storing', lambda f: f('sqlite_decision_alone_cpu') / 1000),
    'page_cpu': ('ms', 'of a page of 500 comments from memory, brotli', 'reading', lambda f: 1000 / f('thread_html_brotli_cpu')),
    'page_size': ('KB', 'that page', 'reading', lambda f: f('thread_html_brotli_size')),
    'fresh_cpu': ('ms', 'a first page after a release, in a thread of 100,000 comments', 'growth', lambda f: f('big_thread_afresh')),
    'sqlite_rate': ('per s', 'comments taken, SQLite, 64 connections', 'storing', lambda f: f('sqlite_comment_rate')),
    'sqlite_size': ('KB', 'on disk for a comment and its decision, SQLite', 'storing', lambda f: f('sqlite_comment_size') + f('sqlite_decision_size')),
    'sqlite_alone_written': ('KB', 'written for a comment that is committed alone, SQLite', 'storing', lambda f: f('sqlite_comment_alone_written')),
    'sqlite_written': ('KB', 'for one among 64 connections', 'storing', lambda f: f('sqlite_comment_written')),
    'sqlite_decision_alone_written': ('KB', 'for a decision that is committed alone, SQLite', 'storing', lambda f: f('sqlite_decision_alone_written')),
    'sqlite_decision_written': ('KB', 'for one in a batch of 100', 'storing', lambda f: f('sqlite_decision_written')),
    'pg_rate': ('per s', 'comments taken, PostgreSQL, 16 connections', 'storing', lambda f: f('postgres_comment_rate')),
    'pg_cpu': ('ms', 'processor time of a comment in Freigabe, PostgreSQL', 'storing', lambda f: f('postgres_comment_cpu') / 1000),
    'pg_database_cpu': ('ms', 'and in PostgreSQL', 'storing', lambda f: f('postgres_comment_database_cpu') / 1000),
    'pg_decision_rate': ('per s', 'decisions, PostgreSQL, batches of 100', 'storing', lambda f: f('postgres_decision_rate')),
    'pg_decision_cpu': ('ms', 'processor time of a single decision in Freigabe, PostgreSQL', 'storing', lambda f: f('postgres_decision_alone_cpu') / 1000),
    'pg_decision_database_cpu': ('ms', 'and in PostgreSQL', 'storing', lambda f: f('postgres_decision_alone_database_cpu') / 1000),
    'pg_size': ('KB', 'on disk for a comment and its decision, PostgreSQL', 'storing', lambda f: f('postgres_comment_size') + f('postgres_decision_size')),
    'pg_written': ('KB', 'write-ahead log for a comment and its decision', 'storing', lambda f: f('postgres_comment_written') + f('postgres_decision_written')),
    'stream_memory': ('KB', "an open page's stream, ours and the kernel's, both ends", 'live',
                      lambda f: f('live_memory_per_connection') + f('live_kernel_both_ends')),
}
M = {name: entry[3](FIGURES.__getitem__) for name, entry in MEASURED.items()}


def take(path):
    """What capacity reckons with, out of the results of `make bench`; what was not measured there stays."""
    asked = {}
    for *_, how in MEASURED.values():
        how(lambda name: asked.setdefault(name, 1))
    measured = {r['name']: r['value'] for r in json.loads(pathlib.Path(path).read_text(encoding='utf-8'))}
    figures = {name: measured.get(name, FIGURES.get(name)) for name in asked}
    TAKEN.write_text(json.dumps(figures, indent=1) + '\n', encoding='utf-8')


# ---- what is assumed ----

# The day of bench/newsroom.h: how many come in each hour, relative to each other.
PROFILE = (.5, .3, .2, .15, .15, .3, .7, 1.1, 1.3, 1.3, 1.3, 1.3, 1.3, 1.2, 1.1, 1.1, 1.2, 1.3, 1.5, 1.7, 1.8, 1.6, 1.2, .8)
PEAK = 4         # times the mean: the first hour of news (see arrivals); the profile alone has 1.8
READS = 200      # pages with comments that are loaded for each comment that is written
OPEN = 0.01      # of a day's page loads, open at the same time at the peak
RATE = 90        # decisions an hour and person, breaks included
SLACK = 1.05     # times what comes in a day a desk can decide at least: else it never catches up
KEEP = 0.95      # of the comments are to be decided within the limit
BLIND = 0.05     # of what a lane could release by itself goes to people all the same (docs/automatic.md)


# ---- tables ----

def number(x, digits=2):
    """Rounded to so many digits that count, with commas."""
    if x == 0:
        return '0'
    places = max(0, digits - 1 - math.floor(math.log10(abs(x))))
    rounded = round(x, digits - 1 - math.floor(math.log10(abs(x))))
    return f'{rounded:,.{places}f}'


def size(kb):
    for unit in ('KB', 'MB', 'GB', 'TB', 'PB'):
        if kb < 1000 or unit == 'PB':
            return f'{number(kb)} {unit}'
        kb /= 1000


def table(head, rows):
    lines = [head, ['---'] * len(head), *rows]  # no cell holds a |
    return '\n'.join('| ' + ' | '.join(map(str, line)) + ' |' for line in lines)


def by_load(rows):
    return table(['comments a day', *(f'{load:,}' for load in LOADS)], [[name, *(value(load) for load in LOADS)] for name, value in rows])


def inputs():
    return table(['figure', '', 'what', 'from'], [[f'`{name}`', f'{number(M[name], 3)} {unit}', what, f'`make bench ONLY={subject}`']
                                                  for name, (unit, what, subject, _) in MEASURED.items()])


# ---- machines ----

def peak(load):
    return PEAK * load / DAY


def busy(load, *costs):
    """Cores at the peak; decisions come as fast as comments then."""
    return peak(load) * sum(M[c] for c in costs) / 1000


def of_limit(load, rate):
    share = peak(load) / rate
    return f'{number(share * 100)} %' if share < 1 else f'**{number(share)} ×**'


def traffic():
    return by_load([
        ['comments a second, mean', lambda n: number(n / DAY)],
        [f'at the peak ({PEAK} ×)', lambda n: number(peak(n))],
        [f'pages a second at the peak, {READS} a comment', lambda n: number(peak(n) * READS)],
        ['bandwidth at the peak, if all were threads of 500, brotli', lambda n: f'{number(peak(n) * READS * M["page_size"] * 8 / 1e6)} Gbit/s'],
        ['open streams at the peak', lambda n: number(n * READS * OPEN)],
        ['their memory', lambda n: size(n * READS * OPEN * M['stream_memory'])],
    ])


def processors():
    both = 1 / (1 / M['pg_rate'] + 1 / M['pg_decision_rate'])
    return by_load([
        ['pages from memory', lambda n: number(peak(n) * READS * M['page_cpu'] / 1000)],
        ['pages made afresh, one a release', lambda n: number(peak(n) * M['fresh_cpu'] / 1000)],
        ['SQLite: comments and decisions', lambda n: number(busy(n, 'comment_cpu', 'decision_cpu'))],
        ['PostgreSQL: comments and decisions, in Freigabe', lambda n: number(busy(n, 'pg_cpu', 'pg_decision_cpu'))],
        ['PostgreSQL: the same, in the database', lambda n: number(busy(n, 'pg_database_cpu', 'pg_decision_database_cpu'))],
        ['peak against what was taken: SQLite, comments', lambda n: of_limit(n, M['sqlite_rate'])],
        ['PostgreSQL, comments', lambda n: of_limit(n, M['pg_rate'])],
        [f'PostgreSQL, comments and as many decisions ({number(both, 3)} pairs a second)', lambda n: of_limit(n, both)],
    ])


def disks():
    alone = M['sqlite_alone_written'] + M['sqlite_decision_alone_written']
    company = M['sqlite_written'] + M['sqlite_decision_written']
    return by_load([
        ['SQLite: kept, a day', lambda n: size(n * M['sqlite_size'])],
        ['SQLite: kept, a year', lambda n: size(n * 365 * M['sqlite_size'])],
        ['SQLite: written a day, each committed alone', lambda n: size(n * alone)],
        ['SQLite: written a day, in company', lambda n: size(n * company)],
        ['SQLite: written a second at the peak, in company', lambda n: size(peak(n) * company)],
        ['PostgreSQL: kept, a day', lambda n: size(n * M['pg_size'])],
        ['PostgreSQL: kept, a year', lambda n: size(n * 365 * M['pg_size'])],
        ['PostgreSQL: write-ahead log, a day', lambda n: size(n * M['pg_written'])],
        ['PostgreSQL: to each standby at the peak', lambda n: f'{number(peak(n) * M["pg_written"] * 8 / 1000)} Mbit/s'],
        ['PostgreSQL: log kept for recovery, a week', lambda n: size(n * 7 * M['pg_written'])],
    ])


# ---- the editors' queue ----

def erlang_c(editors, load):
    """That somebody who comes finds all busy, in M/M/c; `load` in editors."""
    blocked = 1.0
    for c in range(1, editors + 1):
        blocked = load * blocked / (c + load * blocked)
    return editors * blocked / (editors - load * (1 - blocked))


def simulate(arrivals, shifts, service, chance):
    """Editors decide in the order of arrival; each decision takes exponentially long, `service` seconds on average. `shifts`:
    (begin, end, people), in order, not overlapping; who has begun finishes. Yields begin and end of each decision."""
    which, free = 0, [shifts[0][0]] * shifts[0][2]
    for came in arrivals:
        while max(came, free[0]) >= shifts[which][1]:
            which += 1
            free = [shifts[which][0]] * shifts[which][2]
        begin = max(came, free[0])
        end = begin + chance.expovariate(1 / service)
        heapq.heapreplace(free, end)
        yield begin, end


def arrivals(per_day, days, chance, news=False, profile=PROFILE):
    """Poisson, by the day's profile. With news: on each third day from 17:00 four times as many, fading over two hours."""
    out, left = [], chance.expovariate(1)
    for minute in range(days * 1440):
        coming = per_day / 60 * profile[minute // 60 % 24] / sum(profile)
        since = minute % 1440 - 17 * 60
        if news and minute // 1440 % 3 == 1 and since >= 0:
            coming *= 1 + 3 * math.exp(-since / 120)
        while left <= coming:
            out.append(60 * (minute + left / coming))
            left += chance.expovariate(1)
        left -= coming
    return out


ROUND = ((0, 6), (6, 14), (14, 18), (18, 22), (22, 24))
DAYTIME = ((7, 9), (9, 14), (14, 18), (18, 22))


def expected(hours, index, per_day):
    """Comments that a shift finds, those since the end of the one before included."""
    begin, end = (hours[index - 1][1] - (24 if index == 0 else 0)), hours[index][1]
    return per_day * sum(PROFILE[h % 24] for h in range(begin, end)) / sum(PROFILE)


def staff(hours, per_day, rate, times):
    """People in each shift: `times` what it takes to decide just as many as come."""
    return [max(1, math.ceil(times * expected(hours, i, per_day) / (end - begin) / rate)) for i, (begin, end) in enumerate(hours)]


class Clock:
    """Staffed time: what has gone by of it until a moment."""

    def __init__(self, shifts):
        self.begins, self.ends = [s[0] for s in shifts], [s[1] for s in shifts]
        self.before = [0, *itertools.accumulate(s[1] - s[0] for s in shifts)]

    def __call__(self, at):
        i = bisect.bisect_right(self.begins, at) - 1
        return 0 if i < 0 else self.before[i] + min(at, self.ends[i]) - self.begins[i]


def waits(came, hours, people, rate, days):
    """From sending to the decision, in staffed seconds, sorted."""
    shifts = [(day * DAY + begin * HOUR, day * DAY + end * HOUR, count)
              for day in range(days + 60) for (begin, end), count in zip(hours, people)]  # and time for what is left over
    clock = Clock(shifts)
    done = simulate(came, shifts, HOUR / rate, random.Random(7))
    return sorted(clock(begin) + end - begin - clock(at) for at, (begin, end) in zip(came, done))


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def fewest(came, hours, per_day, rate, days, limit):
    """The fewest people, by one factor for all shifts, with whom enough of the comments are decided within the limit."""
    low, high = SLACK, 4.0
    best = staff(hours, per_day, rate, high)
    least = staff(hours, per_day, rate, low)
    if quantile(waits(came, hours, least, rate, days), KEEP) <= limit:
        return least
    while high - low > 0.04:
        middle = (low + high) / 2
        people = staff(hours, per_day, rate, middle)
        if people == best or quantile(waits(came, hours, people, rate, days), KEEP) <= limit:
            high, best = middle, people
        else:
            low = middle
    return best


def time(seconds):
    return f'{number(seconds / 60)} min' if seconds < 2 * HOUR else f'{number(seconds / HOUR)} h'


def desk(load, rate):
    days = 60 if load <= 1000 else 2
    ordinary, news = arrivals(load, days, random.Random(5)), arrivals(load, max(3, days), random.Random(5), news=True)
    for name, hours in (('always', ROUND), ('7 to 22', DAYTIME)):
        for told, limit in (('30 min', HOUR / 2), ('4 h', 4 * HOUR)):
            people = fewest(ordinary, hours, load, rate, days, limit)
            got = waits(ordinary, hours, people, rate, days)
            with_news = waits(news, hours, people, rate, max(3, days))
            paid = sum(count * (end - begin) for count, (begin, end) in zip(people, hours))
            yield [f'{load:,}', name, told, ', '.join(f'{count:,}' for count in people), f'{paid:,}',
                   f'{number(load / rate / paid * 100)} %', time(quantile(got, .5)), time(quantile(got, KEEP)), time(quantile(with_news, KEEP))]


def queue(rate):
    return table(['comments a day', 'staffed', 'limit', 'people by shift', 'hours paid a day', 'of these spent deciding', 'median wait',
                  '95 % within', 'with news'], itertools.chain.from_iterable(desk(load, rate) for load in LOADS[:2]))


def people():
    """Hours of deciding alone, without any slack."""
    return table(['comments a day', *(f'{rate} an hour' for rate in (60, 90, 120)), '90 an hour, 80 % go by themselves', '90 an hour, 95 %'],
                 [[f'{n:,}', *(f'{number(n / rate)} h' for rate in (60, 90, 120)),
                   *(f'{number(n * (1 - share * (1 - BLIND)) / 90)} h' for share in (.8, .95))] for n in LOADS])


def erlang():
    """The simulation against what is known of M/M/c."""
    rows = []
    for editors, busy in ((1, .7), (3, .8), (20, .9)):
        service = 40
        per_day = busy * editors * DAY / service
        days = math.ceil(300_000 / per_day)
        came = arrivals(per_day, days, random.Random(11), profile=(1,) * 24)
        done = simulate(came, [(0, math.inf, editors)], service, random.Random(12))
        mean = sum(begin - at for at, (begin, _) in zip(came, done)) / len(came)
        known = erlang_c(editors, busy * editors) * service / (editors * (1 - busy))
        if abs(mean / known - 1) > 0.05:
            sys.exit(f'{editors} editors wait for {mean:.2f} s, by Erlang {known:.2f} s: the simulation is wrong')
        rows.append([editors, f'{number(busy * 100)} %', f'{number(known, 3)} s', f'{number(mean, 3)} s'])
    return table(['editors', 'busy', 'mean wait by Erlang C', 'simulated'], rows)


# ---- the page ----

def tables(rate):
    return {'inputs': inputs(), 'traffic': traffic(), 'processors': processors(), 'disks': disks(), 'queue': queue(rate), 'people': people(),
            'erlang': erlang()}


def filled(page, made):
    """The page with these tables between their marks."""
    for name, text in made.items():
        begin, end = f'<!-- capacity.py: {name} -->\n', f'\n<!-- end of {name} -->'
        if page.count(begin) != 1 or page.count(end) != 1:
            sys.exit(f'{PAGE.name} has no place, or several, for the table »{name}«')
        page = page.partition(begin)[0] + begin + text + end + page.partition(end)[2]
    return page


def main():
    global READS
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--check', action='store_true')
    p.add_argument('--write', action='store_true')
    p.add_argument('--rate', type=float, default=RATE, help='decisions an hour and person')
    p.add_argument('--reads', type=float, default=READS, help='pages that are loaded for each comment')
    p.add_argument('--take', metavar='BENCH.JSON')
    args = p.parse_args()
    if args.take:
        return take(args.take)
    if (args.check or args.write) and (args.rate, args.reads) != (RATE, READS):
        p.error('the page has the figures of its own assumptions')
    READS = args.reads
    made = tables(args.rate)
    if not args.check and not args.write:
        print('\n\n'.join(f'{name}\n\n{text}' for name, text in made.items()))
        return
    page = PAGE.read_text(encoding='utf-8')
    wanted = filled(page, made)
    if args.write:
        PAGE.write_text(wanted, encoding='utf-8')
    elif wanted != page:
        differ = [f'- {old}\n+ {new}' for old, new in itertools.zip_longest(page.split('\n'), wanted.split('\n'), fillvalue='') if old != new]
        sys.exit('docs/capacity.md is not what bench/capacity.py --write makes of it:\n' + '\n'.join(differ[:10]))


if __name__ == '__main__':
    main()
