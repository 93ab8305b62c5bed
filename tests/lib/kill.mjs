// What goes on at a server until it is killed, and what must hold when it has started again: what was acknowledged is there,
// exactly once; nothing is public that nobody released; the chain of decisions is whole; what was cut off can be sent again.
import assert from 'node:assert/strict';
import { uuid } from './server.mjs';
import { Reader, Editor } from './people.mjs';

// The same numbers for the same seed, between 0 and 1.
export function seeded(seed) {
	let state = seed;
	return () => (state = (state * 48271 + 11) % 2147483647) / 2147483647;
}
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const REFUSED = new Set(['revision_superseded', 'revision_withdrawn', 'revision_changed']); // its author was faster
const wire = ({ item, action }) => ({ revision: item.revision, version: item.version, action, word: '', rules: action === 'reject' ? ['off_topic'] : [] });

// `more`: authors withdraw, editors decide many at once and take back, readers report, and everybody has an address.
export class Storm {
	constructor(server, { random, writers = 16, each = 30, more = false }) {
		Object.assign(this, { server, random, writers, each, more });
		this.releases = new Set(); // texts that an editor has asked to release, and not taken back
		this.withdrawn = new Set(); // comments whose authors were told that they are gone
		this.leaving = new Set(); // and those who asked
		this.count = 0;
		this.key = server.cli('key', 'new', 'kill').trim();
	}

	line(what) {
		return `${what} zum Winterdienst, Zettel ${++this.count}-${uuid().slice(0, 8)}.`;
	}

	address(of) {
		return this.more ? `${of}-${++this.count}@leser.example` : '';
	}

	// Begins anew, under an article of its own: `until` kills the server. Gives what was asked for and what was acknowledged.
	async blow(article, until) {
		const put = await this.server.request('PUT', `/v1/articles/${article}`, {
			headers: { Authorization: `Bearer ${this.key}`, 'Content-Type': 'text/markdown' },
			body: `---\nid: ${article}\nlang: de\ntitle: Winterdienst ${article}\nlead: Salz ist knapp.\n---\n\nDer Winterdienst streut nur noch Hauptstraßen.\n`,
		});
		assert.equal(put.status, 201, put.text);
		const rike = await new Editor(this.server).login();
		const work = { article, rike, writers: [], decisions: [], notices: [], over: false };
		// What breaks because the server is gone is no failure; an answer of the wrong kind is.
		const untilGone = (e) => {
			if (e.name === 'AssertionError' || !work.over)
				work.wrong ??= e;
		};
		const running = [this.edit(work), ...(this.more ? [this.report(work)] : []), ...Array.from({ length: this.writers }, () => this.write(work))];
		const ended = Promise.all(running.map((one) => one.catch(untilGone)));
		await until(work);
		assert.ok(work.over, 'killed');
		await ended;
		if (work.wrong)
			throw work.wrong;
		return work;
	}

	// The server ends now, in the midst of it.
	async kill(work) {
		work.over = true;
		await this.server.kill();
	}

	// One reader who writes, and now and then writes anew or withdraws.
	async write(work) {
		const reader = new Reader(this.server, { article: work.article, email: this.address('autorin') });
		const own = { reader, comments: [] };
		work.writers.push(own);
		for (let i = 0; i < this.each && !work.over; i++) {
			const c = { text: this.line('Kommentar'), key: uuid(), id: null, edit: null, email: reader.email };
			own.comments.push(c);
			c.id = (await reader.submit(c.text, { key: c.key })).id;
			if (i % 4 === 3) {
				c.edit = { text: this.line('Änderung'), key: uuid(), acknowledged: false };
				await reader.revise(c.id, c.edit.text, { key: c.edit.key });
				c.edit.acknowledged = true;
			} else if (this.more && i % 4 === 1) {
				await this.withdraw(reader, own.comments[i - 1]);
			}
		}
	}

	async withdraw(reader, c) {
		this.leaving.add(c.id);
		assert.equal((await reader.withdraw(c.id)).state, 'withdrawn');
		this.withdrawn.add(c.id);
	}

	// One who decides ten at a time, and faster than anybody could read.
	async edit(work) {
		for (let n = 0; !work.over;) {
			const page = await work.rike.queue('?limit=10');
			const some = page.items.map((item) => ({ item, action: n++ % 3 === 2 ? 'reject' : 'release', id: null, undo: '' }));
			work.decisions.push(...some);
			for (const d of some.filter((d) => d.action === 'release'))
				this.releases.add(d.item.text);
			if (this.more && some.length && this.random() < 0.5)
				await this.batch(work, some);
			else
				await Promise.all(some.map((d) => this.decide(work, d)));
			if (this.more)
				await Promise.all(some.filter((d) => d.id && this.random() < 0.1).map((d) => this.undo(work, d)));
		}
	}

	async decide(work, d) {
		const { revision, ...body } = wire(d);
		const answer = await work.rike.write(`/v1/desk/revisions/${revision}/decision`, body);
		if (answer.status === 200)
			return this.decided(d, answer.json.decision);
		assert.ok(REFUSED.has(answer.json.error.code), answer.text);
	}

	async batch(work, some) {
		const answer = await work.rike.write('/v1/desk/decisions', { decisions: some.map(wire) });
		assert.equal(answer.status, 200, answer.text);
		for (const [i, one] of answer.json.decisions.entries())
			if (one.error)
				assert.ok(REFUSED.has(one.error.code), answer.text);
			else
				this.decided(some[i], one.decision);
	}

	decided(d, id) {
		assert.ok(id, 'an acknowledged decision has a number');
		if (d.id)
			assert.equal(id, d.id, 'decided again: another decision');
		d.id = id;
	}

	async undo(work, d) {
		d.undo = 'asked';
		const answer = await work.rike.undo(d.id);
		if (answer.status !== 200) { // its author was faster
			assert.equal(answer.status, 409, answer.text);
			d.undo = 'refused';
			return;
		}
		d.undo = 'done';
		if (d.action === 'release')
			this.releases.delete(d.item.text);
	}

	// One who reports what is published.
	async report(work) {
		while (!work.over) {
			const d = work.decisions.findLast((d) => d.id && d.action === 'release' && !d.reported);
			if (!d) {
				await sleep(5);
				continue;
			}
			d.reported = true;
			const n = { comment: d.item.comment, email: this.address('melder'), form_key: uuid(), revision: d.item.revision, place: '' };
			work.notices.push(n);
			await this.notify(n);
		}
	}

	async notify(n) {
		const answer = await new Reader(this.server).postForm({ kind: 'insult', explanation: 'Der Satz nennt mich einen Lügner.', name: 'Nora Beck', email: n.email,
			good_faith: '1', lang: 'de', revision: n.revision, form_key: n.form_key }, { path: `/comments/${n.comment}/notice` });
		if (answer.status !== 303) // it has just been withdrawn
			return assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}: ${answer.text}`);
		const place = answer.headers.location.split('?')[0];
		if (n.place)
			assert.equal(place, n.place, 'reported again: another notice');
		n.place = place;
	}

	// ---- afterwards ----

	async check(work) {
		await this.checkAcknowledged(work);
		await this.checkPublic(work);
		this.checkOnce(work);
	}

	async checkAcknowledged(work) {
		await Promise.all(work.writers.map(async ({ reader, comments }) => {
			const mine = new Map((await reader.mine()).map((c) => [c.id, c]));
			for (const c of comments.filter((c) => c.id && !this.leaving.has(c.id))) {
				assert.ok(mine.has(c.id), `acknowledged, and not there: ${c.text}`);
				const { html } = mine.get(c.id);
				const edited = c.edit && html.includes(c.edit.text);
				assert.ok(edited || (!c.edit?.acknowledged && html.includes(c.text)), `other words: ${c.text}`);
			}
		}));
		await Promise.all(work.notices.filter((n) => n.place).map(async (n) =>
			assert.equal((await this.server.get(n.place)).status, 200, `an acknowledged notice is not there: ${n.place}`)));
	}

	// Every comment that anybody can read under the article.
	async published(article) {
		const all = [];
		for (let after = '';;) {
			const page = (await this.server.get(`/v1/articles/${article}/comments${after}`)).json;
			all.push(...page.comments);
			if (!page.next)
				return all;
			after = `?after=${encodeURIComponent(page.next)}`;
		}
	}

	async checkPublic(work) {
		// the editor has also read on where the round before was cut off
		const articles = new Set([work.article, ...work.decisions.map((d) => d.item.article.id)]);
		const shown = (await Promise.all([...articles].map((a) => this.published(a)))).flat();
		for (const c of shown) {
			assert.ok(this.releases.has(c.text), `public, and nobody released it: ${c.text}`);
			assert.ok(!this.withdrawn.has(c.id), `public, and its author has withdrawn it: ${c.text}`);
		}
		assert.equal(new Set(shown.map((c) => c.id)).size, shown.length, 'a comment is shown twice');
		const byId = new Map(shown.map((c) => [c.id, c]));
		const undone = new Set(work.decisions.filter((d) => ['asked', 'done'].includes(d.undo)).map((d) => d.item.comment));
		for (const d of work.decisions.filter((d) => d.id && d.action === 'release' && !undone.has(d.item.comment) && !this.leaving.has(d.item.comment)))
			assert.ok(byId.has(d.item.comment), `released, and not public: ${d.item.text}`);
	}

	checkOnce(work) {
		const none = (sql, what) => assert.equal(this.server.sql(sql), '', what);
		none("SELECT text FROM revision WHERE text LIKE '%Winterdienst%' GROUP BY text HAVING count(*) > 1", 'a text is there twice');
		none(`SELECT revision_id FROM decision d WHERE undoes IS NULL AND NOT EXISTS (SELECT 1 FROM decision u WHERE u.undoes = d.id)
			GROUP BY revision_id HAVING count(*) > 1`, 'decided twice');
		none('SELECT about, recipient, subject FROM mail GROUP BY about, recipient, subject HAVING count(*) > 1', 'a letter is there twice');
		const texts = new Set(this.server.sql('SELECT r.text FROM revision r JOIN decision d ON d.revision_id = r.id').split('\n'));
		for (const d of work.decisions.filter((d) => d.id))
			assert.ok(texts.has(d.item.text), `acknowledged decision is not there: ${d.item.text}`);
		const audit = this.server.audit();
		assert.equal(audit.status, 0, audit.stdout + audit.stderr);
	}

	// Everything once more, as those do who had no answer: what was there stays as it was.
	async repeat(work) {
		await Promise.all(work.writers.map(async ({ reader, comments }) => {
			for (const c of comments) {
				const again = await reader.submit(c.text, { key: c.key });
				if (c.id)
					assert.equal(again.id, c.id, 'sent again: another comment');
				c.id = again.id;
				if (this.leaving.has(c.id)) {
					await this.withdraw(reader, c);
				} else if (c.edit) {
					assert.equal((await reader.revise(c.id, c.edit.text, { key: c.edit.key })).id, c.id);
					c.edit.acknowledged = true;
				}
			}
		}));
		const again = new Set(work.decisions.filter((d) => d.undo).map((d) => d.item.revision));
		for (const d of work.decisions.filter((d) => !again.has(d.item.revision) && (!d.id || !this.leaving.has(d.item.comment))))
			await this.decide(work, d);
		for (const n of work.notices)
			await this.notify(n);
	}
}
