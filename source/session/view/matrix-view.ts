// The matrix in words: one row a snapshot, one column a repository, and what would make all of them equal.

import type {MatrixRow, Membership} from '../../engine/several/matrix.js';
import type {MeshPlan} from '../../engine/several/mesh-plan.js';
import {displayText} from '../../format/paths.js';
import {countOf, formatBytes, formatCount} from '../figures.js';
import type {Glyphs} from '../glyphs.js';
import {keyOf} from '../key-of.js';
import {failureLines, firstFitting, fit, foldedLines, line, widthOf, type Line, type Style} from '../line.js';
import {memo} from '../memo.js';
import {columnLetters, memberWord} from '../matrix-text.js';
import {shownRows} from '../matrix/matrix-state.js';
import {longTime, shortId, shortTime} from '../plan-text.js';
import type {State} from '../state.js';
import {layoutColumns, tableView, type Column, type Row, type TableView} from './table.js';

const cellStyles: Readonly<Record<Membership, Style>> = {held: 'plain', lacking: 'attention', conflict: 'damage', damaged: 'damage', unknown: 'faint'};

/** Names stand over the columns while this much of each can be shown; letters do when not. More than the most is room that tells nothing. */
const nameWidth = 8;
const mostNameWidth = 20;
const letterWidth = 1;
/** What id, time and the gaps around them take. */
const fixedWidth = 28;
const originWidth = 12;
const mostOriginWidth = 40;
/** From here on the row under the cursor stands in full beside the table. */
const currentFromColumns = 140;

/** Columns of the pane that shows the row under the cursor; 0 where there is no room for it. */
export const matrixCurrentWidth = (columns: number): number => columns < currentFromColumns ? 0 : currentWidth;
const currentWidth = 42;

/** Of the longest origin. Measured once for a matrix: columns stand still while one scrolls. */
const longestOrigin = memo((rows: readonly MatrixRow[]): number => rows.reduce((most, {shown}) => Math.max(most, widthOf(shown?.origin ?? '')), originWidth));

const hasNames = (count: number, width: number): boolean => width - fixedWidth - originWidth >= count * (nameWidth + 2);

/** Held, stored otherwise than elsewhere, and not to be compared without the passphrases. */
const sealedSign = '=';

export function matrixTable(state: State, width: number, height: number, {cell: glyphOf}: Glyphs): TableView {
	const {matrix} = state;
	const isNamed = hasNames(matrix.names.length, width);
	const origin = Math.min(mostOriginWidth, longestOrigin(matrix.matrix?.rows ?? []));
	const each = Math.floor((width - fixedWidth - origin) / matrix.names.length) - 2;
	const named = Math.max(nameWidth, Math.min(mostNameWidth, each, Math.max(...matrix.names.map(widthOf))));
	const columns: Column[] = [
		{title: ' id', width: 7}, {title: 'taken', width: 11}, {title: 'origin', width: originWidth},
		...matrix.names.map((name, index): Column => isNamed ? {title: name, width: named} : {title: columnLetters[index] ?? '', width: letterWidth}),
	];
	const toRow = ({snapshot, shown, cells, comparable}: MatrixRow): Row => ({
		cells: [
			` ${shortId(snapshot)}`, shown === undefined ? '' : shortTime(shown.created), shown?.origin ?? 'sealed',
			...cells.map((cell): Line => cell === 'held' && !comparable ? [{text: sealedSign, style: 'attention'}] : [{text: `${glyphOf[cell]}${isNamed && cell !== 'held' && cell !== 'lacking' ? ` ${shortWords[cell]}` : ''}`, style: cellStyles[cell]}]),
		],
	});
	return tableView(shownRows(matrix), layoutColumns(columns, 2, width, origin), toRow, {cursor: Math.min(matrix.cursor, shownRows(matrix).length - 1), height});
}

const shortWords: Readonly<Record<Exclude<Membership, 'held' | 'lacking'>, string>> = {conflict: 'other', damaged: 'damage', unknown: ''};

/** Who is compared, each with its letter where letters stand over the columns. */
export const comparedNames = ({names}: State['matrix'], width: number): string =>
	names.map((name, index) => hasNames(names.length, width) ? name : `${columnLetters[index] ?? ''} ${name}`).join('  ');

/** What each sign means, in `width` columns. */
export function matrixLegend({cell}: Glyphs, width: number): Line {
	const signs = Object.entries(cell) as Array<[Membership, string]>;
	const legend = (words: (membership: Membership) => string, gap: string): string => ` ${signs.map(([membership, sign]) => `${sign} ${words(membership)}`).join(gap)}${gap}${sealedSign} sealed`;
	return line(firstFitting([legend(memberWord, '   '), legend(membership => memberWord(membership).split(' ')[membership === 'unknown' ? 1 : 0]!, '  ')], width), 'faint');
}

const isEqual = ({transfers, skipped, damaged}: MeshPlan): boolean => transfers.length + skipped.length + damaged.length === 0;

/** What would be sent where, and what could not be: the total last, which is always in sight. */
export function transferLines({matrix: {matrix, names}}: State, height: number, {ellipsis}: Glyphs): Line[] {
	if (matrix === undefined) {
		return [];
	}

	const {columns, mesh} = matrix;
	const facts: Line[] = [
		...columns.flatMap(({error}, index): Line[] => error === undefined ? [] : [line(`? ${names[index]}: ${displayText(error.message)}`, 'damage')]),
		...mesh.transfers.map(({source, target, total}): Line => [
			{text: fit(`${names[source]} -> ${names[target]}`, 28, 'left', ellipsis)}, {text: fit(countOf(total.snapshots, 'snapshot'), 16, 'right')},
			{text: fit(countOf(total.chunks, 'chunk'), 18, 'right'), style: 'faint'}, {text: fit(formatBytes(total.bytes), 12, 'right')},
		]),
		...mesh.skipped.map(({snapshot, reason}) => line(`! ${shortId(snapshot)} is not sent: ${displayText(reason)}`, 'attention')),
		...mesh.damaged.map(({snapshot, holder, soundIn: [sound]}) => line(`x ${shortId(snapshot)} is damaged in ${names[holder]}${sound === undefined ? '' : `; sound in ${names[sound]}, heal mends it from there`}`, 'damage')),
	];
	const room = Math.max(0, height - 1);
	const shown = facts.length <= room ? facts : [...facts.slice(0, Math.max(0, room - 1)), line(`and ${formatCount(facts.length - room + 1)} more`, 'faint')];
	const total = mesh.transfers.length === 0
		? isEqual(mesh) ? line('All that were reached hold the same.', 'sound') : line('Nothing can be sent.', 'attention')
		: line(`to make all equal: ${countOf(mesh.transfers.length, 'transfer')}, ${mesh.exact ? '' : 'about '}${formatBytes(mesh.bytes)}`, 'strong');
	return [...shown, total];
}

function currentRow(matrix: State['matrix']): MatrixRow | undefined {
	const rows = shownRows(matrix);
	return rows[Math.min(matrix.cursor, rows.length - 1)];
}

const notComparable = 'Whether they hold the same cannot be told without the passphrases.';
/** Of a sign before a name, and of what is said after it, with the gaps between. */
const wordsWidth = 18;

/** The row under the cursor: who has it and who does not, by name. */
export function matrixCurrent({matrix}: State): string[] {
	const row = currentRow(matrix);
	if (row === undefined) {
		return [];
	}

	const {snapshot, shown, cells, comparable} = row;
	return [
		`${snapshot}${shown === undefined ? '' : `  ${shown.created.slice(0, 19).replace('T', ' ')}Z  ${shown.origin}`}`,
		...cells.map((cell, index) => `${matrix.names[index]}: ${memberWord(cell)}`),
		...(comparable ? [] : [notComparable]),
	];
}

/** The same beside the table, with the signs of the table. */
export function matrixCurrentLines({matrix}: State, width: number, {cell: glyphOf, ellipsis}: Glyphs): Line[] {
	const {snapshot, shown, cells, comparable} = currentRow(matrix)!;
	const names = Math.min(Math.max(...matrix.names.map(widthOf)), width - wordsWidth);
	return [
		line(snapshot, 'strong'), ...(shown === undefined ? [] : [line(`${longTime(shown.created)}Z`), ...foldedLines(shown.origin, width)]), line(''),
		...cells.map((cell, index): Line => [
			{text: cell === 'held' && !comparable ? sealedSign : glyphOf[cell], style: cell === 'held' && !comparable ? 'attention' : cellStyles[cell]},
			{text: ` ${fit(matrix.names[index]!, names, 'left', ellipsis)}  `}, {text: memberWord(cell), style: cell === 'held' ? 'faint' : 'plain'},
		]),
		...(comparable ? [] : [line(''), ...foldedLines(notComparable, width)]),
	];
}

/** What stands in place of the table while there is none. */
export function emptyMatrixLines(state: State, width: number): Line[] {
	const {status, problem, names, isDifferent} = state.matrix;
	switch (status) {
		case 'computing': {
			return foldedLines(`Comparing ${countOf(names.length, 'repository', 'repositories')}, every two of them; nothing is written.`, width, 'faint');
		}

		case 'failed': {
			return failureLines({message: displayText(problem?.message ?? ''), hint: displayText(problem?.hint ?? '')}, width);
		}

		default: {
			return [isDifferent ? line(`All hold the same snapshots. ${keyOf(state, 'matrix.differences')} shows them.`, 'sound') : line('None of them holds a snapshot.', 'faint')];
		}
	}
}

export function matrixSentence(state: State, whyNot: string | undefined): string {
	const {matrix} = state.matrix;
	return matrix !== undefined && whyNot === undefined
		? `${keyOf(state, 'matrix.equal')} shows what makes all equal: ${countOf(matrix.mesh.transfers.length, 'transfer')}, ${formatBytes(matrix.mesh.bytes)}; y is asked before any.`
		: `${keyOf(state, 'back')} goes back.${whyNot === undefined ? '' : ` Not to be made equal: ${whyNot}.`}`;
}
