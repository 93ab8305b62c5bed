// A newspaper that has decided enough for a lane to be opened, and the clock of that lane turned by hand.
import assert from 'node:assert/strict';
import { Reader, Editor } from './people.mjs';
import { until } from './server.mjs';
import { mild } from './texts.mjs';

export const sql = (server, text) => server.sql(text);

// Each of the first `count` texts is released by `editor`; then they count as decided, as they would a quarter of a minute
// later, when they can no longer be taken back. Every `refusedEach`th counts as given back.
export async function decideMany(server, editor, count, { refusedEach = 0, score = 300 } = {}) {
	const author = new Reader(server);
	for (let i = 0; i < count; i++)
		await author.submit(mild[i]);
	for (const item of await editor.all())
		assert.equal((await editor.decide(item, 'release')).status, 200);
	const { engine } = (await editor.get('/v1/desk/automatic')).json;
	const outcome = refusedEach ? `CASE WHEN ordinal_in % ${refusedEach} = 0 THEN 'return' ELSE 'release' END` : "'release'";
	sql(server, `INSERT OR REPLACE INTO automatic_case (revision_id, site_id, section, engine, score, barred, policy, drawn, due_at,
		decision_id, outcome, decided_at, created_at) SELECT r.id, r.site_id, a.section, '${engine}', ${score}, '', 0, 0, NULL, NULL, ${outcome},
		${Date.now()}, r.created_at FROM (SELECT x.*, row_number() OVER (ORDER BY x.id) AS ordinal_in FROM revision x WHERE x.state = 'released') r
		JOIN comment c ON c.id = r.comment_id JOIN article a ON a.id = c.article_id;`);
	return author;
}

export const NEUTRAL = ['Meine Nachbarin nimmt morgens die Fähre. Der Verein hat alte Fotos der Brücke.',
	'Unser Chor freut sich auf die neue Brücke. Die Schule plant ein Fest zur Eröffnung.',
	'Der Bäcker kennt die Brücke seit der Schulzeit. Mein Bruder malt sie im Abendlicht.',
	'Die Gemeinde sammelt Geld für eine Bank am Ufer. Das Theater wohnt gleich nebenan.',
	'Die Feuerwehr hat den Fahrplan der Fähre ausgehängt. Der Fährmann hilft beim Streichen des Geländers.',
	'Mein Onkel erinnert sich gern an den Bau. Die Enkel fahren mit dem Rad über die alte Furt.'];

// Sends texts until the lane has taken one that people shall not see; it would be released a little later.
export async function untilTaken(server, author) {
	for (const text of NEUTRAL) {
		const { id } = await author.submit(text);
		const drawn = await until(() => sql(server, `SELECT drawn FROM automatic_case k JOIN revision r ON r.id = k.revision_id
			JOIN comment c ON c.id = r.comment_id WHERE k.policy > 0 AND k.due_at IS NOT NULL ORDER BY k.created_at DESC LIMIT 1`), { what: `a case for "${text}"` });
		if (drawn === '0')
			return id;
		sql(server, 'UPDATE automatic_case SET due_at = NULL');
	}
	throw new Error('six in a row were drawn: once in sixty million runs');
}

// Nobody waits a minute in a test.
export const makeDue = (server) => sql(server, 'UPDATE automatic_case SET due_at = 1 WHERE due_at IS NOT NULL');

export async function signed(server, editor, password, more = {}) {
	const section = (await editor.get('/v1/desk/automatic')).json.sections[0];
	const choice = section.choices.find((c) => c.limit === 0.05);
	return editor.write('/v1/desk/automatic/policies', { section: section.section, limit: 0.05, threshold: choice.threshold, draw: 0.05, first: 3,
		delay_seconds: 60, password, ...more });
}
