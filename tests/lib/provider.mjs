// Providers of OpenID Connect on loopback ports: a real one (npm's oidc-provider), and one of a few lines that can be told to
// lie.
import { createHash, createSign, createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import http from 'node:http';
import { createRequire } from 'node:module';

const from = createRequire(new URL('../../web/package.json', import.meta.url));
const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

export const CLIENT = 'freigabe', SECRET = 'ganz geheim & mit: Zeichen';

const quiet = (server) => { server.keepAliveTimeout = 1; return () => new Promise((done) => { server.close(done); server.closeAllConnections?.(); }); };

/** The real one. `people`: subject → claims. Its pages ask for nothing: who comes is told by `who`. */
export async function realProvider(redirects, people) {
	const { default: Provider } = await import(from.resolve('oidc-provider'));
	const server = http.createServer(), port = await listen(server), issuer = `http://127.0.0.1:${port}`;
	const self = { issuer, who: null, end: quiet(server) };
	const provider = new Provider(issuer, {
		clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: redirects, grant_types: ['authorization_code'], response_types: ['code'] }],
		pkce: { required: () => true, methods: ['S256'] },
		claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'], groups: ['groups'] },
		features: { devInteractions: { enabled: false } },
		cookies: { keys: ['a key for this test'] },
		jwks: { keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
		interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
		findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
	});
	provider.on('server_error', (_, e) => { self.wrong = e; });
	const handle = provider.callback();
	/* Logs in and consents at once: the pages in between are the provider's own affair. */
	async function interact(req, res) {
		const { prompt, params, session } = await provider.interactionDetails(req, res);
		if (self.who === null)
			return provider.interactionFinished(req, res, { error: 'access_denied', error_description: 'stopped' });
		if (prompt.name === 'login')
			return provider.interactionFinished(req, res, { login: { accountId: self.who } });
		const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
		grant.addOIDCScope(params.scope);
		return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } });
	}
	server.on('request', (req, res) => {
		if (!req.url.startsWith('/interaction/')) return handle(req, res);
		interact(req, res).catch((e) => { self.wrong = e; res.writeHead(500).end(); });
	});
	return self;
}

const b64 = (value) => Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString('base64url');

function newKey(kid, kind = 'rsa') {
	const pair = kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
	return { kid, kind, ...pair, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig' } };
}

/** One that can be told to lie. `lie` holds what is to be otherwise: see its uses below. */
export async function lyingProvider() {
	const server = http.createServer(), port = await listen(server), issuer = `http://127.0.0.1:${port}`;
	const self = { issuer, end: quiet(server), lie: {}, person: { sub: 'nobody' }, codes: new Map(), asked: [], keys: [newKey('a')], newKey };
	const now = () => Math.floor(Date.now() / 1000);

	self.token = (nonce) => {
		const { lie, keys } = self, key = lie.key ?? keys[0];
		const header = { alg: key.kind === 'ec' ? 'ES256' : 'RS256', kid: key.kid, typ: 'JWT', ...lie.header };
		const claims = { iss: issuer, aud: CLIENT, iat: now(), exp: now() + 300, nonce, ...self.person, ...lie.claims };
		const plain = `${b64(header)}.${b64(claims)}`;
		if (header.alg === 'none') return `${plain}.${lie.instead ?? ''}`;
		if (header.alg === 'HS256') return `${plain}.${b64(createHmac('sha256', lie.hmac).update(plain).digest())}`;
		const signature = createSign('sha256').update(plain).sign({ key: key.privateKey, dsaEncoding: 'ieee-p1363' });
		if (lie.signature) signature[10] ^= 1;
		return `${plain}.${b64(signature)}`;
	};
	/* What a browser would come back with. */
	self.code = (url) => {
		const q = new URL(url).searchParams, code = randomBytes(8).toString('hex');
		self.codes.set(code, q);
		return new URLSearchParams({ code, state: q.get('state'), iss: issuer });
	};
	const answers = {
		'/.well-known/openid-configuration': () => ({ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`,
			jwks_uri: `${issuer}/jwks`, authorization_response_iss_parameter_supported: true, ...self.lie.discovery }),
		'/jwks': () => ({ keys: self.keys.map((k) => k.jwk) }),
		'/token': (form, req) => {
			const asked = self.codes.get(form.get('code'));
			self.codes.delete(form.get('code'));
			const right = asked && createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url') === asked.get('code_challenge')
				&& form.get('redirect_uri') === asked.get('redirect_uri');
			self.authorization = req.headers.authorization;
			return right ? { access_token: 'x', token_type: 'Bearer', id_token: self.lie.token ?? self.token(self.lie.nonce ?? asked.get('nonce')) } : null;
		},
	};
	server.on('request', (req, res) => {
		const parts = [];
		self.asked.push(req.url);
		req.on('data', (p) => parts.push(p)).on('end', () => {
			if (self.lie.silent) return;
			const answer = answers[req.url]?.(new URLSearchParams(Buffer.concat(parts).toString()), req);
			if (self.lie.redirect === req.url) return res.writeHead(302, { Location: `${issuer}/elsewhere` }).end();
			res.writeHead(answer ? 200 : 400, { 'Content-Type': 'application/json' });
			res.end(JSON.stringify(answer ?? { error: 'invalid_grant' }));
		});
	});
	return self;
}

/** A browser that follows the way through the provider's pages and comes back with the last address, not yet asked for. */
export async function throughProvider(url, back) {
	const jar = new Map();
	for (let hops = 0; hops < 12; hops++) {
		if (url.startsWith(back)) return url.slice(url.indexOf('?') + 1);
		const answer = await fetch(url, { redirect: 'manual', headers: { Cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') } });
		for (const line of answer.headers.getSetCookie?.() ?? [answer.headers.get('set-cookie')].filter(Boolean)) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			jar.set(name, value);
		}
		await answer.arrayBuffer();
		if (!answer.headers.get('location')) throw new Error(`the provider stops with ${answer.status} at ${url}`);
		url = new URL(answer.headers.get('location'), url).href;
	}
	throw new Error('the provider leads in circles');
}
