// Lines of the screen as plain text: no styles, no wide gaps.

import type {Line} from '../line.js';

export const textOf = (line: Line): string => line.map(({text}) => text).join('').replaceAll(/ {2,}/g, '  ').trim();

/** Without the empty ones. */
export const textsOf = (lines: readonly Line[]): string[] => lines.map(line => textOf(line)).filter(text => text !== '');
