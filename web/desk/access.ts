// How one gets in: calls and types. See docs/accounts.md.
import type { Api } from './api';
import type { CreationOptions, Json, RequestOptions } from './passkey';
import type { Session } from './types';

export interface Ways {
	passwords: boolean;
	passkeys: boolean;
	/** The name of the house's own log-in; null: there is none. */
	house: string | null;
	/** The sentence for ?failed=CODE. */
	failed: string | null;
}

export interface Passkey {
	id: string;
	name: string;
	/** The address it works at. */
	host: string;
	backed_up: boolean;
	at: number;
	used_at: number | null;
}

export interface Factors {
	totp: boolean;
	recovery_left: number;
	passkeys: Passkey[];
	/** Can this address have any? */
	passkeys_work: boolean;
	password: boolean;
	demanded: boolean;
	house: { email: string; at: number }[];
}

export interface TotpOffer {
	secret: string;
	uri: string;
	qr: { path: string; size: number };
}

export interface AccessRules {
	version: number;
	second_factor: boolean;
	passwords: boolean;
}

/** That it is still the account's owner who sits there. */
export interface Proof {
	password?: string;
	code?: string;
	passkey?: Json;
}

const own = '/v1/desk/factors';

export const ways = (api: Api, failed: string): Promise<Ways> => api.call('GET', `/v1/desk/ways${failed ? `?failed=${encodeURIComponent(failed)}` : ''}`);
export const askPasskey = (api: Api): Promise<{ options: RequestOptions }> => api.call('POST', '/v1/desk/session/options', {});
export const loginPasskey = (api: Api, passkey: Json): Promise<Session> => api.call('POST', '/v1/desk/session/passkey', { passkey });
export const beginHouse = (api: Api, invitation = ''): Promise<{ url: string }> => api.call('POST', '/v1/desk/oidc', { invitation });

export const factors = (api: Api): Promise<Factors> => api.call('GET', own);
export const proofOptions = (api: Api): Promise<{ options: RequestOptions }> => api.call('POST', `${own}/proof`, {});
export const beginTotp = (api: Api, proof: Proof): Promise<TotpOffer> => api.call('POST', `${own}/totp`, proof);
export const confirmTotp = (api: Api, code: string): Promise<{ recovery: string[] }> => api.call('PUT', `${own}/totp`, { code });
export const endTotp = (api: Api, proof: Proof): Promise<void> => api.call('DELETE', `${own}/totp`, proof);
export const newRecovery = (api: Api, proof: Proof): Promise<{ recovery: string[] }> => api.call('POST', `${own}/recovery`, proof);
export const beginPasskey = (api: Api, proof: Proof): Promise<{ options: CreationOptions }> => api.call('POST', `${own}/passkeys/options`, proof);
export const addPasskey = (api: Api, name: string, passkey: Json): Promise<{ id: string; recovery: string[] }> => api.call('POST', `${own}/passkeys`, { name, passkey });
export const renamePasskey = (api: Api, id: string, name: string): Promise<void> => api.call('PUT', `${own}/passkeys/${encodeURIComponent(id)}`, { name });
export const removePasskey = (api: Api, id: string, proof: Proof): Promise<void> => api.call('DELETE', `${own}/passkeys/${encodeURIComponent(id)}`, proof);
export const unlinkHouse = (api: Api, proof: Proof): Promise<void> => api.call('DELETE', `${own}/house`, proof);

export const access = (api: Api): Promise<AccessRules> => api.call('GET', '/v1/desk/access');
export const saveAccess = (api: Api, rules: AccessRules): Promise<AccessRules> => api.call('PUT', '/v1/desk/access', rules);
