// What is hard to read is blurred until it is asked for.
import type { ComponentChildren, JSX } from 'preact';
import type { Controller } from '../controller';
import { t } from '../i18n';
import * as S from '../state';
import type { Item } from '../types';
import { Kbd } from './parts';

export function Veil({ controller, item, showKey, children }: { controller: Controller; item: Item; showKey?: string; children: ComponentChildren }): JSX.Element {
	if (!S.isCovered(controller.view.desk, item)) return <>{children}</>;
	return (
		<div class="veil">
			<p class="veil-text" aria-hidden="true">{item.text}</p>
			<p class="veil-note"><span>{t('veil.text')}</span>
				<button type="button" class="act" onClick={() => controller.apply((d) => S.uncover(d, item, Date.now()))}>{showKey && <Kbd>{showKey.toUpperCase()}</Kbd>}<span>{t('veil.show')}</span></button></p>
		</div>
	);
}
