// What a browser calls itself, for people.
import { t } from '../i18n';

/* »Firefox auf Linux« is all that anybody needs to know their own browser by. */
export function agentName(agent: string): string {
	const browser = /Firefox|Edg|OPR|Chrome|Safari/.exec(agent)?.[0].replace('Edg', 'Edge').replace('OPR', 'Opera');
	const system = /Windows|Mac OS X|Android|iPhone|iPad|Linux/.exec(agent)?.[0].replace('Mac OS X', 'macOS');
	return browser && system ? t('account.agent', browser, system) : agent.slice(0, 40) || t('account.agent_unknown');
}
