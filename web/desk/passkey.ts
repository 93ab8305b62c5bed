// Passkeys in the browser: from the server's options to an answer as JSON. Browsers that can do this themselves
// (parseCreationOptionsFromJSON, toJSON) are still too few to rely on.

export type Json = Record<string, unknown>;

interface Descriptor { type: 'public-key'; id: string; transports?: AuthenticatorTransport[] }

export interface CreationOptions extends Json {
	challenge: string;
	user: { id: string; name: string; displayName: string };
	excludeCredentials: Descriptor[];
}

export interface RequestOptions extends Json {
	challenge: string;
	allowCredentials: Descriptor[];
}

export function passkeysSupported(): boolean {
	return typeof PublicKeyCredential === 'function' && isSecureContext;
}

function bytes(text: string): ArrayBuffer {
	const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
	return Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer;
}

function text(data: ArrayBuffer): string {
	let raw = '';
	for (const b of new Uint8Array(data)) raw += String.fromCharCode(b);
	return btoa(raw).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

const known = (list: Descriptor[]): PublicKeyCredentialDescriptor[] => list.map((d) => ({ ...d, id: bytes(d.id) }));

const common = (c: PublicKeyCredential, response: Json): Json => ({
	id: c.id, rawId: c.id, type: c.type, clientExtensionResults: {},
	response: { clientDataJSON: text(c.response.clientDataJSON), ...response },
});

/** null: the person stopped it, or it took too long. Anything else is thrown. */
async function quietly(what: Promise<Credential | null>): Promise<PublicKeyCredential | null> {
	try {
		return (await what) as PublicKeyCredential | null;
	} catch (e) {
		if (e instanceof DOMException && (e.name === 'NotAllowedError' || e.name === 'AbortError')) return null;
		throw e;
	}
}

export async function makePasskey(options: CreationOptions): Promise<Json | null> {
	const publicKey = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
		excludeCredentials: known(options.excludeCredentials) } as unknown as PublicKeyCredentialCreationOptions;
	const made = await quietly(navigator.credentials.create({ publicKey }));
	if (!made) return null;
	const response = made.response as AuthenticatorAttestationResponse;
	return common(made, { attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] });
}

export async function usePasskey(options: RequestOptions): Promise<Json | null> {
	const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) } as unknown as PublicKeyCredentialRequestOptions;
	const used = await quietly(navigator.credentials.get({ publicKey }));
	if (!used) return null;
	const response = used.response as AuthenticatorAssertionResponse;
	return common(used, { authenticatorData: text(response.authenticatorData), signature: text(response.signature),
		...(response.userHandle?.byteLength ? { userHandle: text(response.userHandle) } : {}) });
}
