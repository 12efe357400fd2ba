// The chunk map: every chunk of a repository in a few hundred cells, the gravest state winning a cell.

import {mapCode, mapStates, type MapState} from '../../engine/counters.js';
import {hashSizeBytes} from '../../format/ids.js';
import type {CheckState, Zoom} from '../check-state.js';
import {countOf, formatCount} from '../figures.js';
import type {Glyphs} from '../glyphs.js';
import {fitParts, line, lineWidth, type Line, type Piece, type Style} from '../line.js';
import {keyedTitle} from '../key-of.js';
import {shownJobOf, type CheckMap, type Job, type State} from '../state.js';
import {checkLayout} from './check-layout.js';

const dayMs = 86_400_000;

/** Ages of the last proof, as codes behind those of the states. */
const ages = ['within a week', 'within 30 days', 'older', 'never'] as const;
const firstAge = mapStates.length;
const [weekDays, monthDays] = [7, 30];

type Look = {readonly words: string; /** For the legend. */ readonly short?: string; readonly glyph: keyof Glyphs['map']; readonly style: Style};

const stateLooks: Readonly<Record<MapState, Look>> = {
	unread: {words: 'not read', glyph: 'unread', style: 'faint'},
	reading: {words: 'reading', glyph: 'reading', style: 'accent'},
	sound: {words: 'sound', glyph: 'sound', style: 'sound'},
	'sound-on-second-read': {words: 'sound on 2nd read', short: '2nd read', glyph: 'second', style: 'attention'},
	unreadable: {words: 'unreadable', glyph: 'unreadable', style: 'attention'},
	corrupt: {words: 'corrupt', glyph: 'corrupt', style: 'damage'},
	missing: {words: 'missing', glyph: 'missing', style: 'damage'},
	orphan: {words: 'orphan', glyph: 'orphan', style: 'attention'},
	trusted: {words: 'proven before', short: 'before', glyph: 'trusted', style: 'sound'},
};

const looks: readonly Look[] = [
	...mapStates.map(state => stateLooks[state]),
	{words: '<7d', glyph: 'sound', style: 'sound'},
	{words: '<30d', glyph: 'trusted', style: 'sound'},
	{words: 'older', glyph: 'old', style: 'attention'},
	{words: 'never', glyph: 'unread', style: 'faint'},
];

/** From harmless to grave: the gravest one wins a cell. */
const gravity = [
	mapCode.sound, firstAge, mapCode.trusted, firstAge + 1, firstAge + 2, mapCode.unread, firstAge + 3, mapCode.reading,
	mapCode.orphan, mapCode['sound-on-second-read'], mapCode.unreadable, mapCode.corrupt, mapCode.missing,
];
const rank = Uint8Array.from({length: looks.length}, (_, code) => gravity.indexOf(code));
/** From here on a state says more than any age. */
const gravest = rank[mapCode.orphan]!;

export type MapView = {
	readonly map: CheckMap;
	readonly check: CheckState;
	/** What part of the order is shown. */
	readonly zoom: Zoom;
	/** Days since 1970. */
	readonly today: number;
	readonly width: number;
	readonly rows: number;
	/** Chunks in one cell. */
	readonly per: number;
	/** How many cells there are. */
	readonly cells: number;
};

export const todayOf = ({startedAtMs, sample}: Job): number => Math.floor((startedAtMs + (sample?.elapsedMs ?? 0)) / dayMs);

/** How many chunks one cell stands for when `count` of them fill at most `cells`. */
export const chunksPerCell = (count: number, cells: number): number => Math.max(1, Math.ceil(count / Math.max(1, cells)));

/** The map as it is to be drawn; undefined before there is one. */
export function mapViewOf(state: State): MapView | undefined {
	const job = shownJobOf(state);
	if (job?.map === undefined) {
		return undefined;
	}

	const {map} = job;
	const {check} = state;
	const {mapWidth: width, mapRows: rows} = checkLayout(state);
	const zoom = check.zoom === undefined || check.zoom.end > map.count ? {start: 0, end: map.count} : check.zoom;
	const per = chunksPerCell(zoom.end - zoom.start, width * rows);
	return {map, check, zoom, today: todayOf(job), width, rows, per, cells: Math.ceil((zoom.end - zoom.start) / per)};
}

/** The position in the store of the chunk at `place` of the order shown. */
export const chunkAt = ({map, check: {ranks}}: Pick<MapView, 'map' | 'check'>, place: number): number =>
	ranks?.length === map.count ? ranks[place]! : place;

/** All chunks by their last proof, oldest first, those never proven before all. O(chunks). */
export function ranksByAge({days, count}: CheckMap): Uint32Array {
	const starts = new Uint32Array(0x1_0001);
	for (let position = 0; position < count; position++) {
		starts[days[position]! + 1]!++;
	}

	for (let day = 1; day < starts.length; day++) {
		starts[day]! += starts[day - 1]!;
	}

	const ranks = new Uint32Array(count);
	for (let position = 0; position < count; position++) {
		ranks[starts[days[position]!]!++] = position;
	}

	return ranks;
}

const ageCode = (day: number, today: number): number =>
	firstAge + (day === 0 || day > today ? 3 : today - day < weekDays ? 0 : today - day < monthDays ? 1 : 2);

/** The code of the chunk at a position of the store: its age, unless its state is graver than any. */
function codeOf({map: {states, days}, check: {order}, today}: MapView, position: number): number {
	const state = states[position]!;
	return order === 'storage' || rank[state]! >= gravest ? state : ageCode(days[position]!, today);
}

/** One code for each cell. O(chunks shown): some 3 ms for a million. */
export function cellCodes(view: MapView): Uint8Array {
	const {map: {states}, check: {order}, zoom, per, cells} = view;
	const codes = new Uint8Array(cells);
	const isPlain = order === 'storage';
	for (let cell = 0; cell < cells; cell++) {
		const start = zoom.start + (cell * per);
		const end = Math.min(start + per, zoom.end);
		let gravestCode = isPlain ? states[start]! : codeOf(view, chunkAt(view, start));
		for (let place = start + 1; place < end; place++) {
			const code = isPlain ? states[place]! : codeOf(view, chunkAt(view, place));
			if (code !== gravestCode && rank[code]! > rank[gravestCode]!) {
				gravestCode = code;
			}
		}

		codes[cell] = gravestCode;
	}

	return codes;
}

/** The cell of the cursor. */
export const cursorCell = ({check: {at}, zoom, per, cells}: MapView): number => Math.max(0, Math.min(cells - 1, Math.floor((at - zoom.start) / per)));

/** Most of a map is sound: what is not must be seen first. */
const inMass = (style: Style): Style => style === 'sound' ? 'settled' : style;

/** The map as lines of cells; one piece for each run of equal cells, the cursor's apart when the map has the keys. */
export function mapLines(view: MapView, codes: Uint8Array, glyphs: Glyphs): Line[] {
	const {width, rows, cells, check: {focus}} = view;
	const cursor = focus === 'map' ? cursorCell(view) : -1;
	return Array.from({length: rows}, (_, row) => {
		const pieces: Piece[] = [];
		const end = Math.min((row + 1) * width, cells);
		for (let cell = row * width; cell < end;) {
			const code = codes[cell]!;
			const start = cell;
			do {
				cell++;
			} while (cell < end && codes[cell] === code && cell !== cursor && start !== cursor);
			pieces.push(start === cursor ? {text: glyphs.map.cursor, style: 'cursor'} : {text: glyphs.map[looks[code]!.glyph].repeat(cell - start), style: inMass(looks[code]!.style)});
		}

		return pieces;
	});
}

/** The words for the states that occur, and the basic ones: as many as fit `width`, the worst in any case. */
export function legendLine(codes: Uint8Array, {order}: Pick<CheckState, 'order'>, isRunning: boolean, width: number, glyphs: Glyphs): Line {
	const present = new Set(codes);
	const basic = order === 'storage' ? [mapCode.sound, ...(isRunning ? [mapCode.reading] : []), mapCode.unread] : ages.map((_, index) => firstAge + index);
	const shown = order === 'storage'
		? [mapCode.sound, mapCode.trusted, mapCode.reading, mapCode.unread, ...gravity.slice(gravest)]
		: [...basic, ...gravity.slice(gravest)];
	const entries = shown.filter(code => present.has(code) || basic.includes(code)).map((code): Piece[] => {
		const {glyph, style, words, short = words} = looks[code]!;
		return [{text: ` ${glyphs.map[glyph]}`, style: inMass(style)}, {text: ` ${short} `}];
	});
	const lead: Line = order === 'storage' ? [] : [{text: ' last proven', style: 'faint'}];
	// What is seen all over the map explains itself soonest.
	return [...lead, ...fitParts(entries.map((pieces, index) => ({rank: entries.length - 1 - index, pieces})), width - lineWidth(lead) + 1)];
}

const orderWords: Readonly<Record<CheckState['order'], string>> = {storage: 'storage order', age: 'oldest proof first', freshness: 'by age of proof'};

export const orderNote = (state: State): string => keyedTitle(state, 'check.order', orderWords[state.check.order]);

/** `pace`: rate and remaining time, where there is room for them. */
export function mapTitle(state: State, view: MapView | undefined, pace: string): string {
	const title = keyedTitle(state, 'check.map', 'Chunk map');
	if (view === undefined) {
		return title;
	}

	const {per, check: {zoom}, map} = view;
	return zoom === undefined
		? `${title}   1 cell = ${countOf(per, 'chunk')}${pace === '' ? '' : `   ${pace}`}`
		: `${title}   chunks ${formatCount(zoom.start + 1)} to ${formatCount(zoom.end)} of ${formatCount(map.count)}`;
}

/** What stands under the cursor of the map, in words: "Cell 3 of 608, chunks 555 to 831: 276 sound, 1 corrupt." */
export function cellWords(view: MapView): string {
	const cell = cursorCell(view);
	const start = view.zoom.start + (cell * view.per);
	const end = Math.min(start + view.per, view.zoom.end);
	const counts = new Map<number, number>();
	for (let place = start; place < end; place++) {
		const code = codeOf(view, chunkAt(view, place));
		counts.set(code, (counts.get(code) ?? 0) + 1);
	}

	if (end - start === 1 && view.check.order !== 'storage' && counts.keys().next().value! >= firstAge) {
		return `Cell ${formatCount(cell + 1)} of ${formatCount(view.cells)}: last proven ${chunkFacts(view, start).proven}.`;
	}

	const words = end - start === 1 ? looks[counts.keys().next().value!]!.words : [...counts].sort(([a], [b]) => rank[b]! - rank[a]!).map(([code, count]) => `${formatCount(count)} ${looks[code]!.words}`).join(', ');
	const which = end - start === 1 ? `chunk ${formatCount(start + 1)}` : `chunks ${formatCount(start + 1)} to ${formatCount(end)}`;
	return `Cell ${formatCount(cell + 1)} of ${formatCount(view.cells)}, ${which}: ${words}.`;
}

export type ChunkFacts = {
	readonly id: string;
	/** Stored bytes; 0 when not known yet. */
	readonly sizeBytes: number;
	readonly look: Look;
	/** "today", "3 days ago", "never". */
	readonly proven: string;
	/** "today", "3 d", "never". */
	readonly provenShort: string;
};

/** What is known of the chunk at `place` of the order shown. */
export function chunkFacts(view: MapView, place: number): ChunkFacts {
	const {map, today} = view;
	const position = chunkAt(view, place);
	const day = map.days[position]!;
	const state = map.states[position]!;
	return {
		id: Buffer.from(map.ids.subarray(position * hashSizeBytes, (position + 1) * hashSizeBytes)).toString('hex'),
		sizeBytes: map.sizes[position]!,
		look: looks[state]!,
		provenShort: day === 0 ? 'never' : day >= today ? 'today' : `${formatCount(today - day)} d`,
		proven: day === 0 ? 'never' : day >= today ? 'today' : day === today - 1 ? 'yesterday' : `${formatCount(today - day)} days ago`,
	};
}

/** In place of a map that is not there. */
export const emptyMap = (text: string, style: Style = 'faint'): Line[] => [line(text, style)];
