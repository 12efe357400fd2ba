// The last three lines of every screen: a rule, the keys, and what the obvious key would do.

import type {Glyphs} from '../../session/glyphs.js';
import {shownKey} from '../../session/key-names.js';
import {fitLine, type Line} from '../../session/line.js';
import {StyledLine} from './styled-line.js';

export const footerHeight = 3;

export type FooterKey = {readonly key: string; readonly title: string; readonly isOff: boolean};

function keyLine(keys: readonly FooterKey[], width: number): Line {
	const pieces: Array<{text: string; style?: 'accent' | 'faint' | 'plain'}> = [];
	let used = 1;
	for (const {key, title, isOff} of keys) {
		const text = `${shownKey(key)} ${title}`;
		if (used + text.length + 2 > width) {
			break;
		}

		used += text.length + 2;
		pieces.push({text: ` ${shownKey(key)}`, style: isOff ? 'faint' : 'accent'}, {text: ` ${title} `, style: isOff ? 'faint' : 'plain'});
	}

	return pieces;
}

export const Footer = ({keys, sentence, width, glyphs}: {readonly keys: readonly FooterKey[]; readonly sentence: Line; readonly width: number; readonly glyphs: Glyphs}) => (
	<>
		<StyledLine pieces={[{text: glyphs.horizontal.repeat(width), style: 'faint'}]}/>
		<StyledLine pieces={fitLine(keyLine(keys, width), width)}/>
		<StyledLine pieces={fitLine(sentence, width, glyphs.ellipsis)}/>
	</>
);
