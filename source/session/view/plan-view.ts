// The plan screen in words: what each snapshot costs, the totals, how long it may take, the checks.

import {checksFor, type PlanCheck, type PlanPrices} from '../../engine/plan.js';
import {countOf, formatBytes, formatBytesOf, formatCount, formatEstimate, formatRange} from '../figures.js';
import {line, type Line, type Style} from '../line.js';
import {shortId, shortTime} from '../plan-text.js';
import type {Leg, PlanEntry} from '../plan/plan-state.js';
import {pricesOf} from '../plan/prices.js';
import {sourceOf, targetOf, type State} from '../state.js';
import {layoutColumns, tableView, type Column, type Row, type TableView} from './table.js';

/** From here on the boxes stand beside each other and the list has all its columns. */
export const widePlanColumns = 96;
/** Up to here a row says only when and whence it is, and its price. */
const shortPlanColumns = 76;

/** Rates differ from run to run by about this much. */
const slowest = 0.75;
const fastest = 1.3;

/** How much of a row there is room for. */
type Extent = 'all' | 'some' | 'least';

const extentOf = (width: number): Extent => width >= widePlanColumns - 2 ? 'all' : width >= shortPlanColumns - 2 ? 'some' : 'least';

const shortColumns = (width: number, isTwoWay: boolean): Column[] => layoutColumns([
	{title: '', width: 3}, ...(isTwoWay ? [{title: '', width: 2}] : []), {title: 'id', width: 6}, {title: 'taken', width: isTwoWay ? 5 : 11}, {title: 'origin', width: 6},
	{title: 'sends', width: 10, align: 'right'}, {title: 'saves', width: 10, align: 'right'},
], isTwoWay ? 4 : 3, width);

const columnsFor = (width: number, isTwoWay: boolean): Column[] => {
	if (extentOf(width) === 'least') {
		return shortColumns(width, isTwoWay);
	}

	const wide = width >= widePlanColumns - 2;
	const columns: Column[] = [
		{title: '', width: 3}, ...(isTwoWay ? [{title: '', width: 2}] : []), {title: 'snapshot', width: 8}, {title: 'taken', width: 11}, {title: 'origin', width: 8},
		...(wide ? [{title: 'files', width: 9, align: 'right' as const}] : []),
		{title: 'chunks', width: 7, align: 'right'},
		...(wide ? [{title: 'objects', width: 7, align: 'right' as const}] : []),
		{title: 'sends', width: 10, align: 'right'}, {title: 'untick saves', width: 12, align: 'right'},
	];
	return layoutColumns(columns, isTwoWay ? 4 : 3, width);
};

/** "1.6 GiB", blank where a row is not ticked. */
const priceCells = (prices: PlanPrices, row: number, isTicked: boolean, extent: Extent): string[] => {
	if (!isTicked) {
		return [];
	}

	const [sends, saves] = [prices.sends[row]!, prices.untickSaves[row]!];
	return [...(extent === 'least' ? [] : [formatCount(sends.chunks)]), ...(extent === 'all' ? [formatCount(sends.objects)] : []), formatBytes(sends.bytes), formatBytes(saves.bytes)];
};

const notSent = {conflict: 'conflict: same id, other content  (i explains)', damaged: 'damaged: it cannot be sent  (i explains)', 'damaged-there': 'damaged in the target, sound here  (i explains)'} as const;

function rowOf(state: State, entry: PlanEntry, extent: Extent): Row {
	const {legs} = state.plan;
	const isTwoWay = legs.length > 1;
	if (entry.kind === 'only-in-target') {
		const created = targetOf(state)?.summary?.snapshots.find(({snapshot}) => snapshot === entry.snapshot)?.header?.created;
		return {cells: ['', shortId(entry.snapshot), created === undefined ? '' : shortTime(created)], note: {from: 3, text: 'only in the target  (t plans both ways)'}, style: 'faint'};
	}

	const leg = legs[entry.leg]!;
	const {snapshot, shown, state: rowState} = leg.plan.rows[entry.row]!;
	const isTicked = leg.ticked.has(entry.row);
	const start = [
		rowState === 'send' ? (isTicked ? '[x]' : '[ ]') : '[-]', ...(isTwoWay ? [entry.leg === 0 ? '->' : '<-'] : []), shortId(snapshot), shown === undefined ? '' : extent === 'least' && isTwoWay ? shown.created.slice(5, 10) : shortTime(shown.created),
	];
	return rowState === 'send'
		? {
			cells: [...start, shown?.origin ?? 'sealed', ...(extent === 'all' ? [shown === undefined ? '' : formatCount(shown.files)] : []), ...priceCells(pricesOf(leg), entry.row, isTicked, extent)],
			style: isTicked ? 'plain' : 'faint',
		}
		: {cells: start, note: {from: start.length, text: notSent[rowState]}, style: 'attention'};
}

export function planTable(state: State, width: number, height: number): TableView {
	const {legs, entries, cursor} = state.plan;
	const extent = extentOf(width);
	return tableView(entries, columnsFor(width, legs.length > 1), entry => rowOf(state, entry, extent), {cursor, height});
}

/** "Snapshots to send   3 of 4 ticked": of all legs. */
export function planTitle({plan: {legs}}: State): string {
	if (legs.length === 0) {
		return 'Snapshots to send';
	}

	const ticked = legs.reduce((sum, leg) => sum + leg.ticked.size, 0);
	const rows = legs.reduce((sum, {plan}) => sum + plan.rows.filter(({state}) => state === 'send').length, 0);
	return `Snapshots to send   ${formatCount(ticked)} of ${formatCount(rows)} ticked`;
}

/** Whether it is the limit, not the pair, that says how fast a run of `leg` can be. */
const isLimited = ({rateBytesPerSecond: rate}: Leg, limit: number): boolean => limit > 0 && (rate === undefined || limit < rate);

/** "about 11 min (9 to 15) at 10.4 MiB/s*": the star is explained by `timeBasis`. "about 40 min or more, as limited" where the limit is what holds it back. */
export function timeWords(leg: Leg, limit: number): string {
	const {rateBytesPerSecond: rate} = leg;
	const {bytes} = pricesOf(leg).total;
	if (isLimited(leg, limit)) {
		return `${formatEstimate((bytes / limit) * 1000)} or more, as limited`;
	}

	if (rate === undefined) {
		return 'unknown before the first run';
	}

	return `${formatRange((bytes / rate / fastest) * 1000, (bytes / rate / slowest) * 1000)} at ${formatBytes(rate)}/s*`;
}

const timeBasis = '* mean of the last run';

const hasBasis = (leg: Leg, limit: number): boolean => leg.rateBytesPerSecond !== undefined && !isLimited(leg, limit);

const limitWords = (limit: number): string => `${formatBytes(limit)}/s`;

/** "limit 2.5 MiB/s", blank without one. */
export const limitNote = ({plan: {limitBytesPerSecond: limit}}: State): string => limit === 0 ? '' : `limit ${limitWords(limit)}`;

const spaceWords = ({plan: {freeBytes}}: Leg, neededBytes: number): Line => {
	const isEnough = freeBytes === undefined || freeBytes >= neededBytes;
	return freeBytes === undefined
		? [{text: `need ${formatBytes(neededBytes)}, free space is unknown here`}]
		: [{text: `need ${formatBytesOf(neededBytes, freeBytes)} free   `}, {text: isEnough ? 'ok' : 'NOT ENOUGH', style: isEnough ? 'sound' : 'damage'}];
};

const field = (name: string, ...value: readonly Line[]): Line => [{text: name.padEnd(9), style: 'faint'}, ...value.flat()];

/** The Total box where there is room: seven lines for one way, three for each of two. */
export function totalLines(state: State): Line[] {
	const {legs, limitBytesPerSecond: limit} = state.plan;
	if (legs.length > 1) {
		return [...legs.flatMap((leg, index): Line[] => {
			const {total} = pricesOf(leg);
			const name = (index === 0 ? targetOf(state) : sourceOf(state))?.name ?? '';
			return [
				[{text: `${index === 0 ? '-> ' : '<- '}${name}   `, style: 'accent'}, {text: `${countOf(total.snapshots, 'snapshot')}, ${formatBytes(total.bytes)}`, style: 'strong'}],
				line(`   ${countOf(total.chunks, 'chunk')}, ${countOf(total.objects, 'object')}`),
				[{text: '   '}, ...spaceWords(leg, total.bytes)],
			];
		}), ...(limit === 0 ? [] : [field('limit', line(`${limitWords(limit)}, each way`))])];
	}

	return legs.flatMap((leg): Line[] => {
		const {total, alreadyThere} = pricesOf(leg);
		const needed = alreadyThere.chunks + total.chunks;
		const share = needed === 0 ? 0 : Math.floor((alreadyThere.chunks / needed) * 100);
		const files = [...leg.ticked].reduce((sum, row) => sum + (leg.plan.rows[row]?.shown?.sizeBytes ?? 0), 0);
		return [
			field('ticked', line(`${countOf(total.snapshots, 'snapshot')}${files === 0 ? '' : `, ${formatBytes(files)} of files`}`)),
			field('there', line(`${countOf(alreadyThere.chunks, 'chunk')} (${share}%), ${formatBytes(alreadyThere.bytes)} spared`)),
			field('to send', line(formatBytes(total.bytes), 'strong'), line(`: ${countOf(total.chunks, 'chunk')}, ${countOf(total.objects, 'object')}${leg.plan.exact ? '' : ' (estimate)'}`)),
			field('time', line(timeWords(leg, limit))),
			field('space', spaceWords(leg, total.bytes)),
			limit === 0 ? line('') : field('limit', line(limitWords(limit))),
			...(!hasBasis(leg, limit) ? [] : [field('', line(timeBasis, 'faint'))]),
		];
	});
}

/** The Total box of a narrow screen: three lines for one way, one for each of two. */
export function shortTotalLines(state: State): Line[] {
	const {legs, limitBytesPerSecond: limit} = state.plan;
	const lines = legs.flatMap((leg, index): Line[] => {
		const {total, alreadyThere} = pricesOf(leg);
		const needed = alreadyThere.chunks + total.chunks;
		if (legs.length > 1) {
			return [[
				{text: index === 0 ? '-> ' : '<- ', style: 'accent'}, {text: formatBytes(total.bytes), style: 'strong'}, {text: `: ${countOf(total.snapshots, 'snapshot')}, ${countOf(total.chunks, 'chunk')}   `}, ...spaceWords(leg, total.bytes),
			]];
		}

		return [
			[{text: 'send  '}, {text: formatBytes(total.bytes), style: 'strong'}, {text: `: ${formatCount(total.chunks)} of ${countOf(needed, 'chunk')}, ${countOf(total.objects, 'object')}${leg.plan.exact ? '' : ' (estimate)'}   spared ${formatBytes(alreadyThere.bytes)}`}],
			[{text: `time  ${timeWords(leg, limit)}`}, limit > 0 ? {text: `   limit ${limitWords(limit)}`} : {text: hasBasis(leg, limit) ? `   ${timeBasis}` : '', style: 'faint'}],
			[{text: 'space '}, ...spaceWords(leg, total.bytes)],
		];
	});
	return legs.length > 1 && limit > 0 ? [...lines, line(`limit ${limitWords(limit)}, each way`)] : lines;
}

const levelStyles: Readonly<Record<PlanCheck['level'], Style>> = {ok: 'sound', note: 'faint', warn: 'attention', block: 'damage'};
const levelWords: Readonly<Record<PlanCheck['level'], string>> = {ok: 'ok   ', note: 'note ', warn: 'WARN ', block: 'BLOCK'};
const worstFirst: ReadonlyArray<PlanCheck['level']> = ['block', 'warn', 'note', 'ok'];

/** The checks of all legs as they stand for what is ticked, the worst first; the same words twice stand once. */
function currentChecks({plan: {legs}}: State): PlanCheck[] {
	const all = legs.flatMap((leg, index) => checksFor(leg.plan, pricesOf(leg).total.bytes).map(check => legs.length > 1 && check.topic === 'space' ? {...check, text: `${index === 0 ? '->' : '<-'} ${check.text}`} : check));
	const distinct = all.filter((check, index) => all.findIndex(({topic, text}) => topic === check.topic && text === check.text) === index);
	return distinct.sort((a, b) => worstFirst.indexOf(a.level) - worstFirst.indexOf(b.level));
}

/** The Checks box, scrolled to where the operator has it. On a narrow screen what is well shares a line. */
export function checkLines(state: State, height: number, isNarrow = false): Line[] {
	const checks = currentChecks(state);
	const single = checks.filter(({level}) => !isNarrow || level !== 'ok');
	const well = [...new Set(checks.filter(({level}) => isNarrow && level === 'ok').map(({topic}) => topic))].flatMap((topic): Line => [{text: 'ok ', style: 'sound'}, {text: `${topic}  `}]);
	const lines = [...single.map((check): Line => [
		{text: `${levelWords[check.level]} `, style: levelStyles[check.level]},
		{text: check.topic.padEnd(11)},
		{text: check.text, style: check.level === 'ok' ? 'faint' : 'plain'},
	]), ...(well.length === 0 ? [] : [well])];
	return lines.slice(Math.min(state.plan.checksScroll, Math.max(0, lines.length - height)));
}

/** How many places the checks can be scrolled to. */
export const checkCount = (state: State): number => currentChecks(state).length;

/** How grave they are, and how to see those that do not fit `height` lines. */
export function checkSummary(state: State, height: number, isNarrow = false): string {
	const checks = currentChecks(state);
	const lines = isNarrow ? checks.filter(({level}) => level !== 'ok').length + 1 : checks.length;
	const count = (level: PlanCheck['level']): number => checks.filter(check => check.level === level).length;
	return `${count('block')} blocking, ${countOf(count('warn'), 'warning')}, ${countOf(count('note'), 'note')}${lines > height ? '; Tab scrolls' : ''}`;
}

export const orderLines = (): Line[] => [
	line(' Order of writing: chunks, objects, references, snapshots. Stopping early never leaves half a', 'faint'),
	line(' snapshot; a second run sends only the rest. Nothing is ever removed from either side.', 'faint'),
];

/** What unticking the current row would save, or what y does. */
export function planSentence(state: State, whyNot: string | undefined): string {
	const {legs, entries, status, cursor, problem, isAddingBack, focus} = state.plan;
	if (status === 'computing' || isAddingBack) {
		return 'Comparing reference lists; nothing is written.';
	}

	if (legs.length === 0) {
		return problem?.hint ?? '';
	}

	if (entries.every(entry => entry.kind !== 'row')) {
		return 'There is nothing to send. t looks at both ways; Esc goes back.';
	}

	if (whyNot !== undefined) {
		return `Cannot start: ${whyNot}.`;
	}

	const count = legs.reduce((sum, {ticked}) => sum + ticked.size, 0);
	const bytes = legs.reduce((sum, leg) => sum + pricesOf(leg).total.bytes, 0);
	const back = legs.length > 1 ? ', there and back' : '';
	const entry = entries[cursor];
	const leg = entry?.kind === 'row' ? legs[entry.leg] : undefined;
	if (focus === 'rows' && entry?.kind === 'row' && leg?.ticked.has(entry.row) === true && count > 1) {
		const {needs, ownBytes, snapshot} = leg.plan.rows[entry.row]!;
		const saves = pricesOf(leg).untickSaves[entry.row]!.bytes;
		return `Unticking ${shortId(snapshot)} saves ${formatBytes(saves)}${needs.bytes + ownBytes > saves * 2 ? ' (the rest is shared)' : ''}. y sends ${formatCount(count)}, ${formatBytes(bytes)}${back}.`;
	}

	return `y sends ${countOf(count, 'snapshot')}, ${formatBytes(bytes)}${back}; nothing is written before.`;
}
