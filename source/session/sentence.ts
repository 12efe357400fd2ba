// Sentences that fit: where there is too little room, names lose their middle first and then the last clauses go, never the end of a word.

import {fit, graphemesOf, widthOf, type Line, type Piece} from './line.js';

/** What is left of a name at least: a few letters of both ends, which tell most names apart. */
const leastNameColumns = 12;

/** `text` in `width` columns, by its two ends. */
export function shortenMiddle(text: string, width: number, ellipsis: string): string {
	if (widthOf(text) <= width) {
		return text;
	}

	const parts = graphemesOf(text);
	const take = (from: readonly string[], columns: number): string[] => {
		const taken: string[] = [];
		for (const part of from) {
			columns -= widthOf(part);
			if (columns < 0) {
				break;
			}

			taken.push(part);
		}

		return taken;
	};

	const head = take(parts, Math.ceil((width - 1) / 2));
	const tail = take([...parts].reverse(), width - 1 - widthOf(head.join('')));
	return head.join('') + ellipsis + tail.reverse().join('');
}

/** Widths for texts of these widths, whose sum is smaller by `excess` where that can be: the longest lose most, none gets below the least. */
function shrunkWidths(widths: readonly number[], excess: number): number[] {
	const sum = (most: number): number => widths.reduce((total, width) => total + Math.min(width, Math.max(most, leastNameColumns)), 0);
	const wanted = widths.reduce((total, width) => total + width, 0) - excess;
	let most = Math.max(0, ...widths);
	while (most > leastNameColumns && sum(most) > wanted) {
		most--;
	}

	return widths.map(width => Math.min(width, Math.max(most, leastNameColumns)));
}

/** A line whose longest pieces lose their middle until it fits `width`; its end may still be too wide. */
export function shrinkPieces(pieces: Line, width: number, ellipsis: string): Piece[] {
	const widths = pieces.map(({text}) => widthOf(text));
	const shrunk = shrunkWidths(widths, widths.reduce((total, each) => total + each, 0) - width);
	return pieces.map((piece, index) => shrunk[index] === widths[index] ? piece : {...piece, text: shortenMiddle(piece.text, shrunk[index]!, ellipsis)});
}

/** `text` in pieces: names, and what stands around them. Words that are longer than any of ours are names too: paths, addresses, ids. */
function piecesOf(text: string, names: readonly string[]): string[] {
	const long = [...new Set(names)].filter(name => widthOf(name) > leastNameColumns).sort((a, b) => b.length - a.length);
	let pieces = [text];
	for (const name of long) {
		pieces = pieces.flatMap(piece => long.includes(piece) ? [piece] : piece.split(name).flatMap((part, index) => index === 0 ? [part] : [name, part]));
	}

	return pieces.flatMap(piece => long.includes(piece) ? [piece] : piece.split(/(\S{20,})/));
}

function shortenNames(text: string, names: readonly string[], width: number, ellipsis: string): string {
	const pieces = piecesOf(text, names);
	const isName = (index: number): boolean => names.includes(pieces[index]!) || /^\S{20,}$/.test(pieces[index]!);
	const widths = pieces.map((piece, index) => isName(index) ? widthOf(piece) : 0);
	const shrunk = shrunkWidths(widths, widthOf(text) - width);
	return pieces.map((piece, index) => isName(index) ? shortenMiddle(piece, shrunk[index]!, ellipsis) : piece).join('');
}

/** Sentences and what follows a semicolon, each with its end. */
const clausesOf = (text: string): string[] => text.split(/(?<=[;.]) (?=\S)/);

/** What `text` says in fewer clauses, the longest first: its beginning, else its end. */
function shorterForms(text: string): string[] {
	const clauses = clausesOf(text);
	const whole = (part: readonly string[]): string => part.join(' ').replace(/;$/, '.');
	return [...clauses.map((_, index) => whole(clauses.slice(0, clauses.length - index))), ...clauses.slice(1).map((_, index) => whole(clauses.slice(index + 1)))];
}

/** `text` in `width` columns: each of `names` shortened where that helps, else in as many of its clauses as fit. */
export function fitSentence(text: string, names: readonly string[], width: number, ellipsis: string): string {
	for (const form of shorterForms(text)) {
		const shown = widthOf(form) <= width ? form : shortenNames(form, names, width, ellipsis);
		if (widthOf(shown) <= width) {
			return shown;
		}
	}

	return fit(shortenNames(text, names, width, ellipsis), width, 'left', ellipsis);
}
