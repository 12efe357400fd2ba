// The plan screen in words: what each snapshot costs, the total, the checks.

import {isInRuns, pricePlan, sendableRows, tickCounter, type Plan, type PlanCheck, type PlanPrices} from '../../engine/plan.js';
import {countOf, formatBytes, formatCount} from '../figures.js';
import {line, type Line, type Style} from '../line.js';
import {shortId, shortTime} from '../plan-text.js';
import type {State} from '../state.js';
import {layoutColumns, tableView, type Column, type TableView} from './table.js';

let remembered: {readonly plan: Plan; readonly ticked: ReadonlySet<number>; readonly prices: PlanPrices} | undefined;

/** Prices for the ticks of the moment, computed once for each change. */
export function currentPrices({plan: {plan, ticked}}: State): PlanPrices | undefined {
	if (plan === undefined) {
		return undefined;
	}

	if (remembered?.plan !== plan || remembered.ticked !== ticked) {
		remembered = {plan, ticked, prices: pricePlan(plan, ticked)};
	}

	return remembered.prices;
}

export function planTable(state: State, width: number, height: number): TableView | undefined {
	const {plan: {plan, ticked, cursor}} = state;
	const prices = currentPrices(state);
	if (plan === undefined || prices === undefined) {
		return undefined;
	}

	const wide = width >= 96;
	const columns: readonly Column[] = layoutColumns([
		{title: '', width: 3}, {title: 'id', width: 6}, {title: 'taken', width: 11}, {title: 'origin', width: 10},
		...(wide ? [{title: 'files', width: 9, align: 'right' as const}, {title: 'new chunks', width: 10, align: 'right' as const}] : []),
		{title: 'sends', width: 10, align: 'right'}, {title: 'untick saves', width: 12, align: 'right'},
	], 3, width);
	return tableView(plan.rows, columns, ({snapshot, shown, state: rowState, reason}, index) => {
		const isTicked = ticked.has(index);
		const [sends, saves] = [prices.sends[index]!, prices.untickSaves[index]!];
		const blank = rowState !== 'send' || !isTicked;
		return {
			cells: [
				rowState === 'send' ? (isTicked ? '[x]' : '[ ]') : '[-]',
				shortId(snapshot),
				shown === undefined ? '' : shortTime(shown.created),
				rowState === 'send' ? shown?.origin ?? 'sealed' : `${rowState}: ${reason ?? ''}`,
				...(wide ? [shown === undefined ? '' : formatCount(shown.files), blank ? '' : formatCount(sends.chunks)] : []),
				blank ? '' : formatBytes(sends.bytes),
				blank ? '' : formatBytes(saves.bytes),
			],
			style: rowState === 'send' ? (isTicked ? 'plain' : 'faint') : 'attention',
		};
	}, {cursor, height});
}

/** The Total box. */
export function totalLines(state: State): Line[] {
	const {plan: {plan}} = state;
	const prices = currentPrices(state);
	if (plan === undefined || prices === undefined) {
		return [];
	}

	const {total, alreadyThere} = prices;
	const needed = alreadyThere.chunks + total.chunks;
	const share = needed === 0 ? 0 : Math.floor((alreadyThere.chunks / needed) * 100);
	const {freeBytes} = plan;
	const enough = freeBytes === undefined || freeBytes >= total.bytes;
	const field = (name: string, value: string, style: Style = 'plain'): Line => [{text: name.padEnd(9), style: 'faint'}, {text: value, style}];
	return [
		field('ticked', countOf(total.snapshots, 'snapshot')),
		field('chunks', `${formatCount(needed)} needed`),
		field('', `${formatCount(alreadyThere.chunks)} already there (${share}%)`),
		field('', `${formatCount(total.chunks)} to send`),
		field('objects', `${formatCount(total.objects)} to send`),
		field('to send', `${formatBytes(total.bytes)}${plan.exact ? '' : ' (estimate)'}, spared ${formatBytes(alreadyThere.bytes)}`, 'strong'),
		field('space', freeBytes === undefined ? 'free space is unknown here' : `${formatBytes(freeBytes)} free, ${enough ? 'enough' : 'NOT ENOUGH'}`, enough ? 'plain' : 'damage'),
	];
}

const levelStyles: Readonly<Record<PlanCheck['level'], Style>> = {ok: 'sound', note: 'faint', warn: 'attention', block: 'damage'};
const levelWords: Readonly<Record<PlanCheck['level'], string>> = {ok: 'ok   ', note: 'note ', warn: 'WARN ', block: 'BLOCK'};

/** The Checks box: the worst first, so that nothing that matters is cut off. */
export function checkLines({plan: {plan}}: State): Line[] {
	const order = ['block', 'warn', 'ok', 'note'];
	return [...plan?.checks ?? []].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level)).map(check => [
		{text: `${levelWords[check.level]} `, style: levelStyles[check.level]},
		{text: check.topic.padEnd(11)},
		{text: check.text, style: check.level === 'ok' ? 'faint' : 'plain'},
	]);
}

export function checkSummary({plan: {plan}}: State): string {
	const count = (level: PlanCheck['level']): number => (plan?.checks ?? []).filter(check => check.level === level).length;
	return `${count('block')} blocking   ${countOf(count('warn'), 'warning')}   ${countOf(count('note'), 'note')}`;
}

export const orderLines = (): Line[] => [
	line(' Order of writing: chunks, objects, references, snapshots. Stopping early never leaves half a', 'faint'),
	line(' snapshot; a second run sends only the rest. Nothing is ever removed from either side.', 'faint'),
];

/** What unticking the current row would save, or what y does. */
export function planSentence(state: State, whyNot: string | undefined): string {
	const {plan: {plan, status, cursor, ticked, problem}} = state;
	if (status === 'computing') {
		return 'Comparing reference lists; nothing is written.';
	}

	if (plan === undefined) {
		return problem?.hint ?? '';
	}

	if (whyNot !== undefined) {
		return `Cannot start: ${whyNot}.`;
	}

	const prices = currentPrices(state)!;
	const row = plan.rows[cursor];
	if (row !== undefined && ticked.has(cursor) && ticked.size > 1) {
		const {bytes} = prices.untickSaves[cursor]!;
		const shared = row.needs.bytes + row.ownBytes > bytes * 2 ? ' (the rest is shared)' : '';
		return `Unticking ${shortId(row.snapshot)} saves ${formatBytes(bytes)}${shared}. y sends ${ticked.size}, ${formatBytes(prices.total.bytes)}.`;
	}

	return `y sends ${countOf(ticked.size, 'snapshot')}, ${formatBytes(prices.total.bytes)}; nothing is written before.`;
}

/** Why a row costs what it costs. */
export function explainRow(state: State): string[] {
	const {plan: {plan, ticked, cursor}} = state;
	const row = plan?.rows[cursor];
	const prices = currentPrices(state);
	if (plan === undefined || row === undefined || prices === undefined) {
		return [];
	}

	if (row.state !== 'send') {
		return [row.snapshot, '', `It is not sent: ${row.reason ?? row.state}.`];
	}

	const classes = plan.classes.filter(({runs}) => isInRuns(runs, cursor));
	const ticks = tickCounter(plan.rows.length, ticked);
	const alone = classes.filter(({runs}) => ticks.count(runs) <= 1);
	const present = classes.reduce((sum, part) => sum + part.present.bytes, 0);
	const missing = classes.reduce((sum, part) => sum + part.missing.bytes, 0);
	return [
		row.snapshot,
		...(row.shown === undefined ? [] : [`${row.shown.created}  ${row.shown.origin}  ${countOf(row.shown.files, 'file')}, ${formatBytes(row.shown.sizeBytes)} of files`]),
		'',
		`needs           ${countOf(row.needs.chunks, 'chunk')}, ${countOf(row.needs.objects, 'object')}: ${formatBytes(row.needs.bytes)} stored`,
		`already there   ${formatBytes(present)}`,
		`missing there   ${formatBytes(missing)}`,
		`  only for it   ${formatBytes(alone.reduce((sum, part) => sum + part.missing.bytes, 0))} (what unticking saves, beside its own lists)`,
		`own lists       ${formatBytes(row.ownBytes)}`,
		`sends           ${formatBytes(prices.sends[cursor]!.bytes)}: what no ticked snapshot above it sends already`,
	];
}

export const allSendable = (plan: Plan): ReadonlySet<number> => new Set(sendableRows(plan));
