// A plain HTTP client: no redirects, no cookies and no decoding behind one's back.
import http from 'node:http';
import { gunzipSync, brotliDecompressSync, inflateSync } from 'node:zlib';

const decoders = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync };

class Answer {
	constructor(res, raw) {
		this.status = res.statusCode;
		this.headers = res.headers;
		this.rawHeaders = res.rawHeaders;
		this.raw = raw;
	}

	get body() {
		const decode = decoders[this.headers['content-encoding']];
		return decode && this.raw.length ? decode(this.raw) : this.raw;
	}

	get text() {
		return this.body.toString('utf8');
	}

	get json() {
		try {
			return JSON.parse(this.text);
		} catch {
			throw new Error(`not JSON (status ${this.status}): ${this.text.slice(0, 300)}`);
		}
	}

	// All that came over the wire, for searching.
	get everything() {
		return `${this.rawHeaders.join('\n')}\n\n${this.text}`;
	}

	get setCookies() {
		return this.headers['set-cookie'] || [];
	}
}

const moment = () => new Promise((done) => setImmediate(done));

// `server` has `port` and `agent`, and `host` if it is not this one. A body that is no string or Buffer goes as JSON.
export async function request(server, method, path, { headers = {}, body, timeout = 60000, agent = server.agent } = {}) {
	const send = { ...headers };
	let data = body;
	if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)) {
		data = JSON.stringify(body);
		send['Content-Type'] ??= 'application/json';
	}
	if (data !== undefined)
		send['Content-Length'] ??= Buffer.byteLength(data);
	// A test that has done something in one go for longer than the server keeps an idle connection has not heard yet that it ended it.
	await moment();
	await moment();
	return new Promise((done, fail) => {
		const req = http.request({ host: server.host ?? '127.0.0.1', port: server.port, method, path, headers: send, agent, timeout });
		req.on('response', (res) => {
			const parts = [];
			res.on('data', (part) => parts.push(part));
			res.on('end', () => (res.complete ? done(new Answer(res, Buffer.concat(parts))) : fail(new Error('cut off'))));
			res.on('error', fail);
			res.on('close', () => res.complete || fail(new Error('cut off')));
		});
		req.on('timeout', () => req.destroy(new Error(`no answer within ${timeout} ms: ${method} ${path}`)));
		req.on('error', fail);
		req.end(data);
	});
}

export const form = (fields) => new URLSearchParams(fields).toString();
export const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

// Server-sent events. `next(match)` gives the next message for which match holds, seen or to come.
export class Stream {
	constructor(server, path, headers = {}) {
		this.messages = [];
		this.waiting = [];
		this.buffer = '';
		this.ended = false;
		this.opened = new Promise((done, fail) => {
			this.req = http.request({ host: server.host ?? '127.0.0.1', port: server.port, path, headers, agent: false });
			this.req.on('response', (res) => {
				this.status = res.statusCode;
				this.headers = res.headers;
				res.setEncoding('utf8');
				res.on('data', (text) => this.take(text));
				for (const event of ['end', 'close', 'error'])
					res.on(event, () => this.finish());
				done(this);
			});
			this.req.on('error', (e) => (this.finish(), fail(e)));
			this.req.end();
		});
		this.over = new Promise((done) => (this.isOver = done));
	}

	take(text) {
		this.buffer += text;
		for (let at; (at = this.buffer.indexOf('\n\n')) >= 0; this.buffer = this.buffer.slice(at + 2)) {
			const message = { event: 'message', data: '', id: null };
			const data = [];
			for (const line of this.buffer.slice(0, at).split('\n')) {
				const [, field, value] = /^([a-z]*):? ?(.*)$/s.exec(line) || [];
				if (field === 'data')
					data.push(value);
				else if (field === 'event' || field === 'id')
					message[field] = value;
			}
			if (data.length === 0 && message.event === 'message')
				continue;
			message.data = data.join('\n');
			message.at = Date.now();
			this.messages.push(message);
			this.waiting = this.waiting.filter((waits) => !waits(message));
		}
	}

	finish() {
		this.ended = true;
		this.isOver();
	}

	next(match = () => true, within = 60000) {
		const found = this.messages.find(match);
		if (found)
			return Promise.resolve(found);
		return new Promise((done, fail) => {
			const timer = setTimeout(() => fail(new Error(`no such message within ${within} ms; got ${JSON.stringify(this.messages)}`)), within);
			this.waiting.push((message) => match(message) && (clearTimeout(timer), done(message), true));
		});
	}

	close() {
		this.req.destroy();
	}
}
