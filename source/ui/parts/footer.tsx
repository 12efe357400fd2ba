// The last three lines of every screen: a rule, the keys, and what the obvious key would do.

import type {Glyphs} from '../../session/glyphs.js';
import {fitLine, type Line} from '../../session/line.js';
import {StyledLine} from './styled-line.js';

export const footerHeight = 3;

export type FooterKey = {readonly key: string; readonly title: string; readonly isOff: boolean};

/** Keys as the footer shows them: "Space mark", "Esc back". */
export const keyName = (key: string): string => ({
	space: 'Space', escape: 'Esc', enter: 'Enter', up: 'Up', down: 'Down', pageup: 'PgUp', pagedown: 'PgDn', tab: 'Tab', home: 'Home', end: 'End', 'ctrl-c': 'Ctrl-C', 'ctrl-l': 'Ctrl-L', 'ctrl-z': 'Ctrl-Z',
})[key] ?? (/^f\d+$/.test(key) ? key.toUpperCase() : key);

function keyLine(keys: readonly FooterKey[], width: number): Line {
	const pieces: Array<{text: string; style?: 'accent' | 'faint' | 'plain'}> = [];
	let used = 1;
	for (const {key, title, isOff} of keys) {
		const text = `${keyName(key)} ${title}`;
		if (used + text.length + 2 > width) {
			break;
		}

		used += text.length + 2;
		pieces.push({text: ` ${keyName(key)}`, style: isOff ? 'faint' : 'accent'}, {text: ` ${title} `, style: isOff ? 'faint' : 'plain'});
	}

	return pieces;
}

export const Footer = ({keys, sentence, width, glyphs}: {readonly keys: readonly FooterKey[]; readonly sentence: string; readonly width: number; readonly glyphs: Glyphs}) => (
	<>
		<StyledLine pieces={[{text: glyphs.horizontal.repeat(width), style: 'faint'}]}/>
		<StyledLine pieces={fitLine(keyLine(keys, width), width)}/>
		<StyledLine pieces={fitLine([{text: ` ${sentence}`}], width, glyphs.ellipsis)}/>
	</>
);
