"""A released thread of 500 comments, all on one page: requests a second against nginx serving the same bytes, with the same
headers, from files compressed beforehand; and a 304 against nginx's 304. Beside each ratio of rates, the ratio of processor time a
request (*_cpu: nginx's by ours): on a busy machine it is the steadier one."""
import http.client, os, pathlib, subprocess, time

import newspaper
from lib import Freigabe, alternated, have, until, version, wrk

FORMS = {'html': '/articles/thread', 'json': '/v1/articles/thread/comments'}
CODINGS = {'': None, '_gzip': ('gzip', 'gz'), '_brotli': ('br', 'br')}
# what our answers carry and nginx would not send by itself
OWN_HEADERS = ('Cache-Control', 'X-Content-Type-Options', 'Referrer-Policy', 'Cross-Origin-Resource-Policy', 'Content-Security-Policy', 'Vary')
BROTLI = pathlib.Path('/usr/lib/nginx/modules/ngx_http_brotli_static_module.so')


def fetch(port, path, **headers):
    connection = http.client.HTTPConnection('127.0.0.1', port)
    connection.request('GET', path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


class Nginx:
    """Serves `folder`/files, with the given headers, or what `server` says, on a port of the system's choice."""

    def __init__(self, folder, headers, loops, server='', connections=1024):
        folder = pathlib.Path(folder)
        with __import__('socket').socket() as s:
            s.bind(('127.0.0.1', 0))
            self.port = s.getsockname()[1]
        quoted = ''.join(f'add_header {name} "{value}"; ' for name, value in headers.items())
        module = f'load_module {BROTLI};\n' if BROTLI.exists() else ''
        temporary = ''.join(f'{kind}_temp_path {folder}/{kind};\n' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        (folder / 'nginx.conf').write_text(f'''{module}worker_processes {loops}; daemon off; pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
worker_rlimit_nofile {connections * 2 + 100};
events {{ worker_connections {connections}; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=100; default_type text/html;
types {{ application/json json; }} gzip_static on; {'brotli_static on;' if module else ''} {quoted}
{temporary} server {{ listen 127.0.0.1:{self.port} reuseport; root {folder}/files; {server} }} }}''')
        os.chmod(folder, 0o755)
        path = os.environ['PATH'] + ':/usr/sbin'
        self.process = subprocess.Popen(['nginx', '-c', str(folder / 'nginx.conf')], stderr=subprocess.DEVNULL, env={**os.environ, 'PATH': path})
        until(self.answers, 'nginx answers')

    def answers(self):
        try:
            return fetch(self.port, '/') and True
        except OSError:
            return False

    def pids(self):
        children = pathlib.Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children').read_text().split()
        return [int(p) for p in children]

    def __enter__(self): return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def processor_seconds(pids):
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf('SC_CLK_TCK')


def loaded(bench, pids, url, headers, expect):
    """Requests a second, and requests a second of processor time."""
    before, start = processor_seconds(pids), time.monotonic()
    rate = wrk(bench, url, headers, expect)
    took = time.monotonic() - start
    return rate, rate * took / max(processor_seconds(pids) - before, 0.01)


def compare(add, bench, name, ours, theirs):
    """Each: the processes, the address, headers, and the status that must come."""
    got = alternated(bench.rounds, nginx=lambda: loaded(bench, *theirs), ours=lambda: loaded(bench, *ours))
    for i, suffix, unit in ((0, '', 'per s'), (1, '_cpu', 'per CPU s')):
        add(name + suffix, [g[i] for g in got['ours']], unit, "nginx's static file" if '304' not in name else "nginx's 304", [g[i] for g in got['nginx']])


def write_files(add, files, server):
    """The very bytes that we send, as files for nginx; ends the run if the page has not all comments. The first answer after a release is
    packed in haste, and is not what is sent from then on."""
    files.mkdir()
    for path in FORMS.values():
        for coding in CODINGS.values():
            fetch(server.port, path, **({'Accept-Encoding': coding[0]} if coding else {}))
    server.rest()
    for form, path in FORMS.items():
        for suffix, coding in CODINGS.items():
            answer, body = fetch(server.port, path, **({'Accept-Encoding': coding[0]} if coding else {}))
            if coding and answer.headers['Content-Encoding'] != coding[0]:
                raise SystemExit(f'{path}: not in {coding[0]}')
            (files / f'thread.{form}{"." + coding[1] if coding else ""}').write_bytes(body)
            if form == 'html' and not coding and body.count(b'id="comment-') < 500:
                raise SystemExit(f'{body.count(b"comment-")} comments on the page')
            add(f'thread_{form}{suffix}_size', [len(body) / 1024], 'KB')
    answer, _ = fetch(server.port, FORMS['html'])
    return {name: answer.headers[name] for name in OWN_HEADERS if answer.headers[name]}


def measure(add, bench):
    if not have('nginx', 'wrk'):
        bench.missing('thread_*', 'apt-get install nginx-light libnginx-mod-http-brotli-static wrk')
        return
    with bench.temporary() as folder:
        os.chmod(folder, 0o755)
        demo = newspaper.folder_of(folder, newspaper.thread(500))
        with Freigabe(bench, folder, demo=demo) as server:
            headers = write_files(add, pathlib.Path(folder, 'files'), server)
            with Nginx(folder, headers, os.cpu_count()) as nginx:
                measure_forms(add, bench, server, nginx)


def measure_forms(add, bench, server, nginx):
    mine, others = [server.process.pid], nginx.pids()
    for form, path in FORMS.items():
        for suffix, coding in CODINGS.items():
            name = f'thread_{form}{suffix}'
            wanted = [f'Accept-Encoding: {coding[0]}'] if coding else []
            their_url = f'http://127.0.0.1:{nginx.port}/thread.{form}'
            if coding and coding[0] == 'br' and not BROTLI.exists():
                bench.missing(name, 'apt-get install libnginx-mod-http-brotli-static')
                continue
            compare(add, bench, name, (mine, server.base + path, wanted, 200), (others, their_url, wanted, 200))
    tag = fetch(server.port, FORMS['html'])[0].headers['ETag']
    their_tag = fetch(nginx.port, '/thread.html')[0].headers['ETag']
    compare(add, bench, 'thread_304', (mine, server.base + FORMS['html'], [f'If-None-Match: {tag}'], 304),
            (others, f'http://127.0.0.1:{nginx.port}/thread.html', [f'If-None-Match: {their_tag}'], 304))
