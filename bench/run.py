#!/usr/bin/env python3
"""make bench: figures as ratios against a yardstick that is measured in the same run, rounds alternated, medians of three.

  bench/run.py [BUILD] [--quick] [--only NAME,NAME]

Writes BUILD/bench.json, BUILD/bench-machine.json and BUILD/bench.svg. A yardstick that is not installed is named, with what to
install; where there is none but what was promised, that is named. --quick: some seconds a subject, small databases; its figures are for trying, not for telling. docs/performance.md
says what each figure is."""
import argparse, importlib, json, os, pathlib, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib, plot

SUBJECTS = ['checking', 'reading', 'writing', 'storing', 'live', 'growth', 'cold']


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('build', nargs='?', default='build')
    p.add_argument('--quick', action='store_true')
    p.add_argument('--only', default=os.environ.get('ONLY', ''), help=', '.join(SUBJECTS))
    args = p.parse_args()
    only = [s for s in args.only.split(',') if s]
    unknown = set(only) - set(SUBJECTS)
    if unknown:
        p.error(f'no such subject: {", ".join(sorted(unknown))}; there are {", ".join(SUBJECTS)}')
    return args, only or SUBJECTS


def tell(machine):
    print(f'{machine["cpu"]}, {machine["cores"]} cores, Linux {machine["kernel"]}, load {machine["load"]}')
    print(', '.join(f'{name} {number or "is not installed"}' for name, number in machine['versions'].items()), flush=True)


def main():
    args, subjects = arguments()
    build = (lib.ROOT / args.build).resolve()
    before = lib.machine(build)
    tell(before)
    with tempfile.TemporaryDirectory(prefix='bench-', dir=build) as folder:
        os.chmod(folder, 0o755)  # nginx's workers read from there
        bench = lib.Bench(build, pathlib.Path(folder), args.quick)
        for subject in subjects:
            print(f'\n{subject}', flush=True)
            importlib.import_module(subject).measure(bench.add, bench)
    after = lib.machine(build)
    (build / 'bench.json').write_text(json.dumps(bench.results, indent=1) + '\n')
    (build / 'bench-machine.json').write_text(json.dumps({**before, 'load_after': after['load'], 'quick': args.quick}, indent=1) + '\n')
    (build / 'bench.svg').write_text(plot.svg(bench.results, before), encoding='utf-8')
    print(f'\nload now {after["load"]}; {build}/bench.json, bench.svg')


if __name__ == '__main__':
    main()
