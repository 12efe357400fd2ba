// The heal plan in words: one line a record, what is known of the one under the cursor, and what writing would do.

import {healableRows, healBytes, type HealRow} from '../../engine/heal/heal-plan.js';
import {countOf, formatBytes, formatCount} from '../figures.js';
import type {Glyphs} from '../glyphs.js';
import {briefRemedy, damageReason, damageWord, healNoun, healOutcome, healProof, healTotal, neededWords, remedyWords} from '../heal/heal-text.js';
import {keyOf} from '../key-of.js';
import {failureLines, firstFitting, fit, foldText, line, widthOf, windowStart, wrapText, type Line, type Style} from '../line.js';
import {repositoryOf, type State} from '../state.js';

/** From here on a line has room for the paths that need the record, and from there for what is wrong with it in full. */
const pathsFromColumns = 90;
const reasonFromColumns = 120;
const snapshotsWidth = 14;
const neededWidth = 24;
const remedyShare = 0.36;

const letterOf = ({damage}: HealRow, {map}: Glyphs): string => ({corrupt: map.corrupt, missing: map.missing, unreadable: map.unreadable, unlinked: map.orphan, other: map.corrupt})[damage];

/** The name of the repository that would heal. */
export const healerName = (state: State): string => repositoryOf(state, state.heal.source)?.name ?? '';

/** "3 of 4 can be healed". */
export function healTitle({heal: {plan}}: State): string {
	return plan === undefined ? 'Damaged records' : `Damaged records   ${formatCount(healableRows(plan).length)} of ${formatCount(plan.rows.length)} can be healed`;
}

const currentRow = ({heal: {plan, cursor}}: State): HealRow | undefined => plan?.rows[cursor];

/** One line for each record around the cursor. */
export function healLinesOf(state: State, {width, height}: {readonly width: number; readonly height: number}, glyphs: Glyphs): Line[] {
	const {heal: {plan, cursor, status, problem}} = state;
	if (plan === undefined) {
		return status === 'failed'
			? failureLines(problem, width)
			: [line('Reading each damaged record again, and its copy there.', 'faint')];
	}

	if (plan.rows.length === 0) {
		return [line('Nothing to heal: what the check found is sound by now.', 'sound')];
	}

	const remedyWidth = Math.floor((width - 4) * remedyShare);
	const needed = width < pathsFromColumns ? snapshotsWidth : neededWidth;
	const cell = (words: string, columns: number): string => `${fit(words, columns - 2, 'left', glyphs.ellipsis)}  `;
	const start = windowStart(plan.rows.length, cursor, height);
	return plan.rows.slice(start, start + height).map((row, index) => {
		const isCurrent = start + index === cursor;
		const can = row.cannot === undefined;
		const style = (other: Style): Style => isCurrent ? 'cursor' : other;
		const subject = `${healNoun(row)} ${row.id.slice(0, 8)}  ${width < reasonFromColumns ? damageWord(row) : damageReason(row)}`;
		return [
			{text: isCurrent ? '>' : ' ', style: 'strong'},
			{text: `${letterOf(row, glyphs)} `, style: can ? 'attention' : 'damage'},
			{text: cell(subject, width - 3 - remedyWidth - needed), style: style('plain')},
			{text: cell(firstFitting([neededWords(row), neededWords({...row, paths: 0})], needed - 2), needed), style: style('faint')},
			{text: fit(firstFitting([remedyWords(row, healerName(state)).replace(/^cannot be healed: /, 'cannot: '), briefRemedy(row, healerName(state))], remedyWidth), remedyWidth, 'left', glyphs.ellipsis), style: style(can ? 'sound' : 'damage')},
		];
	});
}

/** The record under the cursor in full. */
export function healDetail(state: State, width: number): Line[] {
	const row = currentRow(state);
	if (row === undefined) {
		return [];
	}

	const needed = neededWords(row);
	return [
		...foldText(`${healNoun(row)} ${row.id}`, width).map(text => line(text, 'strong')),
		...wrapText(`${damageReason(row)}${needed === '' ? '' : `; needed by ${needed}`}`, width).map(text => line(text)),
		...wrapText(remedyWords(row, healerName(state)), width).map(text => line(text, row.cannot === undefined ? 'sound' : 'damage')),
	];
}

/** What the plan comes to. */
export function healTotalLines(state: State, width: number): Line[] {
	const {plan, rewritesUnreadable} = state.heal;
	if (plan === undefined || plan.rows.length === 0) {
		return [];
	}

	const outcome = healOutcome(plan);
	return [
		line(healTotal(plan), 'strong'),
		...wrapText(healProof(plan), width).map(text => line(text)),
		...(outcome === '' ? [] : wrapText(`${outcome[0]!.toUpperCase()}${outcome.slice(1)}.`, width).map(text => line(text, plan.broken.length === 0 ? 'sound' : 'attention'))),
		...(rewritesUnreadable ? wrapText(`Records that the medium fails to read are rewritten too (${keyOf(state, 'heal.unreadable')}).`, width).map(text => line(text, 'attention')) : []),
	];
}

/** What starting it would do. */
export function healSentence(state: State, whyNot: string | undefined): string {
	const {heal: {plan, target}} = state;
	if (whyNot !== undefined || plan === undefined) {
		return whyNot === undefined ? `${keyOf(state, 'back')} goes back.` : `Not now: ${whyNot}. Nothing was written.`;
	}

	const name = repositoryOf(state, target)?.name ?? '';
	const sentence = `${keyOf(state, 'heal.start')} rewrites ${countOf(healableRows(plan).length, 'record')}, ${formatBytes(healBytes(plan))}, in ${name}. `;
	const rest = 'Each is verified again, written, and read again. Nothing else is touched.';
	return widthOf(sentence) + rest.length < state.columns - 2 ? sentence + rest : `${sentence}Nothing else is touched.`;
}
