// The configuration file: a line is taken whole or refused by name and number, never cut.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, startServer } from '../lib/server.mjs';

function refused(text) {
	const dir = mkdtempSync(join(tmpdir(), 'freigabe-config-')), file = join(dir, 'freigabe.ini');
	try {
		writeFileSync(file, text);
		const r = spawnSync(binary(), ['serve', '--db', `sqlite:${join(dir, 'x.db')}`, '--listen', '127.0.0.1:0', '--config', file], { encoding: 'utf8', timeout: 20000, env: { ...process.env, LANG: 'C', LC_ALL: 'C' } });
		assert.equal(r.status, 2, r.stderr);
		return r.stderr.replace(file, 'FILE').split('\n')[0]; // what to do follows in the next
	} finally {
		rmSync(dir, { recursive: true });
	}
}

test('a line of more than two hundred characters is read to its end', async () => {
	const proxies = [...Array.from({ length: 60 }, (_, i) => `192.0.2.${i + 10}`), '127.0.0.1'].join(' ');
	assert.ok(proxies.length > 600);
	const server = await startServer({ config: { trusted_proxies: proxies, connections_per_address: 0 } });
	try { // the last one is believed: only then the cookie of a page that came by TLS is for TLS alone
		const answer = await server.request('POST', '/v1/articles/bruecke/comments', { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.7' },
			body: { name: 'Wilma Test', text: 'Ein Kommentar.' } });
		assert.equal(answer.status, 201, answer.text);
		assert.match(answer.setCookies.join(), /Secure/);
	} finally {
		await server.end();
	}
});

test('what is wrong is named with its line, and the first of several is', () => {
	assert.equal(refused(`; ${'x'.repeat(500)}\nlisten = 127.0.0.1:0\ndatabase = sqlite:${'x'.repeat(8000)}\n`),
		'freigabe serve: FILE:3: the line of database is too long: at most 8000 characters');
	assert.equal(refused(`mail_from = a@b.example\npurge = ${'http://127.0.0.1:1/p?a=1 '.repeat(5000)}\n`), // longer than inih's own limit
		'freigabe serve: FILE:2: the line of purge is too long: at most 8000 characters');
	assert.equal(refused('listen = 127.0.0.1:0\nworkers = many\nnothing = 1\n'), 'freigabe serve: FILE:2: bad value for workers');
	assert.equal(refused('workers = 4\nnothing = 1\n'), 'freigabe serve: FILE:2: no such key: nothing');
	assert.equal(refused('\nworkers\n'), 'freigabe serve: FILE:2: not key = value');
	assert.equal(refused('[server]\nworkers = 4\n'), 'freigabe serve: FILE:2: there are no sections: [server]');
});
