// The last three lines of every screen: a rule, the keys, and what the obvious key would do.

import type {Glyphs} from '../../session/glyphs.js';
import {shownKey} from '../../session/key-names.js';
import {fitLine, type Line} from '../../session/line.js';
import {StyledLine} from './styled-line.js';

export type FooterKey = {
	readonly key: string;
	readonly title: string;
	readonly isOff: boolean;
	/** Shown at the end however little room there is: the way back, and where all keys are. */
	readonly isPinned?: boolean;
};

const costOf = ({key, title}: FooterKey): number => shownKey(key).length + 1 + title.length + 2;

/** As many keys as fit, in order; those that are pinned get their room first. */
function keyLine(keys: readonly FooterKey[], width: number): Line {
	const pinned = keys.filter(({isPinned}) => isPinned === true);
	let room = width - pinned.reduce((sum, key) => sum + costOf(key), 0);
	const fitting: FooterKey[] = [];
	for (const key of keys.filter(({isPinned}) => isPinned !== true)) {
		room -= costOf(key);
		if (room < 0) {
			break;
		}

		fitting.push(key);
	}

	return [...fitting, ...pinned].flatMap(({key, title, isOff}): Line => [{text: ` ${shownKey(key)}`, style: isOff ? 'faint' : 'accent'}, {text: ` ${title} `, style: isOff ? 'faint' : 'plain'}]);
}

export const Footer = ({keys, sentence, width, glyphs}: {readonly keys: readonly FooterKey[]; readonly sentence: Line; readonly width: number; readonly glyphs: Glyphs}) => (
	<>
		<StyledLine pieces={[{text: glyphs.horizontal.repeat(width), style: 'faint'}]}/>
		<StyledLine pieces={fitLine(keyLine(keys, width), width, glyphs.ellipsis)}/>
		<StyledLine pieces={fitLine(sentence, width, glyphs.ellipsis)}/>
	</>
);
