// A database's address may hold a password: whatever is wrong with it, no part of that is said.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const bin = resolve(process.env.FREIGABE_BIN || 'build/freigabe');

test('an address that cannot be understood is not repeated', () => {
	for (const url of ['postgres://frei:geheim@[::1/db', 'postgres://frei:ge%heim@127.0.0.1:1/db', 'postgres://frei:ge@heim@127.0.0.1:1/db',
		'postgres://frei:ge/heim@127.0.0.1:1/db', 'postgres://frei:geheim@127.0.0.1:1/db?sslmodus=geheim', 'postgres://frei:geheim@127.0.0.1:1/db'])
		for (const args of [['serve', '--listen', '127.0.0.1:0'], ['audit', 'verify']]) {
			const r = spawnSync(bin, [...args, '--db', url], { encoding: 'utf8', timeout: 60000 });
			assert.equal(r.status, 2, `${args} ${url}`);
			assert.match(r.stderr, /PostgreSQL|port 1/);
			assert.doesNotMatch(r.stdout + r.stderr, /ge.?heim|heim@|"ge"/);
		}
});
