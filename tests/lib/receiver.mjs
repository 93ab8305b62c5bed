// A program beside a newsroom that is told what happens: keeps what came, answers as it is told to.
import http from 'node:http';
import { createHmac } from 'node:crypto';
import { until } from './server.mjs';

export class Receiver {
	constructor() {
		this.got = [];
		this.answers = []; // for the next ones: a status, or a function (req, res); afterwards `status`
		this.status = 204;
		this.http = http.createServer((req, res) => {
			let text = '';
			req.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => {
				const id = req.headers['webhook-id'], answer = this.answers.shift() ?? this.status;
				this.got.push({ method: req.method, url: req.url, headers: req.headers, id, text, body: JSON.parse(text), answer });
				if (typeof answer === 'function')
					answer(req, res);
				else
					res.writeHead(answer).end();
			});
		});
	}

	async start(port = 0) {
		await new Promise((ready) => this.http.listen(port, '127.0.0.1', ready));
		this.port = this.http.address().port;
		this.url = `http://127.0.0.1:${this.port}/hook`;
		return this;
	}

	end() {
		this.http.closeAllConnections();
		return new Promise((done) => this.http.close(done));
	}

	of(type) {
		return this.got.filter((g) => g.body.type === type);
	}

	types() {
		return this.got.map((g) => g.body.type);
	}

	async wait(count, what = `${count} messages`) {
		await until(() => this.got.length >= count, { what }).catch((e) => {
			throw new Error(`${e.message}: ${JSON.stringify(this.types())}`);
		});
		return this.got;
	}
}

// As Standard Webhooks has it.
export function signature(secret, id, timestamp, body) {
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
export const signedBy = (message, secret) =>
	message.headers['webhook-signature'].split(' ').includes(signature(secret, message.id, message.headers['webhook-timestamp'], message.text));
