// A dialog over a screen: rows laid over rows, cut by terminal columns, so that no wide character is halved.

import {cellsOf, widthOf} from '../../session/line.js';

/** A part of the screen; rows and columns count from 0, both ends belong to it. */
export type Area = {readonly top: number; readonly bottom: number; readonly left: number; readonly right: number};

/** What lies over a row; nothing of the row is seen through it. */
type Over = {readonly left: number; readonly right: number; readonly text: string};
export type Row = {
	readonly text: string;
	readonly over?: Over | undefined;
	/** Both together, as they are written. */
	readonly seen: string;
};

export const emptyRow: Row = {text: '', seen: ''};

const reset = '\u001B[0m';
const sequence = /(\u001B\[[\d;]*m)/;

/** The code that ends what `code` begins. */
const endOf = (code: number): number => code <= 2 ? 22 : code < 10 ? code + 20 : code < 40 || (code >= 90 && code < 98) ? 39 : 49;
const isEnd = (code: number): boolean => (code >= 22 && code <= 29) || code === 39 || code === 49;
const codeOf = (style: string): number => Number.parseInt(style.slice(2), 10) || 0;

/** The sequences that make a text look as it does after `next`. */
function lookAfter(look: readonly string[], next: string): readonly string[] {
	const code = codeOf(next);
	return code === 0 ? [] : isEnd(code) ? look.filter(style => endOf(codeOf(style)) !== code) : [...look, next];
}

/** `text` from column `start` up to, not including, `end`, looking as it does there. Half a wide character becomes a blank. */
export function cutColumns(text: string, start: number, end: number): string {
	let column = 0;
	let look: readonly string[] = [];
	let cut = '';
	for (const part of text.split(sequence)) {
		if (part.startsWith('\u001B')) {
			look = lookAfter(look, part);
			cut += cut === '' ? '' : part;
			continue;
		}

		for (const {text: cell, width} of cellsOf(part)) {
			const columns = Math.min(end, column + width) - Math.max(start, column);
			column += width;
			if (columns > 0) {
				cut += (cut === '' ? look.join('') : '') + (columns === width ? cell : ' '.repeat(columns));
			}
		}
	}

	return cut === '' ? '' : cut + reset;
}

/** A blank column stands on each side of what lies over a row; and it stands in its columns whatever the terminal takes for wide. */
const laidOver = (text: string, {left, right, text: above}: Over): string =>
	`${cutColumns(text, 0, left - 1)}\u001B[${left + 1}G${reset}${above}${reset}\u001B[${right + 3}G${cutColumns(text, right + 2, Number.POSITIVE_INFINITY)}`;

const isSame = (one: Over | undefined, other: Over | undefined): boolean => one?.left === other?.left && one?.text === other?.text;

/** The lines of a frame as rows: of one twice as high as the screen, the second half lies over the first. What is as it was in `before` costs nothing. */
export function rowsOf(frame: string, height: number, before: readonly Row[] = []): Row[] {
	const lines = frame.split('\n');
	return lines.slice(0, height).map((text, row) => {
		const above = lines.length === 2 * height ? lines[height + row]! : '';
		const left = /^ */.exec(above)![0].length;
		const over = above === '' ? undefined : {left, right: widthOf(above) - 1, text: above.slice(left)};
		const was = before[row];
		return was?.text === text && isSame(was.over, over) ? was : {text, over, seen: over === undefined ? text : laidOver(text, over)};
	});
}

/** All that lies over the rows. */
export function areaOf(rows: readonly Row[]): Area | undefined {
	const overs = rows.flatMap(({over}) => over ?? []);
	return overs.length === 0 ? undefined : {
		top: rows.findIndex(({over}) => over !== undefined), bottom: rows.findLastIndex(({over}) => over !== undefined),
		left: Math.min(...overs.map(({left}) => left)), right: Math.max(...overs.map(({right}) => right)),
	};
}

/** What has to be written for `next` to stand where `shown` does; '' where it already does. */
export function changeOf(shown: Row | undefined, next: Row, row: number): string {
	if (shown?.seen === next.seen) {
		return '';
	}

	const {text, over, seen} = next;
	return over !== undefined && shown?.text === text && shown.over?.left === over.left && shown.over.right === over.right
		? `\u001B[${row + 1};${over.left + 1}H${reset}${over.text}`
		// Erased first: after the last column, erasing would take that column too.
		: `\u001B[${row + 1};1H${reset}\u001B[K${seen}`;
}
