"""A web server that misbehaves, for test_fetch.c. Prints its port, ends when its standard input does."""
import gzip, http.server, os, sys, threading, time, zlib

PAGE = '<!doctype html><title>Brücke</title><p>Text.'.encode()
seen = []

def bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    return b''.join(packer.compress(zeros) for _ in range(64)) + packer.flush()

class Peer(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self, status, body=b'', **headers):
        self.send_response(status)
        headers = {'Content_Type': 'text/html; charset=utf-8', 'Content_Length': len(body), **headers}
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace('_', '-'), str(value))
        self.end_headers()
        self.wfile.write(body)

    def to(self, target, status=302):
        self.answer(status, Location=target)

    def slowly(self):
        self.answer(200, Content_Length=1000)
        while True:
            self.wfile.write(b'x')
            self.wfile.flush()
            time.sleep(0.1)

    def flood(self):
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n')
        while True:
            self.wfile.write(b'X-Flood: ' + b'x' * 2000 + b'\r\n')

    def endless(self):
        self.answer(200, Content_Length=None, Connection='close')
        self.close_connection = True
        while True:
            self.wfile.write(bytes(65536))

    def do_GET(self):
        seen.append(self.path)
        port = self.server.server_port
        here = f'http://127.0.0.1:{port}'
        name, _, rest = self.path[1:].partition('/')
        if name == 'hop':
            self.to(f'/hop/{int(rest) - 1}' if int(rest) else f'{here}/ok')
            return
        if name == 'status':
            self.answer(int(rest), PAGE)
            return
        {
            'ok': lambda: self.answer(200, PAGE),
            'xhtml': lambda: self.answer(200, PAGE, Content_Type='application/xhtml+xml'),
            'gzip': lambda: self.answer(200, gzip.compress(PAGE), Content_Encoding='gzip'),
            'agent': lambda: self.answer(200, self.headers.get('User-Agent', '').encode()),
            'headers': lambda: self.answer(200, str(self.headers).encode()),
            'seen': lambda: self.answer(200, '\n'.join(seen).encode()),
            'latin': lambda: self.answer(200, 'ä'.encode('latin-1'), Content_Type='Text/HTML ;charset="ISO-8859-1"'),
            'odd': lambda: self.answer(200, PAGE, Content_Type='text/html; charset=">x'),
            'flood': self.flood,
            'loop': lambda: self.to('/loop'),
            'other': lambda: self.to(f'http://localhost:{port}/forbidden'),
            'file': lambda: self.to('file:///etc/passwd'),
            'gopher': lambda: self.to(f'gopher://127.0.0.1:{port}/x'),
            'login': lambda: self.to(f'http://user:word@127.0.0.1:{port}/ok'),
            'nowhere': lambda: self.answer(302),
            'json': lambda: self.answer(200, b'{}', Content_Type='application/json'),
            'untyped': lambda: self.answer(200, PAGE, Content_Type=None),
            'announced': lambda: self.answer(200, b'', Content_Length=3 << 20),
            'endless': self.endless,
            'bomb': lambda: self.answer(200, bomb(), Content_Encoding='gzip'),
            'broken': lambda: self.answer(200, b'no gzip at all', Content_Encoding='gzip'),
            'short': lambda: (self.answer(200, b'abc', Content_Length=1000), self.connection.shutdown(2)),
            'slowly': self.slowly,
        }.get(name, lambda: self.answer(404))()

    def log_message(self, *what): pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass # the one who asked had enough

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Peer)
server.daemon_threads = True
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
