// Those who use the server: a reader with a browser of their own, and an editor at the desk.
import assert from 'node:assert/strict';
import { request, form, FORM, Stream } from './http.mjs';
import { PASSWORD, uuid } from './server.mjs';

class Browser {
	constructor(server) {
		this.server = server;
		this.jar = new Map();
	}

	get cookie() {
		return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
	}

	headers(more = {}) {
		return { ...(this.jar.size ? { Cookie: this.cookie } : {}), ...more };
	}

	async request(method, path, { headers, ...options } = {}) {
		const answer = await request(this.server, method, path, { headers: this.headers(headers), ...options });
		for (const line of answer.setCookies) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			this.jar.set(name, value);
		}
		return answer;
	}

	get(path, headers) {
		return this.request('GET', path, { headers });
	}

	stream(path, headers = {}) {
		return new Stream(this.server, path, this.headers(headers)).opened;
	}
}

const good = (answer, status) => {
	assert.equal(answer.status, status, answer.text.slice(0, 500));
	return answer.json;
};

export class Reader extends Browser {
	constructor(server, { name = 'Wilma Test', email = '', article = 'bruecke' } = {}) {
		super(server);
		Object.assign(this, { name, email, article });
	}

	post(text, { parent, key = uuid(), name = this.name, email = this.email, article = this.article, headers = {} } = {}) {
		return this.request('POST', `/v1/articles/${article}/comments`, {
			headers: { ...(key ? { 'Idempotency-Key': key } : {}), ...headers },
			body: { name, email, text, ...(parent ? { parent } : {}) },
		});
	}

	async submit(text, options) {
		return good(await this.post(text, options), 201);
	}

	put(id, text, { key = uuid(), article = this.article } = {}) {
		return this.request('PUT', `/v1/articles/${article}/comments/${id}`, { headers: { 'Idempotency-Key': key }, body: { text } });
	}

	async revise(id, text, options) {
		return good(await this.put(id, text, options), 200);
	}

	async withdraw(id, { article = this.article } = {}) {
		return good(await this.request('DELETE', `/v1/articles/${article}/comments/${id}`), 200);
	}

	async check(text, { article = this.article, headers } = {}) {
		return good(await this.request('POST', `/v1/articles/${article}/check`, { headers, body: { text } }), 200).hints;
	}

	async mine(article = this.article) {
		return good(await this.get(`/v1/articles/${article}/mine`), 200).comments;
	}

	async one(id, article) {
		return (await this.mine(article)).find((c) => c.id === id);
	}

	async thread(article = this.article) {
		const answer = await this.get(`/v1/articles/${article}/thread`);
		assert.equal(answer.status, 200);
		return answer.text;
	}

	async page(article = this.article, query = '') {
		const answer = await this.get(`/articles/${article}${query}`);
		assert.equal(answer.status, 200);
		return answer.text;
	}

	async comments(article = this.article) {
		return good(await this.get(`/v1/articles/${article}/comments`), 200);
	}

	postForm(fields, { article = this.article, path = `/articles/${article}/comments`, headers = {} } = {}) {
		return this.request('POST', path, { headers: { ...FORM, Accept: 'text/html', ...headers }, body: form(fields) });
	}
}

export class Editor extends Browser {
	async login(user = 'rike', password = PASSWORD) {
		const answer = await this.request('POST', '/v1/desk/session', { body: { user, password } });
		this.session = good(answer, 200);
		this.csrf = this.session.csrf;
		return this;
	}

	write(path, body, { csrf = this.csrf } = {}) {
		return this.request('POST', path, { headers: csrf ? { 'X-CSRF-Token': csrf } : {}, body });
	}

	async queue(query = '?limit=50') {
		return good(await this.get(`/v1/desk/queue${query}`), 200);
	}

	// The whole queue, page by page.
	async all() {
		const items = [];
		for (let after = '';;) {
			const page = await this.queue(`?limit=50${after}`);
			items.push(...page.items);
			if (!page.next)
				return items;
			after = `&after=${page.next}`;
		}
	}

	async item(comment) {
		const item = (await this.all()).find((i) => i.comment === comment);
		assert.ok(item, `comment ${comment} is not in the queue`);
		return item;
	}

	async revision(id) {
		return good(await this.get(`/v1/desk/revisions/${id}`), 200);
	}

	decide(item, action, { rules = [], word = '', version = item.version } = {}) {
		return this.write(`/v1/desk/revisions/${item.revision}/decision`, { action, rules, word, version });
	}

	async decided(comment, action, options) {
		return good(await this.decide(await this.item(comment), action, options), 200);
	}

	release(comment) {
		return this.decided(comment, 'release');
	}

	reject(comment, rules = ['profanity'], word = '') {
		return this.decided(comment, 'reject', { rules, word });
	}

	giveBack(comment, word = 'Bitte kürzer.') {
		return this.decided(comment, 'return', { word });
	}

	undo(decision) {
		return this.write(`/v1/desk/decisions/${decision}/undo`, {});
	}

	async decisions(limit = 50) {
		return good(await this.get(`/v1/desk/decisions?limit=${limit}`), 200).decisions;
	}
}

export const conflict = (answer, code) => {
	assert.equal(answer.status, 409, answer.text);
	assert.equal(answer.json.error.code, code);
	return answer.json.conflict ?? answer.json.error.conflict;
};
