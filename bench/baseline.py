#!/usr/bin/env python3
"""What a request costs, in instructions and allocations, which are steady where seconds are not, against bench/baseline.json.

  bench/baseline.py [BUILD]           fails if any count is more than 5 % over the baseline, and says which functions grew
  bench/baseline.py [BUILD] --renew   writes the baseline anew (make baseline)

Valgrind counts bench/count.c, which is the server with one worker and without what runs by the clock. Counts are comparable
where compiler and libraries are the same. Where they are not, that is said. Of another library only those counts that it has a part
in are allowed 10 %, and what is left of them without any library's part is held to 5 % as before. By another compiler
everything is different: 25 %."""
import json, os, pathlib, re, subprocess, sys, tempfile
from collections import defaultdict

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib, writing

FILE = lib.ROOT / 'bench/baseline.json'
MARGIN, MARGIN_LIBRARY, MARGIN_COMPILER = 0.05, 0.10, 0.25
FUNCTIONS = 60
ARTICLES = ['elverbruecke', 'hohes-moor', 'markthalle', 'pokalabend', 'richtig-lueften', 'schule-ohne-handy', 'stadttheater']
ALLOCATE = {'malloc', 'calloc', 'realloc', 'posix_memalign', 'aligned_alloc'}
# package: whose part of the counts hangs on it. Valgrind chooses, by the processor that it shows, which of libc's functions run.
PACKAGES = {'libc6': {'libc', 'libm'}, 'libsqlite3-0': {'libsqlite3'}, 'libjansson4': {'libjansson'}, 'libmicrohttpd12': {'libmicrohttpd'},
            'libsodium23': {'libsodium'}, 'libutf8proc2': {'libutf8proc'}, 'libstemmer0d': {'libstemmer'}, 'libmd4c0': {'libmd4c'},
            'libnettle8': {'libnettle'}, 'zlib1g': {'libz'}, 'valgrind': {'libc', 'libm'}}


def made_with(build):
    """What the counts hang on besides our own text."""
    commands = json.loads((build / 'compile_commands.json').read_text())
    told = {'compiler': lib.compiler(build), 'machine': os.uname().machine}
    told['options'] = ' '.join(sorted(set(re.findall(r' (-O\w|-g|-flto\S*|-fsanitize\S+)', commands[0]['command']))))
    for package in PACKAGES:
        r = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', package], capture_output=True, text=True)
        told[package] = r.stdout or 'none'
    return told


# ---- what is counted ----

def prepared(build, folder):
    """A database with what waits, and the requests to count; the same texts each time."""
    bench = lib.Bench(build, pathlib.Path(folder), True)
    with lib.Freigabe(bench, folder) as server:
        source = writing.submissions(400, 1)
        sent = writing.send(bench, server, 1, [next(source) for _ in range(300)])
        assert sent['answers'] == {'201': 300}, sent
        desk = writing.Desk(server)
        waiting = desk.waiting(290)
        decisions = [writing.decision(i, *w) for i, w in enumerate(waiting)]
    return desk.headers(), requests(source, decisions)


def single(d):
    rest = {k: v for k, v in d.items() if k != 'revision'}
    return f'POST /v1/desk/revisions/{d["revision"]}/decision ' + json.dumps(rest)


def batch(some):
    return 'POST /v1/desk/decisions ' + json.dumps({'decisions': some})


def requests(source, decisions):
    """name → lines; those of '' only warm up."""
    page, queue = 'GET /articles/elverbruecke', 'GET /v1/desk/queue?limit=1'
    pages = [f'GET /v1/articles/{a}/{form}' for a in ARTICLES for form in ('comments', 'thread', 'comments?lang=en', 'thread?lang=en')]
    warm = [page, *(next(source) for _ in range(10)), queue, *map(single, decisions[:10]), batch(decisions[10:30]), page, pages[0]]
    texts = writing.texts(2)
    return [('', warm), ('thread_cached', [page] * 200), ('', [page]), ('thread_unchanged', [page.replace('GET', 'SAME')] * 200),
            ('thread_made', pages[1:]), ('submit', [next(source) for _ in range(60)]), ('next_in_queue', [queue] * 20),
            ('decide', [single(d) for d in decisions[30:80]]), ('decide_batch', [batch(decisions[80:180]), batch(decisions[180:280])]),
            ('review', [next(texts) for _ in range(100)])]


def counted(build, folder):
    """name → (instructions, allocations, {function: instructions}), each by request."""
    headers, phases = prepared(build, folder)
    folder = pathlib.Path(folder)
    (folder / 'requests').write_text(''.join(f'# {name}\n' + ''.join(line + '\n' for line in lines) for name, lines in phases))
    run = subprocess.run(['valgrind', '--tool=callgrind', '--instr-atstart=no', 
                          f'--callgrind-out-file={folder}/counts.%p', build / 'bench/count', folder / 'bench.db', folder / 'requests', *headers],
                         capture_output=True, text=True, timeout=300)
    if run.returncode:
        sys.exit(f'bench/count: {run.returncode}\n{run.stderr[-3000:]}')
    sizes = {name: len(lines) for name, lines in phases if name}
    totals = defaultdict(lambda: [0, 0, defaultdict(int)])
    for file in folder.glob('counts.*'):
        text = file.read_text(errors='replace')
        name = re.search(r'^desc: Trigger: Client Request: (\w+)', text, re.M)
        if name:
            read_profile(text, totals[name[1]])
    return {name: (round(totals[name][0] / n), round(totals[name][1] / n, 2), {f: c / n for f, c in totals[name][2].items()})
            for name, n in sizes.items()}


def read_profile(text, total):
    """Adds up a file as Callgrind writes it: costs of lines, each under the function named last, and calls with their costs."""
    names, function, library, called, skip = {}, '', '', '', False
    def full(spec):
        number, _, name = spec.partition(' ')
        if name:
            names[number] = name
        return names[number]
    for line in text.split('\n'):
        key, _, rest = line.partition('=')
        if key == 'ob':
            library = full('ob' + rest)
        elif key == 'fn':
            function = full('fn' + rest)
        elif key == 'cfn':
            called = full('fn' + rest)
        elif key == 'cob':
            full('ob' + rest)
        elif key == 'calls':
            skip = True
            if called.split('@')[0] in ALLOCATE:
                total[1] += int(rest.split()[0])
        elif line[:1] in '+-*0123456789' and line[:1]:
            if not skip:
                cost = int(line.split()[1])
                total[0] += cost
                own = '/bench/count' in library
                total[2][function.split("'")[0] if own else pathlib.Path(library).name.split('.so')[0]] += cost
            skip = False


# ---- the comparison ----

def grown(before, now):
    """The functions that grew most."""
    changes = sorted(((now.get(f, 0) - before.get(f, 0), f) for f in {*before, *now}), reverse=True)
    return [f'{f} +{change:,.0f}' for change, f in changes[:6] if change > 0]


def differing(base, here):
    """What is not as it was when the baseline was made. Of the compiler its release counts, not whose package of it this is."""
    def release(told, key):
        return re.sub(r'\(.*?\)', '', told[key] or '') if key == 'compiler' else told.get(key)
    return [k for k in here if k not in base or release(base, k) != release(here, k)]


def margin_of(differs, functions):
    if set(differs) - set(PACKAGES):
        return MARGIN_COMPILER
    return MARGIN_LIBRARY if any(PACKAGES[p] & set(functions) for p in differs) else MARGIN


def is_library(name):
    return name.startswith(('lib', 'ld-'))


def own(instructions, functions, but):
    """Without what is in libraries that the baseline names; it names all but the smallest."""
    return instructions - sum(cost for f, cost in functions.items() if f in but)


def compare(base, now, differs):
    bad = 0
    for name, (instructions, allocations, functions) in now.items():
        old = base.get(name)
        if not old:
            print(f'{name}: not in the baseline; make baseline')
            bad += 1
            continue
        whole, libraries = margin_of(differs, old['functions']), {f for f in old['functions'] if is_library(f)}
        ours = whole if whole == MARGIN_COMPILER else MARGIN
        for what, before, value, margin in (
                ('instructions', old['instructions'], instructions, whole),
                ('of these ours', own(old['instructions'], old['functions'], libraries), own(instructions, functions, libraries), ours),
                ('allocations', old['allocations'], allocations, whole)):
            change = value / before - 1 if before else float(value > 0)
            over = change > margin
            bad += over
            print(f'{"WORSE" if over else "ok   "} {name:<18} {what:<13} {value:>14,.0f}  {change:+7.1%}  (at most {margin:.0%})')
            if over and what != 'allocations':
                print('      grown: ' + ', '.join(grown(old['functions'], functions)))
    return bad


def main():
    args = [a for a in sys.argv[1:] if not a.startswith('-')]
    build = (lib.ROOT / (args[0] if args else 'build')).resolve()
    if not lib.have('valgrind') or not (build / 'bench/count').exists():
        sys.exit('needs valgrind: apt-get install valgrind, then configure anew')
    with tempfile.TemporaryDirectory(prefix='baseline-') as folder:
        now = counted(build, folder)
    here = made_with(build)
    if '--renew' in sys.argv:
        counts = {name: {'instructions': i, 'allocations': a, 'functions': {f: round(c) for f, c in sorted(fs.items(), key=lambda x: -x[1])[:FUNCTIONS]}}
                  for name, (i, a, fs) in now.items()}
        FILE.write_text(json.dumps({'made_with': here, 'counts': counts}, indent=1) + '\n')
    base = json.loads(FILE.read_text())
    differs = differing(base['made_with'], here)
    if differs:
        print('made elsewhere: ' + '; '.join(f'{k}: {base["made_with"].get(k)}, here {here[k]}' for k in differs))
    sys.exit(1 if compare(base['counts'], now, differs) else 0)


if __name__ == '__main__':
    main()
