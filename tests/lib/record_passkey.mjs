// Records tests/unit/passkey_vectors.h: what Debian's chromium really answers, with its virtual authenticator.
//   node tests/lib/record_passkey.mjs > tests/unit/passkey_vectors.h
// Keys and ids are new each time; everything the tests compare with stands in the file.
import { createServer } from 'node:http';
import { launch } from './browser.mjs';

const PORT = 8471, FRAME_PORT = 8472;
const USER_ID = 'opaque-account-0001', USER = Buffer.from(USER_ID).toString('base64url');
const ALGORITHMS = { ES256: -7, EDDSA: -8, RS256: -257 };

let asked = 0;
const challenge = () => Buffer.alloc(32, ++asked).toString('base64url');

function createOptions(over = {}) {
	return {
		rp: { id: 'localhost', name: 'Tageblatt & Söhne' },
		user: { id: USER, name: 'erika', displayName: 'Erika „E.“ Muster' },
		challenge: challenge(),
		pubKeyCredParams: Object.values(ALGORITHMS).map((alg) => ({ type: 'public-key', alg })),
		timeout: 300000,
		excludeCredentials: [],
		authenticatorSelection: { residentKey: 'preferred', requireResidentKey: false, userVerification: 'required' },
		attestation: 'none',
		...over,
	};
}

function requestOptions(over = {}) {
	return { challenge: challenge(), timeout: 300000, rpId: 'localhost', allowCredentials: [], userVerification: 'required', ...over };
}

const inPage = {
	create: async (options) => JSON.stringify((await navigator.credentials.create({
		publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })).toJSON()),
	get: async (options) => JSON.stringify((await navigator.credentials.get({
		publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })).toJSON()),
};

// One authenticator for each recording, so that none offers another's key.
async function withAuthenticator(page, more, body) {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('WebAuthn.enable');
	const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
		options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, ...more },
	});
	await body(cdp, authenticatorId);
	await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
	await cdp.detach();
}

const vectors = [];
function keep(name, options, response) {
	vectors.push({ name, options, response });
	return JSON.parse(response);
}

// A key of one algorithm: made, used twice (named, then found by the authenticator itself).
async function recordAlgorithm(page, name, more = {}) {
	await withAuthenticator(page, more, async () => {
		const make = createOptions(name in ALGORITHMS ? { pubKeyCredParams: [{ type: 'public-key', alg: ALGORITHMS[name] }] } : {});
		const made = keep(`${name}_CREATE`, make, await page.evaluate(inPage.create, make));
		const named = requestOptions({ allowCredentials: [{ type: 'public-key', id: made.id, transports: made.response.transports }] });
		keep(`${name}_GET`, named, await page.evaluate(inPage.get, named));
		const found = requestOptions();
		keep(`${name}_GET_AGAIN`, found, await page.evaluate(inPage.get, found));
	});
}

// What is to be refused: nobody verified, and a page that frames ours.
async function recordRefused(page) {
	await withAuthenticator(page, {}, async (cdp, authenticatorId) => {
		const make = createOptions();
		keep('LAX_CREATE', make, await page.evaluate(inPage.create, make));
		await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
		const lax = requestOptions({ userVerification: 'discouraged' });
		keep('LAX_GET', lax, await page.evaluate(inPage.get, lax));
		await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
		await page.setContent(`<iframe src="http://localhost:${FRAME_PORT}/" allow="publickey-credentials-get *"></iframe>`);
		const frame = await (await page.waitForSelector('iframe')).contentFrame();
		await frame.waitForLoadState();
		const framed = requestOptions();
		keep('FRAMED_GET', framed, await frame.evaluate(inPage.get, framed));
	});
}

async function record(page) {
	for (const name of Object.keys(ALGORITHMS))
		await recordAlgorithm(page, name);
	await recordAlgorithm(page, 'SYNCED', { defaultBackupEligibility: true, defaultBackupState: true });
	await withAuthenticator(page, {}, async () => {
		const make = createOptions({ attestation: 'direct' });
		keep('DIRECT_CREATE', make, await page.evaluate(inPage.create, make));
	});
	await recordRefused(page);
}

// A C string in pieces: compilers need take no more than 4095 characters of one line.
function cString(s) {
	const pieces = [];
	for (let at = 0; at < s.length; at += 100)
		pieces.push(`\t"${s.slice(at, at + 100).replace(/[\\"]/g, '\\$&')}"`);
	return pieces.join(' \\\n');
}

const servers = [PORT, FRAME_PORT].map((port) => createServer((_, answer) => answer.setHeader('content-type', 'text/html')
	.end('<!doctype html><title>passkeys</title>')).listen(port));
const browser = await launch();
try {
	const page = await browser.newPage();
	await page.goto(`http://localhost:${PORT}/`);
	await record(page);
	console.log(`/* Recorded by tests/lib/record_passkey.mjs from chromium ${browser.version()} and its virtual authenticator. */`);
	console.log('#ifndef PASSKEY_VECTORS_H\n#define PASSKEY_VECTORS_H\n\n/* clang-format off */');
	console.log(`#define V_ORIGIN "http://localhost:${PORT}"\n#define V_FRAME_ORIGIN "http://localhost:${FRAME_PORT}"`);
	console.log(`#define V_USER_ID "${USER_ID}"`);
	for (const { name, options, response } of vectors) {
		console.log(`#define V_${name}_CHALLENGE "${options.challenge}"`);
		console.log(`#define V_${name}_OPTIONS \\\n${cString(JSON.stringify(options))}`);
		console.log(`#define V_${name} \\\n${cString(response)}`);
	}
	console.log('\n#endif');
} finally {
	await browser.close();
	servers.forEach((s) => s.close());
}
