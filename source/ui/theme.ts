// How meanings look: the terminal's own sixteen colours, its own background; every meaning also has a glyph or a word.

import {createContext, useContext} from 'react';
import type {Line, Style} from '../session/line.js';
import {signAndWords} from '../session/glyphs.js';

export type Look = {readonly color?: string; readonly bold?: boolean; readonly dimColor?: boolean; readonly inverse?: boolean};
export type Theme = Readonly<Record<Style, Look>>;

export const colouredTheme: Theme = {
	plain: {},
	faint: {dimColor: true},
	strong: {bold: true},
	accent: {color: 'cyan'},
	sound: {color: 'green'},
	// Large parts of a screen look so: what calls for attention stands out of them.
	settled: {color: 'green', dimColor: true},
	backdrop: {color: 'cyan', dimColor: true},
	attention: {color: 'yellow', bold: true},
	damage: {color: 'red', bold: true},
	cursor: {inverse: true},
};

/** For NO_COLOR: bold and inverse are no colours. */
export const bareTheme: Theme = {plain: {}, faint: {}, strong: {bold: true}, accent: {}, sound: {}, settled: {}, backdrop: {}, attention: {bold: true}, damage: {bold: true}, cursor: {inverse: true}};

/** For what lies behind a dialog: nothing in it calls, and nothing in it is the cursor. */
export const fadedTheme = ({faint}: Theme): Theme => ({plain: faint, faint, strong: faint, accent: faint, sound: faint, settled: faint, backdrop: faint, attention: faint, damage: faint, cursor: faint});

export const ThemeContext = createContext(colouredTheme);
export const useTheme = (): Theme => useContext(ThemeContext);

/** A sign that is a letter, once or several times in a row. A number is no sign, however short. */
const oneCharacter = /^\s*([^\s\d])\1*\s*$/u;

/** Pieces and how each looks. Yellow is too pale for words on the white of many terminals: signs alone wear it, the words behind them are bold. */
export function dressed(pieces: Line, theme: Theme): ReadonlyArray<{readonly text: string; readonly look: Look}> {
	return pieces.flatMap(({text, style = 'plain'}) => {
		if (style !== 'attention' || oneCharacter.test(text)) {
			return [{text, look: theme[style]}];
		}

		const [, sign = '', words = ''] = signAndWords.exec(text)!;
		return [{text: sign, look: theme.attention}, {text: words, look: theme.strong}].filter(part => part.text !== '');
	});
}
