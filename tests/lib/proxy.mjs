// A real proxy in front of the server, from the examples under deploy/ as they stand: only addresses, ports and folders are
// filled in. Speaks HTTP/2 by TLS to it, as a browser does.
import { spawn, spawnSync } from 'node:child_process';
import http2 from 'node:http2';
import net from 'node:net';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './server.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const NAME = 'comments.example.org';

export async function freePort() {
	const socket = net.createServer();
	await new Promise((done) => socket.listen(0, '127.0.0.1', done));
	const { port } = socket.address();
	await new Promise((done) => socket.close(done));
	return port;
}

// Replaces, and minds that it was there: an example that changes must not silently go untested.
function fill(text, pairs) {
	for (const [from, to] of pairs) {
		if (!text.includes(from))
			throw new Error(`the example has no "${from}"`);
		text = text.replaceAll(from, to);
	}
	return text;
}

export class Proxy {
	// `keep`: how long nginx keeps a copy, for tests of what else lets it go.
	constructor(kind, { upstream, purge = 0, keep = '2s' }) {
		Object.assign(this, { kind, upstream, purge, keep, log: '' });
		this.dir = mkdtempSync(join(tmpdir(), 'freigabe-proxy-'));
		chmodSync(this.dir, 0o755);
	}

	async start() {
		this.port = await freePort();
		this[this.kind]();
		this.child.stderr.setEncoding('utf8').on('data', (text) => (this.log = (this.log + text).slice(-5000)));
		this.exit = new Promise((done) => this.child.once('exit', done));
		await until(async () => (await this.get('/healthz')).status === 200, { every: 50, what: `${this.kind}\n${this.log}` });
		return this;
	}

	certificate() {
		const [cert, key] = [join(this.dir, 'cert.pem'), join(this.dir, 'key.pem')];
		const r = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${NAME}`,
			'-addext', `subjectAltName=DNS:${NAME}`, '-keyout', key, '-out', cert], { encoding: 'utf8' });
		if (r.status !== 0)
			throw new Error(r.stderr);
		return [cert, key];
	}

	nginx() {
		const [cert, key] = this.certificate();
		const site = fill(readFileSync(join(root, 'deploy/nginx/freigabe.conf'), 'utf8'), [
			['127.0.0.1:8080', `127.0.0.1:${this.upstream}`], ['listen 443 ssl http2;', `listen 127.0.0.1:${this.port} ssl http2;`],
			['	listen [::]:443 ssl http2;\n', ''], ['/etc/ssl/certs/comments.example.org.pem', cert],
			['/etc/ssl/private/comments.example.org.key', key], ['/var/cache/nginx/freigabe', join(this.dir, 'cache')], ['127.0.0.1:8089', `127.0.0.1:${this.purge}`],
			['proxy_cache_valid 200 2s;', `proxy_cache_valid 200 ${this.keep};`],
		]);
		const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${this.dir}/${n};`).join(' ');
		const module_ = '/usr/lib/nginx/modules/ngx_http_cache_purge_module.so';
		writeFileSync(join(this.dir, 'nginx.conf'), `${existsSync(module_) ? `load_module ${module_};` : ''}
worker_processes 1; daemon off; pid ${this.dir}/pid; error_log stderr notice; ${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http { access_log off; default_type application/octet-stream; ${temporary}
${site}
}`);
		this.child = spawn('nginx', ['-c', join(this.dir, 'nginx.conf'), '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
	}

	caddy() {
		const [cert, key] = this.certificate();
		const site = fill(readFileSync(join(root, 'deploy/caddy/Caddyfile'), 'utf8'), [
			['127.0.0.1:8080', `127.0.0.1:${this.upstream}`],
			[`${NAME} {`, `https://${NAME}:${this.port} {\n\tbind 127.0.0.1\n\ttls ${cert} ${key}`],
		]);
		mkdirSync(join(this.dir, 'home'));
		writeFileSync(join(this.dir, 'Caddyfile'), `{\n\tadmin off\n\tauto_https off\n}\n${site}`);
		this.child = spawn('caddy', ['run', '--config', join(this.dir, 'Caddyfile'), '--adapter', 'caddyfile'],
			{ stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: join(this.dir, 'home'), XDG_DATA_HOME: this.dir, XDG_CONFIG_HOME: this.dir } });
	}

	connect() {
		return new Promise((done, fail) => {
			const session = http2.connect(`https://127.0.0.1:${this.port}`, { servername: NAME, rejectUnauthorized: false });
			session.on('error', fail);
			session.on('connect', () => done(session));
		});
	}

	// Over HTTP/2, on a connection of its own; body as text, undecoded.
	async request(method, path, headers = {}, body) {
		const session = await this.connect();
		try {
			return await new Promise((done, fail) => {
				const stream = session.request({ ':method': method, ':path': path, ':authority': NAME, ...headers });
				const answer = { text: '' };
				stream.setTimeout(15000, () => stream.destroy(new Error(`no answer: ${path}`)));
				stream.setEncoding('latin1');
				stream.on('response', (h) => Object.assign(answer, { status: h[':status'], headers: h }));
				stream.on('data', (text) => (answer.text += text));
				stream.on('end', () => done(answer));
				stream.on('error', fail);
				stream.end(body);
			});
		} finally {
			session.close();
		}
	}

	get(path, headers) {
		return this.request('GET', path, headers);
	}

	async end() {
		this.child?.kill('SIGTERM');
		await this.exit;
		rmSync(this.dir, { recursive: true, force: true });
	}
}
