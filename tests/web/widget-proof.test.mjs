// The widget's proof of work is what the server checks: SHA-256.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { load } from './load.mjs';

const { hash, solve } = await load('widget/proof.ts');
const sha = (text) => createHash('sha256').update(text).digest().readUInt32BE();

test('hashes of all lengths are SHA-256', () => {
	for (let n = 0; n < 200; n++)
		assert.equal(hash('x7.'.repeat(n).slice(0, n)), sha('x7.'.repeat(n).slice(0, n)), `${n} bytes`);
});

test('what is found begins with so many zeros', async () => {
	for (const bits of [1, 8, 12]) {
		const found = await solve({ token: `1795900000.${bits}.77.abc`, bits });
		assert.match(found, /^1795900000\.\d+\.77\.abc\.\d+$/);
		assert.ok(Math.clz32(sha(found)) >= bits);
	}
});
