"""How many comments a second the engine reads on one core, against fastText's predict on the same texts."""
import json, pathlib, subprocess, time

from lib import ROOT, have


def fasttext_rate(folder):
    """Comments a second that fastText's predict reads, of a model trained on the project's own comments with the same n-grams
    as ours (characters 3-5, words 1-2); loading it is left out."""
    rows = [line.split('\t') for line in (ROOT / 'data/comments.de.tsv').read_text(encoding='utf-8').split('\n')[1:] if line]
    model, texts = pathlib.Path(folder, 'ft'), pathlib.Path(folder, 'ft.txt')
    if not model.with_suffix('.bin').exists():
        train = pathlib.Path(folder, 'ft.train')
        train.write_text(''.join(f'__label__{"breach" if "1" in r[3:8] else "none"} {r[-1]}\n' for r in rows), encoding='utf-8')
        subprocess.run(['fasttext', 'supervised', '-input', train, '-output', model, '-wordNgrams', '2', '-minn', '3', '-maxn', '5',
                        '-thread', '1', '-verbose', '0'], check=True, capture_output=True)
    everything = ' '.join(r[-1].replace('\\n', ' ') for r in rows)
    lines = [everything[i:i + 250] for i in range(0, len(everything) - 250, 250)]
    lines = (lines * (10000 // len(lines) + 1))[:10000]
    def seconds(n):
        texts.write_text('\n'.join(lines[:n]) + '\n', encoding='utf-8')
        start = time.monotonic()
        subprocess.run(['fasttext', 'predict-prob', model.with_suffix('.bin'), texts], check=True, capture_output=True)
        return time.monotonic() - start
    load = min(seconds(1) for _ in range(2))
    return len(lines) / (seconds(len(lines)) - load)


def told(bench, program):
    return json.loads(subprocess.run([bench.build / 'bench' / program], capture_output=True, text=True, check=True).stdout)


def measure(add, bench):
    ours, late, theirs = [], [], []
    with bench.temporary() as folder:
        for _ in range(bench.rounds):
            one = told(bench, 'check')
            ours.append(one['comments_per_second'])
            late.append(one['p99_us'])
            if have('fasttext'):
                theirs.append(fasttext_rate(folder))
    add('check', ours, 'per s', "fastText's predict" if theirs else None, theirs or None)
    add('check_p99', late, 'µs')
    add('check_growth', [told(bench, 'growth')['growth'] for _ in range(bench.rounds)], '× linear')
    if not theirs:
        bench.missing("check's yardstick", 'apt-get install fasttext')
