// The reason, right where the passage is. What it says stands beside the text as well, so assistive
// technology is not told twice.
import type { JSX, RefObject } from 'preact';
import type { Evidence } from '../types';
import { RuleMark, ruleName, scoreText } from './parts';

interface Props {
	box: RefObject<HTMLDivElement>;
	findings: Evidence[];
	onEnter: () => void;
	onLeave: () => void;
}

export function Tip({ box, findings, onEnter, onLeave }: Props): JSX.Element {
	return (
		<div ref={box} class="tip" aria-hidden="true" onMouseEnter={onEnter} onMouseLeave={onLeave}>
			{findings.map((e, i) => (
				<div key={i} class={`tip-finding r-${e.rule}`}>
					<p class="tip-rule"><RuleMark rule={e.rule} />{ruleName(e.rule)} <span>{scoreText(e.score)}</span></p>
					<p>{e.reason}</p>
				</div>
			))}
		</div>
	);
}
