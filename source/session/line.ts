// Lines of styled text, measured in terminal columns: what views are made of, without a terminal.

import stringWidth from 'string-width';

/** What a piece of text means; the theme says how that looks. */
export type Style = 'plain' | 'faint' | 'strong' | 'accent' | 'sound' | 'settled' | 'backdrop' | 'attention' | 'damage' | 'cursor';
export type Piece = {readonly text: string; readonly style?: Style};
export type Line = readonly Piece[];

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

/** What a person takes for the characters of `text`. */
export const graphemesOf = (text: string): string[] => Array.from(graphemes.segment(text), ({segment}) => segment);
 
const isPlain = /^[\u0020-\u007E]*$/;

/** Terminal columns of `text`. */
export const widthOf = (text: string): number => isPlain.test(text) ? text.length : stringWidth(text);

/** What of `text` is drawn as one, and how many columns each takes. */
export const cellsOf = (text: string): ReadonlyArray<{readonly text: string; readonly width: number}> =>
	isPlain.test(text) ? [...text].map(character => ({text: character, width: 1})) : graphemesOf(text).map(grapheme => ({text: grapheme, width: widthOf(grapheme)}));

/** What a cut ends with where nobody knows what the terminal can draw: one column, on every terminal. */
const plainEllipsis = '~';

/** Of a word that a cut takes whole; of a longer one, which is a name, its beginning stays. */
const mostWordLength = 12;

/** `text`, which was cut in front of `next`, without the word that is not whole any more. */
function wholeWords(text: string, next: string): string {
	const end = text.lastIndexOf(' ');
	const cutWord = text.length - end - 1;
	return next === ' ' || end <= 0 || cutWord > Math.min(mostWordLength, end) ? text : text.slice(0, end).trimEnd();
}

/** `text` cut or filled to exactly `width` columns; a cut is made behind a word where that loses little, and ends with the ellipsis, which is one column wide. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = plainEllipsis): string {
	if (width <= 0) {
		return '';
	}

	let fitted = text;
	let used = widthOf(text);
	if (used > width) {
		fitted = '';
		used = 0;
		for (const {segment} of graphemes.segment(text)) {
			const columns = widthOf(segment);
			if (used + columns > width - 1) {
				fitted = wholeWords(fitted, segment);
				break;
			}

			fitted += segment;
			used += columns;
		}

		fitted += ellipsis;
		used = widthOf(fitted);
	}

	const space = ' '.repeat(Math.max(0, width - used));
	return align === 'right' ? space + fitted : fitted + space;
}

export const line = (text: string, style: Style = 'plain'): Line => [{text, style}];

export const lineWidth = (pieces: Line): number => pieces.reduce((sum, {text}) => sum + widthOf(text), 0);

/** A line cut or filled to exactly `width` columns. */
export function fitLine(pieces: Line, width: number, ellipsis = plainEllipsis): Line {
	const fitted: Piece[] = [];
	let left = width;
	for (const piece of pieces) {
		const columns = widthOf(piece.text);
		if (columns > left) {
			fitted.push({...piece, text: fit(piece.text, left, 'left', ellipsis)});
			return fitted;
		}

		fitted.push(piece);
		left -= columns;
	}

	return left > 0 ? [...fitted, {text: ' '.repeat(left)}] : fitted;
}

/** `left` and `right` at the two ends of `width` columns; the left one is cut first. */
export function spread(left: Line, right: Line, width: number, ellipsis = plainEllipsis): Line {
	const rightWidth = Math.min(width, lineWidth(right));
	return [...fitLine(left, Math.max(0, width - rightWidth), ellipsis), ...fitLine(right, rightWidth, ellipsis)];
}

/** A piece of a line that is there whole or not at all: 0 always is; of the others those with the highest rank go first. */
export type Part = {readonly rank: number; readonly pieces: Line};

/** As many of `parts` as fit `width`, in their order. */
export function fitParts(parts: readonly Part[], width: number): Line {
	let left = parts;
	for (let rank = Math.max(0, ...parts.map(each => each.rank)); rank > 0 && lineWidth(left.flatMap(({pieces}) => pieces)) > width; rank--) {
		left = left.filter(each => each.rank < rank);
	}

	return left.flatMap(({pieces}) => pieces);
}

/** The first of `texts` that fits `width`, else the last. */
export const firstFitting = (texts: readonly string[], width: number): string => texts.find(text => widthOf(text) <= width) ?? texts.at(-1) ?? '';

/** Spaces at which a line may be broken: a number stays with its unit. */
const breakable = /(?<!\d) | (?!(?:[KMGT]iB|B|ms|s|min)\b)/;

/** Lines of at most `width` columns, broken at spaces; all are indented as `text` is. */
export function wrapText(text: string, width: number): string[] {
	const indent = /^ */.exec(text)![0];
	const lines: string[] = [];
	let current = '';
	for (const word of text.slice(indent.length).split(breakable)) {
		if (current !== '' && indent.length + widthOf(current) + 1 + widthOf(word) > width) {
			lines.push(indent + current);
			current = word;
		} else {
			current = current === '' ? word : `${current} ${word}`;
		}
	}

	return [...lines, indent + current];
}

/** Lines of at most `width` columns, broken at spaces, and anywhere in words that are longer: nothing is lost. */
export function foldText(text: string, width: number): string[] {
	return wrapText(text, width).flatMap(words => {
		const lines: string[] = [''];
		let used = 0;
		for (const {segment} of widthOf(words) <= width ? [{segment: words}] : graphemes.segment(words)) {
			const columns = widthOf(segment);
			if (used > 0 && used + columns > width) {
				lines.push('');
				used = 0;
			}

			lines[lines.length - 1] += segment;
			used += columns;
		}

		return lines;
	});
}

/** `text` folded, in lines that look alike. */
export const foldedLines = (text: string, width: number, style: Style = 'plain'): Line[] => foldText(text, width).map(words => line(words, style));

/** What went wrong and, below it, what to do. */
export const failureLines = (problem: {readonly message: string; readonly hint: string} | undefined, width: number): Line[] =>
	[...foldedLines(problem?.message ?? '', width, 'damage'), line(''), ...foldedLines(problem?.hint ?? '', width)];

/** The first visible row of a list of `count` rows, `height` of them visible, so that `cursor` is among them. */
export function windowStart(count: number, cursor: number, height: number): number {
	const centred = cursor - Math.floor(height / 2);
	return Math.max(0, Math.min(centred, count - height));
}
