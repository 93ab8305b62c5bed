// Periods that the desk offers for reports: whole days, whatever the day they are asked for on.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { load } from './load.mjs';

const { spanOf } = await load('desk/report.ts');

test('spans of a day in the middle of the year, and of its edges', () => {
	const on = (span, ...date) => Object.values(spanOf(span, new Date(...date))).join(' ');
	assert.equal(on('this_year', 2026, 10, 28), '2026-01-01 2026-11-28');
	assert.equal(on('last_year', 2026, 10, 28), '2025-01-01 2025-12-31');
	assert.equal(on('last_month', 2026, 10, 28), '2026-10-01 2026-10-31');
	assert.equal(on('last_month', 2026, 0, 1, 0, 30), '2025-12-01 2025-12-31');
	assert.equal(on('last_month', 2028, 2, 31, 23, 59), '2028-02-01 2028-02-29');
	assert.equal(on('this_year', 2026, 0, 1), '2026-01-01 2026-01-01');
});
