// An authenticator made of a few lines, so that tests can answer wrongly, too. ES256, no attestation; what a browser and its
// passkeys would send. Browsers themselves are tried in tests/browser/accounts.test.mjs.
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

const b64 = (data) => Buffer.from(data).toString('base64url');
const sha256 = (data) => createHash('sha256').update(data).digest();

/* As much of CBOR as is needed to write a key and an attestation of none. */
function cbor(value) {
	const head = (major, n) => (n < 24 ? Buffer.from([major << 5 | n]) : n < 256 ? Buffer.from([major << 5 | 24, n]) : Buffer.from([major << 5 | 25, n >> 8, n & 255]));
	if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
	if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
	if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
	return Buffer.concat([head(5, value.size), ...[...value].flatMap(([k, v]) => [cbor(k), cbor(v)])]);
}

export class Authenticator {
	constructor(origin = 'http://localhost:8080') {
		Object.assign(this, { origin, count: 0, id: randomBytes(20), ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) });
	}

	clientData(type, challenge, more) {
		return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false, ...more }));
	}

	authData(rpId, flags, credential = Buffer.alloc(0)) {
		const count = Buffer.alloc(4);
		count.writeUInt32BE(this.count);
		return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, credential]);
	}

	/** PublicKeyCredential.toJSON() of a new one. */
	create(options, more = {}) {
		const { x, y } = this.publicKey.export({ format: 'jwk' });
		const key = cbor(new Map([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]]));
		const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, key]);
		const object = cbor(new Map([['fmt', 'none'], ['attStmt', new Map()], ['authData', this.authData(options.rp.id, 0x45, credential)]]));
		this.user = options.user.id;
		return { id: b64(this.id), rawId: b64(this.id), type: 'public-key', clientExtensionResults: {},
			response: { clientDataJSON: b64(this.clientData('webauthn.create', options.challenge, more)), attestationObject: b64(object), transports: ['internal'] } };
	}

	/** And of a use; `flags` 0x05: present and verified. */
	get(options, { flags = 0x05, count = this.count + 1, user = this.user, ...more } = {}) {
		this.count = count;
		const data = this.clientData('webauthn.get', options.challenge, more), auth = this.authData(options.rpId, flags);
		const signature = createSign('sha256').update(auth).update(sha256(data)).sign(this.privateKey);
		return { id: b64(this.id), rawId: b64(this.id), type: 'public-key', clientExtensionResults: {},
			response: { clientDataJSON: b64(data), authenticatorData: b64(auth), signature: b64(signature), userHandle: user } };
	}
}
