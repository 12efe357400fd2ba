// The plan screen in words: what each snapshot costs, and what the obvious key would do.

import {exposesContent, type PlanPrices} from '../../engine/plan.js';
import {countOf, formatBytes, formatCount} from '../figures.js';
import {keyOf} from '../key-of.js';
import {firstFitting, line, type Line} from '../line.js';
import {longTime, shortId, shortTime} from '../plan-text.js';
import type {PlanEntry} from '../plan/plan-state.js';
import {pricesOf} from '../plan/prices.js';
import {targetOf, type State} from '../state.js';
import {widePlanColumns} from './plan-layout.js';
import {tickedWords} from './plan-totals.js';
import {layoutColumns, tableView, type Column, type Row, type TableView} from './table.js';

/** Up to here a row says only when and whence it is, and its price. */
const shortPlanColumns = 76;

/** From here on a row says of which year it is, and how large what it holds. */
const fullPlanColumns = 112;

/** How much of a row there is room for. */
type Extent = 'full' | 'all' | 'some' | 'least';

/** Whether there is room for every figure. */
const hasAll = (extent: Extent): boolean => extent === 'all' || extent === 'full';

const extentOf = (width: number): Extent => width >= fullPlanColumns ? 'full' : width >= widePlanColumns - 2 ? 'all' : width >= shortPlanColumns - 2 ? 'some' : 'least';

const shortColumns = (width: number, isTwoWay: boolean): Column[] => layoutColumns([
	{title: '', width: 3}, ...(isTwoWay ? [{title: '', width: 2}] : []), {title: 'id', width: 6}, {title: 'taken', width: isTwoWay ? 5 : 11}, {title: 'origin', width: 6},
	{title: 'sends', width: 10, align: 'right'}, {title: 'saves', width: 10, align: 'right'},
], isTwoWay ? 4 : 3, width);

const columnsFor = (width: number, isTwoWay: boolean): Column[] => {
	if (extentOf(width) === 'least') {
		return shortColumns(width, isTwoWay);
	}

	const isFull = extentOf(width) === 'full';
	const wide = width >= widePlanColumns - 2;
	const columns: Column[] = [
		{title: '', width: 3}, ...(isTwoWay ? [{title: '', width: 2}] : []), {title: 'snapshot', width: 8}, {title: 'taken', width: isFull ? 16 : 11}, {title: 'origin', width: 8},
		...(isFull ? [{title: 'holds', width: 9, align: 'right' as const}] : []), ...(wide ? [{title: 'files', width: 9, align: 'right' as const}] : []),
		{title: 'chunks', width: 7, align: 'right'},
		...(wide ? [{title: 'objects', width: 7, align: 'right' as const}] : []),
		{title: 'sends', width: 10, align: 'right'}, {title: 'untick saves', width: 12, align: 'right'},
	];
	return layoutColumns(columns, isTwoWay ? 4 : 3, width);
};

/** The host alone where few paths would fit beside it. */
const originIn = (origin: string, extent: Extent): string => extent === 'least' ? origin.split(':')[0]! : origin;

/** "1.6 GiB", blank where a row is not ticked. */
const priceCells = (prices: PlanPrices, row: number, isTicked: boolean, extent: Extent): string[] => {
	if (!isTicked) {
		return [];
	}

	const [sends, saves] = [prices.sends[row]!, prices.untickSaves[row]!];
	return [...(extent === 'least' ? [] : [formatCount(sends.chunks)]), ...(hasAll(extent) ? [formatCount(sends.objects)] : []), formatBytes(sends.bytes), formatBytes(saves.bytes)];
};

const notSent = {conflict: 'conflict: other content', damaged: 'damaged: cannot be sent', 'damaged-there': 'damaged there, sound here'} as const;
const notSentBriefly = {conflict: 'conflict', damaged: 'damaged', 'damaged-there': 'damaged there'} as const;

function rowOf(state: State, entry: PlanEntry, extent: Extent): Row {
	const {legs} = state.plan;
	const isTwoWay = legs.length > 1;
	const timeFor = extent === 'full' ? longTime : shortTime;
	if (entry.kind === 'only-in-target') {
		const created = targetOf(state)?.summary?.snapshots.find(({snapshot}) => snapshot === entry.snapshot)?.header?.created;
		return {cells: ['', shortId(entry.snapshot), created === undefined ? '' : timeFor(created)], note: {from: 3, text: `only in the target  (${keyOf(state, 'plan.twoWay')} plans both ways)`}, style: 'faint'};
	}

	const leg = legs[entry.leg]!;
	const {snapshot, shown, state: rowState} = leg.plan.rows[entry.row]!;
	const isTicked = leg.ticked.has(entry.row);
	const start = [
		rowState === 'send' ? (isTicked ? '[x]' : '[ ]') : '[-]', ...(isTwoWay ? [entry.leg === 0 ? '->' : '<-'] : []), shortId(snapshot), shown === undefined ? '' : extent === 'least' && isTwoWay ? shown.created.slice(5, 10) : timeFor(shown.created),
	];
	return rowState === 'send'
		? {
			cells: [...start, originIn(shown?.origin ?? 'sealed', extent), ...(extent === 'full' ? [shown === undefined ? '' : formatBytes(shown.sizeBytes)] : []), ...(hasAll(extent) ? [shown === undefined ? '' : formatCount(shown.files)] : []), ...priceCells(pricesOf(leg), entry.row, isTicked, extent)],
			style: isTicked ? 'plain' : 'faint',
		}
		: {cells: start, note: {from: start.length, text: `${(extent === 'least' ? notSentBriefly : notSent)[rowState]} (${keyOf(state, 'plan.explain')}: why)`}, style: 'attention'};
}

export function planTable(state: State, width: number, height: number): TableView {
	const {legs, entries, cursor} = state.plan;
	const extent = extentOf(width);
	return tableView(entries, columnsFor(width, legs.length > 1), entry => rowOf(state, entry, extent), {cursor, height});
}

/** "Snapshots to send   3 of 4 ticked": of all legs. */
export const planTitle = ({plan: {legs}}: State): string => legs.length === 0 ? 'Snapshots to send' : `Snapshots to send   ${tickedWords(legs)}`;

export const orderLines = (): Line[] => [
	line(' Order of writing: chunks, objects, references, snapshots. Stopping early never leaves half a', 'faint'),
	line(' snapshot; a second run sends only the rest. Nothing is ever removed from either side.', 'faint'),
];

/** What unticking the current row would save, or what the key that starts does; in so many words as there is room for. */
export function planSentence(state: State, whyNot: string | undefined): string {
	const width = state.columns - 1;
	const {legs, entries, status, cursor, problem, isAddingBack, focus} = state.plan;
	if (status === 'computing' || isAddingBack) {
		return 'Comparing reference lists; nothing is written.';
	}

	if (legs.length === 0) {
		return problem?.hint ?? '';
	}

	if (entries.every(entry => entry.kind !== 'row')) {
		return `There is nothing to send. ${keyOf(state, 'plan.twoWay')} looks at both ways; ${keyOf(state, 'back')} goes back.`;
	}

	if (whyNot !== undefined) {
		return firstFitting([`Cannot start: ${whyNot}.`, `Off: ${whyNot}.`, `Cannot start: the checks above say why (${keyOf(state, 'plan.focus')} scrolls them).`], width);
	}

	const count = legs.reduce((sum, {ticked}) => sum + ticked.size, 0);
	const bytes = formatBytes(legs.reduce((sum, leg) => sum + pricesOf(leg).total.bytes, 0));
	const [back, both] = legs.filter(({ticked}) => ticked.size > 0).length > 1 ? [', there and back', ', both ways'] : ['', ''];
	const start = keyOf(state, 'plan.start');
	const sends = [`${start} sends ${formatCount(count)}, ${bytes}${back}.`, `${start} sends ${formatCount(count)}, ${bytes}${both}.`];
	const exposed = legs.find(({plan, ticked}) => ticked.size > 0 && exposesContent(plan));
	if (exposed !== undefined) {
		return firstFitting([`${start} asks for a word first: what is sealed in the source becomes readable in the target. ${sends[0]}`, `${start} asks for a word first: content becomes readable there (${bytes}).`, `${start} asks for a word first: content becomes readable.`], width);
	}

	const entry = entries[cursor];
	const leg = entry?.kind === 'row' ? legs[entry.leg] : undefined;
	if (focus === 'rows' && entry?.kind === 'row' && leg?.ticked.has(entry.row) === true && count > 1) {
		const {needs, ownBytes, snapshot} = leg.plan.rows[entry.row]!;
		const saves = pricesOf(leg).untickSaves[entry.row]!.bytes;
		const unticking = `Unticking ${shortId(snapshot)} saves ${formatBytes(saves)}`;
		const isShared = needs.bytes + ownBytes > saves * 2;
		return firstFitting([...(isShared ? sends.map(words => `${unticking} (the rest is shared). ${words}`) : []), ...sends.map(words => `${unticking}. ${words}`), ...sends], width);
	}

	const all = `${start} sends ${countOf(count, 'snapshot')}, ${bytes}`;
	return firstFitting([`${all}${back}; nothing is written before.`, `${all}${both}; nothing is written before.`, ...sends], width);
}
