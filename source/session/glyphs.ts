// The few characters beyond ASCII that the screen draws with, and what stands for them where there is no UTF-8.

import type {Membership} from '../engine/several/matrix.js';
import {widthOf} from './line.js';

export type Glyphs = {
	readonly horizontal: string; readonly vertical: string;
	readonly topLeft: string; readonly topRight: string; readonly bottomLeft: string; readonly bottomRight: string;
	readonly topJoint: string; readonly bottomJoint: string;
	readonly arrow: string; readonly ellipsis: string;
	/** From empty to full, for bars. */
	readonly bar: readonly string[];
	/** From low to high, for the throughput; none where no graph is wanted. */
	readonly spark: readonly string[];
	readonly map: Readonly<Record<'unread' | 'reading' | 'sound' | 'second' | 'unreadable' | 'corrupt' | 'missing' | 'orphan' | 'trusted' | 'old' | 'cursor', string>>;
	readonly branch: string;
	/** Where a scale meets its axis. */
	readonly tick: string;
	/** Before a folder whose content is shown, and before one that can be opened. */
	readonly opened: string; readonly closed: string;
	/** Who holds a snapshot. */
	readonly cell: Readonly<Record<Membership, string>>;
};

export const unicodeGlyphs: Glyphs = {
	horizontal: '─', vertical: '│', topLeft: '┌', topRight: '┐', bottomLeft: '└', bottomRight: '┘', topJoint: '┬', bottomJoint: '┴',
	arrow: '──>', ellipsis: '…',
	bar: [' ', '╸', '━'],
	spark: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
	map: {unread: '·', reading: '▒', sound: '█', second: 'r', unreadable: '!', corrupt: 'X', missing: '?', orphan: '+', trusted: '▓', old: '░', cursor: '▚'},
	branch: '└ ', tick: '┤', opened: '▾', closed: '▸',
	cell: {held: '■', lacking: '-', conflict: '!', damaged: 'x', unknown: '?'},
};

export const asciiGlyphs: Glyphs = {
	horizontal: '-', vertical: '|', topLeft: '+', topRight: '+', bottomLeft: '+', bottomRight: '+', topJoint: '+', bottomJoint: '+',
	arrow: '-->', ellipsis: '~',
	bar: [' ', '#'],
	spark: [' ', '.', ':', '|', '#'],
	map: {unread: '.', reading: '%', sound: '#', second: 'r', unreadable: '!', corrupt: 'X', missing: '?', orphan: '+', trusted: 'o', old: '-', cursor: '@'},
	branch: '` ', tick: '|', opened: 'v', closed: '+',
	cell: {held: '#', lacking: '-', conflict: '!', damaged: 'x', unknown: '?'},
};

/** For a slow line: without the graph, which is another one in each frame. */
export const withoutGraph = (glyphs: Glyphs): Glyphs => ({...glyphs, spark: []});

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

/** `text` in as many terminal columns, with ASCII alone: what a name holds beyond it becomes question marks. O(1) for what is ASCII already. */
export const withAsciiAlone = (text: string): string => text.replaceAll(/[^\u0000-\u007F]+/g, beyond => [...graphemes.segment(beyond)]
	.map(({segment}) => segment === unicodeGlyphs.ellipsis ? asciiGlyphs.ellipsis : '?'.repeat(widthOf(segment))).join(''));

/** A bar of `width` columns, `share` of it (0 to 1) full. */
export function bar(share: number, width: number, {bar: steps}: Glyphs): string {
	const parts = steps.length - 1;
	const filled = Math.round(Math.max(0, Math.min(1, share)) * width * parts);
	const whole = Math.floor(filled / parts);
	const rest = filled % parts;
	return (steps[parts]!.repeat(whole) + (rest > 0 ? steps[rest]! : '')).padEnd(width);
}

/** `rows` lines of columns for `values`, one of `highest` full; top line first. */
export function sparkRows(values: readonly number[], rows: number, highest: number, {spark}: Glyphs): string[] {
	const steps = spark.length - 1;
	return Array.from({length: rows}, (_, index) => {
		const floor = rows - 1 - index;
		return values.map(value => {
			const level = (value / highest) * rows * steps;
			return spark[Math.max(0, Math.min(steps, Math.round(level - (floor * steps))))]!;
		}).join('');
	});
}

/** The signs that a text begins with, and its words. */
export const signAndWords = /^([\s!?~+<>=*[\]-]*)(.*)$/su;
