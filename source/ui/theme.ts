// How meanings look: the terminal's own sixteen colours, its own background; every meaning also has a glyph or a word.

import type {Style} from '../session/line.js';

export type Look = {readonly color?: string; readonly bold?: boolean; readonly dimColor?: boolean; readonly inverse?: boolean};

export const theme: Readonly<Record<Style, Look>> = {
	plain: {},
	faint: {dimColor: true},
	strong: {bold: true},
	accent: {color: 'cyan'},
	sound: {color: 'green'},
	attention: {color: 'yellow'},
	damage: {color: 'red', bold: true},
	cursor: {inverse: true},
};
