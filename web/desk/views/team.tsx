// The team: who works here in which role, who is invited, and what was done to accounts.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import type { Controller } from '../controller';
import { has, language, moment, t } from '../i18n';
import { ROLES } from '../types';
import type { LogEntry, Member, OpenInvitation, Role } from '../types';
import { Access } from './access';
import { Reports } from './report';

const sectionsOf = (text: string): string[] => text.split(',').map((s) => s.trim()).filter((s) => s);

function RoleSelect({ value, onChange, label }: { value: Role; onChange: (role: Role) => void; label: string }): JSX.Element {
	return (
		<select aria-label={label} value={value} onChange={(e) => onChange(e.currentTarget.value as Role)}>
			{ROLES.map((r) => <option key={r} value={r}>{t(`role.${r}`)}</option>)}
		</select>
	);
}

interface RowProps {
	controller: Controller;
	member: Member;
	onDone: (said: string) => void;
	onLink: (name: string, link: string) => void;
}

function MemberRow({ controller, member: m, onDone, onLink }: RowProps): JSX.Element {
	const [role, setRole] = useState(m.role), [sections, setSections] = useState(m.sections.join(', ')), [wrong, setWrong] = useState('');
	const changed = role !== m.role || sectionsOf(sections).join() !== m.sections.join();
	async function change(open: boolean): Promise<void> {
		setWrong('');
		try {
			await controller.api.changeMember(m.id, { role, sections: sectionsOf(sections), open });
			onDone(t('team.saved', m.name));
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setWrong(e.message || t('account.failed'));
		}
	}
	const reset = (): void => void controller.api.resetMember(m.id).then(({ link }) => onLink(m.name, link), (e: unknown) => setWrong(e instanceof ApiError ? e.message : ''));
	return (
		<li class={`member${m.open ? '' : ' closed'}`}>
			<p class="member-name"><strong>{m.name}</strong> <span class="quiet">{m.login}{m.email && ` · ${m.email}`}</span>
				<span class="quiet member-last">{m.open ? m.last_login_at ? t('team.last', moment(m.last_login_at, Date.now())) : t('team.never') : t('team.closed')}</span></p>
			<div class="member-role">
				<RoleSelect value={role} onChange={setRole} label={t('team.role_of', m.name)} />
				<input value={sections} placeholder={t('team.all_sections')} aria-label={t('team.sections_of', m.name)} onInput={(e) => setSections(e.currentTarget.value)} />
			</div>
			<div class="member-do">
				{changed && <button type="button" class="act" onClick={() => void change(m.open)}>{t('team.save')}</button>}
				<button type="button" class="link" onClick={reset}>{t('team.reset')}</button>
				<button type="button" class="link" onClick={() => void change(!m.open)}>{t(m.open ? 'team.close' : 'team.open')}</button>
			</div>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
		</li>
	);
}

function Invite({ controller, onLink }: { controller: Controller; onLink: (name: string, link: string) => void }): JSX.Element {
	const [role, setRole] = useState<Role>('editor'), [wrong, setWrong] = useState('');
	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		const form = e.currentTarget as HTMLFormElement, data = new FormData(form), text = (n: string): string => String(data.get(n) ?? '').trim();
		setWrong('');
		try {
			const { link } = await controller.api.invite({ name: text('name'), email: text('email'), role, sections: sectionsOf(text('sections')), lang: language() });
			onLink(text('name'), link);
			form.reset();
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			setWrong(error.message || t('account.failed'));
		}
	}
	return (
		<form class="invite" onSubmit={(e) => void submit(e)}>
			<h3>{t('team.invite')}</h3>
			<label><span>{t('team.name')}</span><input name="name" required maxLength={100} autocomplete="off" /></label>
			<label><span>{t('team.email')}</span><input name="email" type="email" autocomplete="off" /></label>
			<label><span>{t('team.role')}</span><RoleSelect value={role} onChange={setRole} label={t('team.role')} /></label>
			<label><span>{t('team.sections')}</span><input name="sections" placeholder={t('team.all_sections')} autocomplete="off" /></label>
			<p class="quiet">{t(`role_text.${role}`)}</p>
			{wrong && <p class="decision-error" role="alert">{wrong}</p>}
			<p><button type="submit" class="act">{t('team.do_invite')}</button></p>
		</form>
	);
}

/* "second_factor=1 passwords=0" */
function rulesText(detail: string): string {
	const of = (name: string, key: string): string[] => { const on = new RegExp(`${name}=([01])`).exec(detail)?.[1]; return on ? [t(`access.${key}_${on === '1' ? 'on' : 'off'}`)] : []; };
	return [...of('second_factor', 'factor'), ...of('passwords', 'passwords')].join(', ');
}

/* "gone https://hooks.example" */
function offText(detail: string): string {
	const [reason = '', where = ''] = detail.split(' '), key = `webhooks.off_${reason}`;
	return `${where}. ${has(key) ? t(key) : reason}`;
}

function Log({ controller, changes }: { controller: Controller; changes: number }): JSX.Element {
	const [list, setList] = useState<LogEntry[] | null>(null), [end, setEnd] = useState(false);
	async function more(from: LogEntry[]): Promise<void> {
		const { entries } = await controller.api.staffLog(from[from.length - 1]?.id ?? null).catch(() => ({ entries: [] as LogEntry[] }));
		setList([...from, ...entries]);
		setEnd(entries.length < 100);
	}
	useEffect(() => { void more([]); }, [changes]);
	const what = (e: LogEntry): string => {
		const role = ROLES.find((r) => e.detail.startsWith(r)), method = `method.${e.detail.split(' ')[0]}`;
		if (e.kind === 'access') return t('log.access', e.by ?? t('log.command'), '', rulesText(e.detail));
		if (e.kind === 'webhook_off') return t('log.webhook_off', '', '', offText(e.detail));
		if (e.kind === 'login' && has(method)) return t('log.login_by', e.by ?? '', '', t(method));
		return t(`log.${e.kind}`, e.by ?? t('log.command'), e.to ?? '', role && has(`role.${role}`) ? t(`role.${role}`) + e.detail.slice(role.length) : e.detail);
	};
	return (
		<section class="log">
			<h3>{t('log.title')}</h3>
			<ol>{list?.map((e) => <li key={e.id}><time class="quiet">{moment(e.at, Date.now())}</time> <span>{what(e)}</span></li>)}</ol>
			{!end && list && <p><button type="button" class="link" onClick={() => void more(list)}>{t('log.more')}</button></p>}
		</section>
	);
}

export function Team({ controller }: { controller: Controller }): JSX.Element {
	const [people, setPeople] = useState<{ members: Member[]; invitations: OpenInvitation[] } | null>(null);
	const [said, setSaid] = useState(''), [link, setLink] = useState<{ name: string; link: string } | null>(null), [changes, setChanges] = useState(0);
	const staff = controller.may('staff');
	const load = (): void => { if (staff) void controller.api.staff().then(setPeople, () => undefined); setChanges((n) => n + 1); };
	useEffect(load, []);
	const done = (text: string): void => { setSaid(text); load(); };
	const onLink = (name: string, address: string): void => { setLink({ name, link: address }); load(); };
	return (
		<main class="decided team" id="main">
			<h2>{t('nav.team')}</h2>
			<p class="vh" role="status">{said}</p>
			{link && (
				<div class="team-link" role="status">
					<p>{t('team.link', link.name)}</p>
					<p><input readOnly value={link.link} aria-label={t('team.link_label')} onFocus={(e) => e.currentTarget.select()} />
						<button type="button" class="act" onClick={() => void navigator.clipboard?.writeText(link.link).then(() => setSaid(t('team.copied')), () => undefined)}>{t('team.copy')}</button></p>
				</div>
			)}
			{staff && people && (
				<>
					<ul class="members">
						{people.members.map((m) => <MemberRow key={`${m.id}-${m.role}-${m.sections.join()}-${m.open}`} controller={controller} member={m} onDone={done} onLink={onLink} />)}
					</ul>
					{people.invitations.length > 0 && (
						<section class="invited">
							<h3>{t('team.invited')}</h3>
							<ul>{people.invitations.map((i) => (
								<li key={i.id}><strong>{i.name}</strong> <span class="quiet">{i.reset ? t('team.is_reset') : t(`role.${i.role}`)} · {t('team.until', moment(i.expires_at, Date.now()))}</span>
									<button type="button" class="link" onClick={() => void controller.api.endInvitation(i.id).then(load, load)}>{t('team.uninvite')}</button></li>
							))}</ul>
						</section>
					)}
					<Invite controller={controller} onLink={onLink} />
					<Access controller={controller} />
				</>
			)}
			{controller.may('log') && <Reports lang={language()} />}
			{controller.may('log') && <Log controller={controller} changes={changes} />}
		</main>
	);
}
