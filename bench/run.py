#!/usr/bin/env python3
"""make bench: figures as ratios against a yardstick measured in the same run, rounds alternated, medians of three.
Writes BUILD/bench.json. Needs nginx and wrk for the reader's side and says so if they are missing."""
import json, os, pathlib, platform, shutil, statistics, subprocess, sys, tempfile, threading, time, http.client, re

ROOT = pathlib.Path(__file__).resolve().parent.parent
if '--help' in sys.argv:
    sys.exit(__doc__)
BUILD = (ROOT / (sys.argv[1] if len(sys.argv) > 1 else 'build')).resolve()
ROUNDS, SECONDS = 3, 3
results = []

def add(name, values, unit, yardstick=None, yard=None):
    value = statistics.median(values)
    ratio = round(value / statistics.median(yard), 3) if yard else None
    spread = round((max(values) - min(values)) / value, 3) if value else 0
    results.append({'name': name, 'value': round(value, 2), 'unit': unit, 'yardstick': yardstick, 'ratio': ratio, 'spread': spread})
    print(f'{name:<22} {value:>12,.2f} {unit:<10} {f"{ratio:.2f} × {yardstick}" if ratio else ""}  (spread {spread:.0%})', flush=True)

def wrk(url, headers=()):
    extra = [x for h in headers for x in ('-H', h)]
    out = subprocess.run(['wrk', '-t1', '-c32', f'-d{SECONDS}s', *extra, url], capture_output=True, text=True, check=True).stdout
    if 'Non-2xx' in out and '304' not in str(headers) and not any('If-None-Match' in h for h in headers):
        sys.exit(f'{url}: answers other than 200\n{out}')
    return float(re.search(r'Requests/sec:\s+([\d.]+)', out)[1])

class Freigabe:
    def __init__(self, folder):
        self.db = f'sqlite:{folder}/bench.db'
        self.run('demo', '--db', self.db, str(ROOT / 'data/demo'))
        config = pathlib.Path(folder, 'freigabe.ini')
        config.write_text('limits = off\n')
        port_file = pathlib.Path(folder, 'port')
        self.process = subprocess.Popen([BUILD / 'freigabe', 'serve', '--db', self.db, '--listen', '127.0.0.1:0', '--port-file',
                                         port_file, '--config', config], stderr=subprocess.DEVNULL)
        while not port_file.exists():
            time.sleep(0.01)
        self.port = int(port_file.read_text())

    def run(self, *args):
        subprocess.run([BUILD / 'freigabe', *args], check=True, capture_output=True)

    def stop(self):
        self.process.terminate()
        self.process.wait()

def nginx(folder, body):
    pathlib.Path(folder, 'page.html').write_bytes(body)
    config = pathlib.Path(folder, 'nginx.conf')
    config.write_text(f'''worker_processes auto; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; types {{ text/html html; }}
client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
server {{ listen 127.0.0.1:18089; root {folder}; }} }}''')
    os.chmod(folder, 0o755)
    process = subprocess.Popen(['nginx', '-c', str(config)], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    return process

def reading(server, folder):
    path = '/articles/elverbruecke'
    connection = http.client.HTTPConnection('127.0.0.1', server.port)
    connection.request('GET', path)
    answer = connection.getresponse()
    body, etag = answer.read(), answer.headers['ETag']
    yard = nginx(folder, body)
    ours, theirs, unchanged = [], [], []
    for _ in range(ROUNDS):
        theirs.append(wrk('http://127.0.0.1:18089/page.html'))
        ours.append(wrk(f'http://127.0.0.1:{server.port}{path}'))
        unchanged.append(wrk(f'http://127.0.0.1:{server.port}{path}', [f'If-None-Match: {etag}']))
    yard.terminate()
    add('thread_html', ours, 'req/s', "nginx's static file", theirs)
    add('thread_304', unchanged, 'req/s', "nginx's static file", theirs)

def fsync_rate(folder):
    """4 KB appends a second, each fsynced."""
    with open(f'{folder}/yard', 'wb', buffering=0) as f:
        start, n = time.monotonic(), 0
        while time.monotonic() - start < 1:
            f.write(b'x' * 4096)
            os.fdatasync(f.fileno())
            n += 1
        return n / (time.monotonic() - start)

def accept_rate(server):
    """Held comments accepted a second over 64 connections."""
    done, stop = [0] * 64, time.monotonic() + SECONDS
    text = 'Der Umweg kostet jeden Morgen zwanzig Minuten, weil die Linie 5 nur alle halbe Stunde fährt. ' * 2
    def reader(k):
        connection = http.client.HTTPConnection('127.0.0.1', server.port)
        body = json.dumps({'name': f'Leser {k}', 'text': text})
        while time.monotonic() < stop:
            connection.request('POST', '/v1/articles/elverbruecke/comments', body, {'Content-Type': 'application/json'})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                sys.exit(f'a comment was answered with {answer.status}')
            done[k] += 1
    threads = [threading.Thread(target=reader, args=(k,)) for k in range(64)]
    start = time.monotonic()
    for t in threads: t.start()
    for t in threads: t.join()
    return sum(done) / (time.monotonic() - start)

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

def checking():
    ours, late, theirs = [], [], []
    have = shutil.which('fasttext')
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        for _ in range(ROUNDS):
            told = json.loads(subprocess.run([BUILD / 'bench/check'], capture_output=True, text=True, check=True).stdout)
            ours.append(told['comments_per_second'])
            late.append(told['p99_us'])
            if have:
                theirs.append(fasttext_rate(folder))
    add('check', ours, 'per s', "fastText's predict" if have else None, theirs or None)
    add('check_p99', late, 'µs')
    growth = [json.loads(subprocess.run([BUILD / 'bench/growth'], capture_output=True, text=True, check=True).stdout) for _ in range(ROUNDS)]
    add('check_growth', [g['growth'] for g in growth], '× linear')
    if not have:
        print('check: no yardstick; apt-get install fasttext')

def main():
    print(f'{platform.processor() or platform.machine()}, {os.cpu_count()} cores, '
          f'{subprocess.run([BUILD / "freigabe", "--version"], capture_output=True, text=True).stdout.strip()}')
    checking()
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        server = Freigabe(folder)
        try:
            if shutil.which('nginx') and shutil.which('wrk'):
                reading(server, folder)
            else:
                print('thread_html: not measured; apt-get install nginx-light wrk')
            yard, ours = [], []
            for _ in range(ROUNDS):
                yard.append(fsync_rate(folder))
                ours.append(accept_rate(server))
            add('accept_sqlite', ours, 'per s', 'fsynced 4 KB appends', yard)
        finally:
            server.stop()
    (BUILD / 'bench.json').write_text(json.dumps(results, indent=1) + '\n')

main()
