// Reads docs/openapi.yaml and holds answers of the server against it. Sends nothing itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const from = createRequire(new URL('../../web/package.json', import.meta.url));
const Ajv = from('ajv/dist/2020.js').default;
const { parse } = from('yaml');
const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'options'];

export const file = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

export class Contract {
	constructor(text = file('docs/openapi.yaml')) {
		this.doc = parse(text);
		// The document as a whole is no schema, but holds all that its schemas refer to.
		this.ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false });
		this.ajv.addSchema({ ...this.doc, $id: 'contract' });
		this.validators = new Map();
		this.seen = new Set();
		this.operations = Object.entries(this.doc.paths).flatMap(([path, item]) =>
			METHODS.filter((method) => item[method]).map((method) => ({ ...item[method], method: method.toUpperCase(), path })));
	}

	operation(id) {
		const found = this.operations.find((o) => o.operationId === id);
		assert.ok(found, `the document has no operation ${id}`);
		return found;
	}

	// Follows a $ref to its end; a description beside it is of no concern here.
	at(value) {
		while (value?.$ref) {
			const target = value.$ref.slice(2).split('/').reduce((v, key) => v?.[key], this.doc);
			assert.ok(target, `${value.$ref} is not in the document`);
			value = target;
		}
		return value;
	}

	refs() {
		return [...JSON.stringify(this.doc).matchAll(/"\$ref":"([^"]+)"/g)].map((m) => m[1]);
	}

	// "METHOD /pattern" as src/api/routes.c writes it.
	get routes() {
		return this.operations.map((o) => `${o.method} ${o['x-route'] || o.path}`);
	}

	check(schema, value, what) {
		const key = JSON.stringify(schema);
		if (!this.validators.has(key)) {
			const absolute = key.replaceAll('"$ref":"#/', '"$ref":"contract#/');
			this.validators.set(key, this.ajv.compile(JSON.parse(absolute)));
		}
		const valid = this.validators.get(key);
		assert.ok(valid(value), `${what}: ${this.ajv.errorsText(valid.errors)}\n${JSON.stringify(value)?.slice(0, 600)}`);
	}

	response(op, status) {
		const found = this.at(op.responses[status]);
		assert.ok(found, `${op.method} ${op.path}: the document has no answer ${status}`);
		this.seen.add(`${op.operationId} ${status}`);
		return found;
	}

	media(op, status, contentType, found) {
		const type = (contentType || '').split(';')[0];
		const media = found.content?.[type];
		assert.ok(media, `${op.method} ${op.path} ${status}: the document has no content of type "${type}"`);
		return { type, ...media };
	}

	// Status, headers, content type and body of one answer.
	answer(id, answer) {
		const op = this.operation(id);
		const what = `${op.method} ${op.path} ${answer.status}`;
		const found = this.response(op, answer.status);
		for (const [name, ref] of Object.entries(found.headers || {})) {
			const header = this.at(ref);
			const value = [answer.headers[name.toLowerCase()]].flat()[0];
			assert.ok(value !== undefined || !header.required, `${what}: no header ${name}`);
			if (value !== undefined && header.schema)
				this.check(header.schema, value, `${what}, ${name}`);
		}
		if (!found.content) {
			assert.equal(answer.text, '', `${what}: a body that the document does not have`);
			return answer;
		}
		const media = this.media(op, answer.status, answer.headers['content-type'], found);
		if (media.schema)
			this.check(media.schema, media.type === 'application/json' ? answer.json : answer.text, what);
		return answer;
	}

	// One message of a stream.
	event(id, message) {
		const op = this.operation(id);
		const events = this.response(op, 200).content['text/event-stream']['x-events'];
		assert.ok(events[message.event], `${op.path}: the document has no event "${message.event}"`);
		this.check(events[message.event], JSON.parse(message.data), `${op.path}, event ${message.event}`);
		this.seen.add(`${id} event ${message.event}`);
	}
}
