// Repositories in words: the list pane, its wide form, and what is wrong with one of them.

import type {ErrorCode} from '../../errors/codes.js';
import {displayText} from '../../format/paths.js';
import type {RepositorySummary} from '../../engine/jobs.js';
import {compactBytes, countOf, formatBytes, formatBytesShort, formatCount} from '../figures.js';
import {verifiedShort} from '../check-text.js';
import type {Glyphs} from '../glyphs.js';
import {keyOf} from '../key-of.js';
import {fit, fitParts, line, windowStart, wrapText, type Line, type Style} from '../line.js';
import {shortenMiddle} from '../sentence.js';
import type {Repository, State} from '../state.js';
import {layoutColumns, tableView, type Column, type Row, type TableView} from './table.js';

/** "12:41Z": a time of this session, which stands still, where an age would have to be drawn anew. */
export const clockTime = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(11, 16)}Z`;

const shortProblems: Partial<Readonly<Record<ErrorCode, string>>> = {
	REPOSITORY_NOT_FOUND: 'nothing there',
	REPOSITORY_UNRECOGNISED: 'no repository',
	CONFIG_CORRUPT: 'CONFIG damaged',
	FORMAT_NEWER: 'newer format',
	BACKEND_UNAVAILABLE: 'no reply',
	BACKEND_DENIED: 'no access',
	AUTHENTICATION_FAILED: 'not let in',
};

export const roleLetter = ({source, target}: State, index: number): 'S' | 'T' | ' ' => index === source ? 'S' : index === target ? 'T' : ' ';

/** "office (file), 128 snapshots", or why there are none. */
export const repositoryWords = ({name, summary, status}: Repository): string =>
	summary === undefined ? `${name}: ${status === 'loading' ? 'being read' : 'cannot be read'}` : `${name} (${summary.scheme}), ${countOf(summary.snapshots.length, 'snapshot')}`;

type StoredSize = NonNullable<RepositorySummary['stored']>;
type Note = {readonly text: string; readonly style: Style};

/** What asks for attention, the worst first. */
export function notesOf(state: State, {status, problem, failedSinceMs = 0, summary, isPassphraseWrong}: Repository): Note[] {
	const notes: Note[] = [];
	if (status === 'failed') {
		notes.push({text: `! ${problem === undefined ? 'cannot be read' : shortProblems[problem.code] ?? 'cannot be read'}`, style: 'damage'}, {text: `since ${clockTime(failedSinceMs)}`, style: 'faint'});
	} else if (status === 'loading' && summary === undefined) {
		notes.push({text: 'being read', style: 'faint'});
	}

	if (summary?.encrypted === true && !summary.opened) {
		notes.push(isPassphraseWrong === true ? {text: 'wrong passphrase', style: 'attention'} : {text: `sealed (${keyOf(state, 'passphrase')} opens)`, style: 'faint'});
	}

	if (summary?.unfinishedClone === true) {
		notes.push({text: '! unfinished clone', style: 'attention'});
	}

	if (summary !== undefined && summary.unfinishedTransactions > 0) {
		notes.push({text: `! ${formatCount(summary.unfinishedTransactions)} unfinished`, style: 'attention'});
	}

	notes.push(...(summary?.locks ?? []).map(({host, purpose}): Note => ({text: `locked ${displayText(host)} ${displayText(purpose)}`, style: 'attention'})));
	return notes;
}

/** What a check of this session found, else how much was proven lately. */
function checkedWords({checked, summary}: Repository): Note {
	if (checked?.includes('finding') === true) {
		return {text: checked, style: 'damage'};
	}

	const {text, isWhole} = verifiedShort(summary?.verified);
	return {text, style: isWhole ? 'sound' : 'faint'};
}

/** Room for the free space of its medium beside the number of snapshots. */
const freeFrom = 20;

/** "412.6 G", "~412.6 G". */
const shortSize = ({bytes, exact}: StoredSize): string => `${exact ? '' : '~'}${formatBytesShort(bytes)}`;

/** "412.6 GiB stored", "about 412.6 GiB stored". */
export const storedWords = ({bytes, exact}: StoredSize): string => `${exact ? '' : 'about '}${formatBytes(bytes)} stored`;

/** "128 snap  412.6 G", "128 snap ~412.6 G": what it takes where that is known, else what is free beside it. */
function heldWords({snapshots, freeBytes, stored}: RepositorySummary, width: number): string {
	const held = `${formatCount(snapshots.length)} snap`;
	if (stored !== undefined) {
		return `${held} ${shortSize(stored).padStart(formatBytesShort(stored.bytes).length + 1)}`;
	}

	return freeBytes === undefined || width < freeFrom ? held : `${held}  ${compactBytes(freeBytes)} free`;
}

function entryOf(state: State, index: number, width: number, {ellipsis}: Glyphs): Line[] {
	const repository = state.repositories[index]!;
	const {compare: {focus, listCursor}} = state;
	const role = roleLetter(state, index);
	const kind = repository.summary?.scheme ?? '';
	const isCurrent = focus === 'list' && listCursor === index;
	const head = `${role}${isCurrent ? '>' : ' '}${fit(repository.name, Math.max(1, width - 3 - kind.length), 'left', ellipsis)} ${kind}`;
	const checked = checkedWords(repository);
	return [
		line(head, isCurrent ? 'cursor' : role === ' ' ? 'plain' : 'strong'),
		...(repository.summary === undefined ? [] : [line(`  ${heldWords(repository.summary, width)}`, 'faint'), line(`  ${checked.text}`, checked.style)]),
		...notesOf(state, repository).map(({text, style}) => line(`  ${text}`, style)),
	];
}

/** The list pane: some lines for each repository, one alone where they would not fit; the one under the cursor is in sight. */
export function repositoryLines(state: State, width: number, height: number, glyphs: Glyphs): Line[] {
	const full = state.repositories.map((_, index) => entryOf(state, index, width, glyphs));
	const entries = full.reduce((sum, {length}) => sum + length, 0) <= height ? full : full.map((lines, index) => index === state.compare.listCursor ? lines : lines.slice(0, 1));
	const cursorLine = entries.slice(0, state.compare.listCursor).reduce((sum, {length}) => sum + length, 0);
	const lines = entries.flat();
	return lines.slice(windowStart(lines.length, cursorLine, height));
}

type Part = {readonly column: Column; text(state: State, repository: Repository, role: string): string};

const parts: readonly Part[] = [
	{column: {title: '', width: 1}, text: (_state, _repository, role) => role},
	{column: {title: 'name', width: 12}, text: (_, {name}) => name},
	{column: {title: 'kind', width: 6}, text: (_, {summary}) => summary?.scheme ?? ''},
	{column: {title: 'snap', width: 6, align: 'right'}, text: (_, {summary}) => summary === undefined ? '' : formatCount(summary.snapshots.length)},
	{column: {title: 'state', width: 18}, text: (state, repository) => notesOf(state, repository)[0]?.text ?? ''},
];
/** Each with the width from which names keep enough room beside it. */
const widerParts: ReadonlyArray<Part & {readonly from: number}> = [
	{from: 104, column: {title: 'stored', width: 8, align: 'right'}, text: (_, {summary}) => summary?.stored === undefined ? '' : shortSize(summary.stored)},
	{from: 90, column: {title: 'free', width: 7, align: 'right'}, text: (_, {summary}) => summary?.freeBytes === undefined ? '' : formatBytesShort(summary.freeBytes)},
	{from: 78, column: {title: 'verified', width: 17}, text: (_, repository) => repository.summary === undefined ? '' : checkedWords(repository).text},
];

/** The list as a table, for a pane that has the whole width. */
export function repositoryTable(state: State, width: number, height: number): TableView {
	const shown = [...parts.slice(0, -1), ...widerParts.filter(({from}) => width >= from), ...parts.slice(-1)];
	const toRow = (repository: Repository, index: number): Row => {
		const [note] = notesOf(state, repository);
		const role = roleLetter(state, index);
		return {
			cells: shown.map(({text}) => text(state, repository, role)),
			style: note?.style === 'damage' || note?.style === 'attention' ? note.style : role === ' ' ? 'plain' : 'strong',
		};
	};

	return tableView(state.repositories, layoutColumns(shown.map(({column}) => column), 1, width), toRow, {cursor: state.compare.listCursor, height});
}

/** Why a repository cannot be read and what to do, in lines of `width`; empty when it can. */
export function problemLines(state: State, {status, problem, failedSinceMs = 0, summary, readAtMs = 0}: Repository, width: number): Line[] {
	if (status !== 'failed' || problem === undefined) {
		return [];
	}

	return [
		...wrapText(`Cannot be read since ${clockTime(failedSinceMs)}.${summary === undefined ? '' : ` Shown as it was at ${clockTime(readAtMs)}.`}`, width).map(text => line(text, 'damage')),
		...wrapText(displayText(problem.message), width).map(text => line(text)), line(''),
		...wrapText(displayText(problem.hint), width).map(text => line(text)), line(''),
		...(state.screen === 'compare' ? [line(`${keyOf(state, 'reread')} reads it again.`, 'faint')] : []),
	];
}

/** Facts with gaps between them, as many as fit `width`: those with the highest rank go first, and the first fact stays. */
const facts = (ranked: ReadonlyArray<readonly [rank: number, text: string]>, width: number): Line =>
	fitParts(ranked.map(([rank, text], index) => ({rank: index === 0 ? 0 : rank, pieces: line(`${index === 0 ? '' : '   '}${text}`, 'faint')})), width);

/** The repository under the cursor, below the list that stands alone. */
export function repositoryDetails(state: State, width: number, ellipsis: string): Line[] {
	const repository = state.repositories[state.compare.listCursor];
	if (repository === undefined) {
		return [];
	}

	const {location, summary} = repository;
	return [
		line(shortenMiddle(displayText(location), width, ellipsis), 'strong'),
		...(summary === undefined ? [] : [
			facts([
				[0, countOf(summary.snapshots.length, 'snapshot')], [1, summary.encrypted ? (summary.opened ? 'encrypted, opened' : 'encrypted, sealed') : 'not encrypted'],
				[3, summary.hashing], [2, summary.chunking], [4, summary.compression],
			], width),
			facts([
				[0, `created ${summary.created.slice(0, 10)}`], ...summary.stored === undefined ? [] : [[1, storedWords(summary.stored)] as const],
				...summary.freeBytes === undefined ? [] : [[2, `${formatBytes(summary.freeBytes)} free on its medium`] as const],
			], width),
		]),
		...notesOf(state, repository).filter(({style}) => style !== 'faint').map(({text, style}) => line(text, style)),
		...problemLines(state, repository, width),
	];
}
