// The map zoomed in: the chunks of one cell as a list, and what is known of the one under the cursor.

import {formatBytes} from '../figures.js';
import type {Glyphs} from '../glyphs.js';
import {keyOf} from '../key-of.js';
import {fit, line, windowStart, wrapText, type Line} from '../line.js';
import type {Job, State} from '../state.js';
import {chunkFacts, type MapView} from './check-map.js';

/** From here on a line has room for words. */
const wideColumns = 66;

const placeOf = ({check: {at}, zoom}: MapView): number => Math.max(zoom.start, Math.min(zoom.end - 1, at));

/** One line for each chunk around the cursor: state, id, size, last proof. */
export function chunkLines(view: MapView, {width, height}: {readonly width: number; readonly height: number}, glyphs: Glyphs): Line[] {
	const {zoom} = view;
	const cursor = placeOf(view) - zoom.start;
	const count = zoom.end - zoom.start;
	const start = windowStart(count, cursor, height);
	return Array.from({length: Math.max(0, Math.min(height, count - start))}, (_, index): Line => {
		const {id, sizeBytes, look, proven, provenShort} = chunkFacts(view, zoom.start + start + index);
		const isCurrent = start + index === cursor;
		const size = sizeBytes === 0 ? '' : formatBytes(sizeBytes);
		const text = width >= wideColumns
			? `${id.slice(0, 16)}  ${size.padStart(10)}  ${fit(look.words, 17)}  proven ${proven}`
			: `${id.slice(0, 8)}  ${size.padStart(10)}  ${fit(look.short ?? look.words, 10)}  ${provenShort}`;
		return [
			{text: isCurrent ? '>' : ' ', style: 'strong'}, {text: `${glyphs.map[look.glyph]} `, style: look.style === 'sound' ? 'settled' : look.style},
			{text: fit(text, width - 3, 'left', glyphs.ellipsis), style: isCurrent ? 'cursor' : 'plain'},
		];
	});
}

/** All that is known of the chunk under the cursor. */
export function chunkDetail(state: State, view: MapView, {findings}: Job, width: number): Line[] {
	const {id, sizeBytes, look, proven} = chunkFacts(view, placeOf(view));
	const finding = findings.find(candidate => candidate.id === id);
	const half = id.length / 2;
	return [
		...(width >= id.length ? [line(id, 'strong')] : [line(id.slice(0, half), 'strong'), line(id.slice(half), 'strong')]),
		line(`${sizeBytes === 0 ? 'size not known yet' : `${formatBytes(sizeBytes)} stored`}`),
		[{text: look.words, style: look.style}, {text: finding === undefined ? '' : `: ${finding.reason}`}],
		line(`last proven ${proven}`),
		...(finding === undefined ? [] : wrapText(`${keyOf(state, 'check.open')} shows the paths and snapshots that lose something.`, width).map(text => line(text, 'accent'))),
	];
}

/** The id of the chunk under the cursor. */
export const chunkUnderCursor = (view: MapView): string => chunkFacts(view, placeOf(view)).id;
