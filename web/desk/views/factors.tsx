// What protects one's own account: passkeys, one-time codes, recovery codes, the house's own log-in.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as A from '../access';
import type { Factors as Set, Passkey, Proof } from '../access';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { moment, t } from '../i18n';
import { makePasskey, passkeysSupported, usePasskey } from '../passkey';
import { agentName } from './agent';

/** Runs something; what went wrong becomes a sentence. */
function useAttempt(): { busy: boolean; wrong: string; attempt: (what: () => Promise<void>) => Promise<void> } {
	const [busy, setBusy] = useState(false), [wrong, setWrong] = useState('');
	async function attempt(what: () => Promise<void>): Promise<void> {
		if (busy) return;
		setBusy(true);
		setWrong('');
		try {
			await what();
		} catch (e) {
			setWrong(e instanceof ApiError ? e.message || t('account.failed') : t('passkey.failed'));
		}
		setBusy(false);
	}
	return { busy, wrong, attempt };
}

interface ProveProps {
	controller: Controller;
	set: Set;
	label: string;
	/** More fields that belong to the same form. */
	children?: ComponentChildren;
	onProof: (proof: Proof, data: FormData) => Promise<void>;
}

/* Whoever finds a desk open must not change how one gets in: a password, a code or a passkey first. */
function Prove({ controller, set, label, children, onProof }: ProveProps): JSX.Element {
	const form = useRef<HTMLFormElement>(null), { busy, wrong, attempt } = useAttempt();
	const byKey = passkeysSupported() && set.passkeys.some((p) => p.host === location.hostname);
	const kind = set.password ? 'password' : set.totp || set.recovery_left ? 'code' : null;
	const send = (proof: Proof): Promise<void> => attempt(async () => {
		await onProof(proof, new FormData(form.current as HTMLFormElement));
		form.current?.reset();
	});
	function submit(e: Event): void {
		e.preventDefault();
		const value = String(new FormData(form.current as HTMLFormElement).get('proof') ?? '');
		void send(kind ? { [kind]: value } : {});
	}
	const withKey = (): Promise<void> => attempt(async () => {
		const passkey = await usePasskey((await A.proofOptions(controller.api)).options);
		if (passkey) await onProof({ passkey }, new FormData(form.current as HTMLFormElement));
	});
	return (
		<form ref={form} class="login-form" onSubmit={submit}>
			{wrong && <p class="login-error" role="alert">{wrong}</p>}
			{children}
			{kind && <label><span>{t(kind === 'password' ? 'login.password' : 'login.code')}</span>
				<input name="proof" type={kind === 'password' ? 'password' : 'text'} autocomplete={kind === 'password' ? 'current-password' : 'one-time-code'} required /></label>}
			<p class="form-end">
				<button type="submit" class="act" aria-disabled={busy}>{label}</button>
				{byKey && <button type="button" class="link" onClick={() => void withKey()}>{t('passkey.prove')}</button>}
			</p>
		</form>
	);
}

function Recovery({ codes }: { codes: string[] }): JSX.Element | null {
	if (!codes.length) return null;
	const all = codes.join('\n');
	return (
		<div class="codes" role="status">
			<p>{t('codes.recovery')}</p>
			<ul>{codes.map((c) => <li key={c}><code>{c}</code></li>)}</ul>
			<p class="form-end"><button type="button" class="link" onClick={() => void navigator.clipboard?.writeText(all)}>{t('codes.copy')}</button></p>
		</div>
	);
}

interface PartProps {
	controller: Controller;
	set: Set;
	/** Something has changed; new recovery codes, if there are any. */
	onDone: (recovery: string[]) => void;
}

/* ---- passkeys ---- */

function Key({ controller, set, passkey: p, onDone }: PartProps & { passkey: Passkey }): JSX.Element {
	const [open, setOpen] = useState<'rename' | 'remove' | null>(null), { wrong, attempt } = useAttempt();
	const rename = (e: Event): void => {
		e.preventDefault();
		const name = String(new FormData(e.currentTarget as HTMLFormElement).get('name') ?? '');
		void attempt(async () => { await A.renamePasskey(controller.api, p.id, name); setOpen(null); onDone([]); });
	};
	const toggle = (what: 'rename' | 'remove') => (): void => setOpen(open === what ? null : what);
	return (
		<li class="key">
			<p class="key-head"><strong>{p.name}</strong>
				<span class="quiet">{p.used_at ? t('passkey.used', moment(p.used_at, Date.now())) : t('passkey.unused')}{p.host !== location.hostname && ` · ${t('passkey.elsewhere', p.host)}`}</span>
				<span class="key-do">
					<button type="button" class="link" aria-expanded={open === 'rename'} aria-label={t('passkey.rename_label', p.name)} onClick={toggle('rename')}>{t('passkey.rename')}</button>
					<button type="button" class="link" aria-expanded={open === 'remove'} aria-label={t('passkey.remove_label', p.name)} onClick={toggle('remove')}>{t('passkey.remove')}</button>
				</span></p>
			{open === 'rename' && (
				<form class="login-form" onSubmit={rename}>
					{wrong && <p class="login-error" role="alert">{wrong}</p>}
					<label><span>{t('passkey.name')}</span><input name="name" required maxLength={60} defaultValue={p.name} /></label>
					<p class="form-end"><button type="submit" class="act">{t('passkey.save')}</button></p>
				</form>
			)}
			{open === 'remove' && <Prove controller={controller} set={set} label={t('passkey.do_remove')} onProof={async (proof) => { await A.removePasskey(controller.api, p.id, proof); onDone([]); }} />}
		</li>
	);
}

function Passkeys({ controller, set, onDone }: PartProps): JSX.Element {
	const box = useRef<HTMLDetailsElement>(null), can = set.passkeys_work && passkeysSupported();
	const add = async (proof: Proof, data: FormData): Promise<void> => {
		const made = await makePasskey((await A.beginPasskey(controller.api, proof)).options);
		if (!made) return;
		const { recovery } = await A.addPasskey(controller.api, String(data.get('name') ?? ''), made);
		if (box.current) box.current.open = false;
		onDone(recovery);
	};
	return (
		<section>
			<h3>{t('passkey.title')}</h3>
			<p class="quiet">{t(can ? 'passkey.text' : set.passkeys_work ? 'passkey.unsupported' : 'passkey.no_address')}</p>
			{set.passkeys.length > 0 && <ul class="key-list">{set.passkeys.map((p) => <Key key={p.id} controller={controller} set={set} passkey={p} onDone={onDone} />)}</ul>}
			{can && (
				<details ref={box}><summary>{t('passkey.add')}</summary>
					<Prove controller={controller} set={set} label={t('passkey.do_add')} onProof={add}>
						<label><span>{t('passkey.name')}</span><input name="name" required maxLength={60} defaultValue={agentName(navigator.userAgent)} /></label>
					</Prove>
				</details>
			)}
		</section>
	);
}

/* ---- one-time codes: the secret goes into an app, a first code proves it ---- */

function Offer({ controller, offer, onDone }: { controller: Controller; offer: A.TotpOffer; onDone: (recovery: string[]) => void }): JSX.Element {
	const { wrong, attempt } = useAttempt();
	const submit = (e: Event): void => {
		e.preventDefault();
		const code = String(new FormData(e.currentTarget as HTMLFormElement).get('code') ?? '');
		void attempt(async () => onDone((await A.confirmTotp(controller.api, code)).recovery));
	};
	return (
		<form class="login-form" onSubmit={submit}>
			<p>{t('codes.scan')}</p>
			{offer.qr.size > 0 && (
				<svg class="qr" role="img" aria-label={t('codes.qr')} viewBox={`0 0 ${offer.qr.size} ${offer.qr.size}`} shape-rendering="crispEdges"><path d={offer.qr.path} /></svg>
			)}
			<details><summary>{t('codes.by_hand')}</summary>
				<p>{t('codes.secret')}</p>
				<p><code class="secret">{offer.secret.replace(/(.{4})/g, '$1 ').trim()}</code> <a href={offer.uri}>{t('codes.open')}</a></p>
			</details>
			{wrong && <p class="login-error" role="alert">{wrong}</p>}
			<label><span>{t('codes.first')}</span><input name="code" inputMode="numeric" autocomplete="one-time-code" required /></label>
			<p class="form-end"><button type="submit" class="act">{t('codes.confirm')}</button></p>
		</form>
	);
}

function Codes({ controller, set, onDone }: PartProps): JSX.Element {
	const [offer, setOffer] = useState<A.TotpOffer | null>(null), api = controller.api;
	return (
		<section>
			<h3>{t('codes.title')}</h3>
			<p class="quiet">{t(set.totp ? 'codes.on' : 'codes.off')}</p>
			{offer && <Offer controller={controller} offer={offer} onDone={(recovery) => { setOffer(null); onDone(recovery); }} />}
			{!offer && (
				<details key={String(set.totp)}><summary>{t(set.totp ? 'codes.end' : 'codes.begin')}</summary>
					<Prove controller={controller} set={set} label={t(set.totp ? 'codes.do_end' : 'codes.do_begin')} onProof={async (proof) => {
						if (!set.totp) return setOffer(await A.beginTotp(api, proof));
						await A.endTotp(api, proof);
						onDone([]);
					}} />
				</details>
			)}
		</section>
	);
}

function Spare({ controller, set, onDone }: PartProps): JSX.Element {
	const box = useRef<HTMLDetailsElement>(null);
	return (
		<section>
			<h3>{t('codes.spare')}</h3>
			<p class="quiet">{t(set.recovery_left === 1 ? 'codes.left_one' : 'codes.left', set.recovery_left)}</p>
			<details ref={box}><summary>{t('codes.renew')}</summary>
				<Prove controller={controller} set={set} label={t('codes.do_renew')} onProof={async (proof) => {
					const { recovery } = await A.newRecovery(controller.api, proof);
					if (box.current) box.current.open = false;
					onDone(recovery);
				}} />
			</details>
		</section>
	);
}

function House({ controller, set, onDone }: PartProps): JSX.Element {
	return (
		<section>
			<h3>{t('house.title')}</h3>
			<p class="quiet">{t('house.linked', set.house.map((h) => h.email).filter((e) => e).join(', ') || '–')}</p>
			<details><summary>{t('house.unlink')}</summary>
				<Prove controller={controller} set={set} label={t('house.do_unlink')} onProof={async (proof) => { await A.unlinkHouse(controller.api, proof); onDone([]); }} />
			</details>
		</section>
	);
}

interface Props {
	controller: Controller;
	onSet?: (set: Set) => void;
	/** Stands behind new recovery codes, which are to be seen first. */
	children?: ComponentChildren;
}

export function Factors({ controller, onSet, children }: Props): JSX.Element | null {
	const [set, setSet] = useState<Set | null>(null), [recovery, setRecovery] = useState<string[]>([]);
	const load = (): void => void A.factors(controller.api).then((s) => { setSet(s); onSet?.(s); }, () => undefined);
	useEffect(load, []);
	if (!set) return null;
	const part: PartProps = { controller, set, onDone: (codes) => { setRecovery(codes); load(); } };
	return (
		<>
			<Recovery codes={recovery} />
			{children}
			<Passkeys {...part} />
			<Codes {...part} />
			{(set.totp || set.passkeys.length > 0) && <Spare {...part} />}
			{set.house.length > 0 && <House {...part} />}
		</>
	);
}
