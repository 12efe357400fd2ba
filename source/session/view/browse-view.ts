// The browse screen in words: the tree or what lies over it, the row under the cursor, and what the keys would do.

import {maximumRows, type Mark, type TreeRow} from '../../engine/browse/questions.js';
import {displayPath, displayText} from '../../format/paths.js';
import type {SnapshotSummary} from '../../engine/jobs.js';
import type {ActionId} from '../actions/action-ids.js';
import type {BrowseState, Version} from '../browse/browse-state.js';
import {chosenRows, currentRow, listCursor, listedSearch, rowCount, treeItems, type TreeItem} from '../browse/tree.js';
import {lastPart, minuteOf} from '../entry-text.js';
import {countOf, formatBytes, formatBytesShort, formatCount, formatPercent} from '../figures.js';
import type {Glyphs} from '../glyphs.js';
import {keyOf} from '../key-of.js';
import {fit, line, widthOf, windowStart, wrapText, type Line, type Style} from '../line.js';
import {originOf} from '../pairs.js';
import {shortId, shortTime} from '../plan-text.js';
import type {State} from '../state.js';
import {footerHeight, headlineHeight} from './around-panes.js';

/** From here on the preview stands beside the list; below, Tab shows it. */
export const previewFromColumns = 100;
const listShare = 0.44;
/** A tree is not read better for being wider. */
const maximumListWidth = 72;
/** Below the panes: the path under the cursor, and what is marked. */
const detailLines = 2;

export type BrowseLayout = {
	/** Outer height of both panes. */
	readonly height: number;
	/** Whether list and preview stand beside each other. */
	readonly isWide: boolean;
	/** Outer widths; all of the screen for a pane that stands alone. */
	readonly listWidth: number;
	readonly previewWidth: number;
};

export function browseLayout(columns: number, rows: number): BrowseLayout {
	const isWide = columns >= previewFromColumns;
	const listWidth = isWide ? Math.min(maximumListWidth, Math.floor(columns * listShare)) : columns;
	return {height: rows - headlineHeight - detailLines - footerHeight, isWide, listWidth, previewWidth: isWide ? columns - listWidth : columns};
}

/** List width from which times have room. */
const timeFromWidth = 56;
const timeWidth = 18;
const sizeWidth = 10;
/** What a hit's row has beside its path and time: edge, twist, mark, size. */
const foundRowTail = 2 + 2 + 3 + sizeWidth;
/** Deeper levels are not indented further: names must have room. */
const maximumIndent = 24;

const markStyles: Readonly<Record<Mark, Style>> = {'': 'plain', '+': 'sound', '-': 'damage', '~': 'attention'};

const letterOf = ({type, error}: TreeRow): string => error !== undefined ? '!' : ({directory: '', file: '', symlink: '@', fifo: '|', socket: '=', 'character-device': '%', 'block-device': '%'} as const)[type];

type RowText = {readonly lead: string; readonly name: string; readonly mark: Mark; readonly time: string; readonly size: string; readonly isMarked: boolean; readonly isCursor: boolean; readonly isFaint?: boolean};

/** The name of what changed is bold: the mark beside it has the colour. */
const nameStyles: Readonly<Record<Mark, Style>> = {...markStyles, '~': 'strong'};

/** One row of exactly `width` columns. */
function rowLine({lead, name, mark, time, size, isMarked, isCursor, isFaint = false}: RowText, width: number, ellipsis: string): Line {
	const hasTime = width >= timeFromWidth;
	const tail = `${hasTime ? fit(time, timeWidth, 'right') : ''}${fit(size, sizeWidth, 'right')}`;
	const room = width - 2 - 3 - tail.length;
	const text = fit(lead + name, room, 'left', ellipsis);
	if (isCursor) {
		return [{text: `>${isMarked ? '*' : ' '}${text} ${mark === '' ? ' ' : mark} ${tail}`, style: 'cursor'}];
	}

	const nameStyle: Style = isMarked ? 'strong' : mark === '' ? (isFaint ? 'faint' : 'plain') : nameStyles[mark];
	return [
		{text: ` ${isMarked ? '*' : ' '}`, style: 'accent'}, {text, style: nameStyle},
		{text: ` ${mark === '' ? ' ' : mark} `, style: markStyles[mark]}, {text: tail, style: 'faint'},
	];
}

/** "12.4 G", or the number of paths where sizes say nothing. */
const sizeText = ({type, sizeBytes}: TreeRow): string => type === 'file' || type === 'directory' ? formatBytesShort(sizeBytes) : '';

function treeLine({row, depth, isExpanded}: TreeItem, browse: BrowseState, isCursor: boolean, width: number, {opened, closed, ellipsis}: Glyphs): Line {
	const twist = row.type === 'directory' ? (isExpanded ? opened : closed) : ' ';
	const name = `${displayPath(depth === 0 ? row.path : lastPart(row.path))}${letterOf(row)}`;
	return rowLine({
		lead: `${' '.repeat(Math.min(depth * 2, maximumIndent))}${twist} `, name, mark: row.mark, time: minuteOf(row.mtimeSeconds), size: sizeText(row),
		isMarked: browse.marks.has(row.path), isCursor,
	}, width, ellipsis);
}

/** "02-10 02:00  a91c04 and 11 older". */
export const versionWords = ({row, created, snapshot, snapshots}: Version): string =>
	`${shortTime(created)}  ${shortId(snapshot)}${snapshots === 1 ? '' : ` and ${formatCount(snapshots - 1)} older`}${row === undefined ? ': not there' : ''}`;

function versionLine({row, created, snapshot, snapshots}: Version, isCursor: boolean, width: number, ellipsis: string): Line {
	const older = snapshots === 1 ? '' : width >= timeFromWidth ? ` and ${formatCount(snapshots - 1)} older` : ` +${formatCount(snapshots - 1)}`;
	return rowLine({
		lead: '', name: `${shortTime(created)}  ${shortId(snapshot)}${older}`, mark: '', time: row === undefined ? '' : minuteOf(row.mtimeSeconds), size: row === undefined ? 'not there' : sizeText(row),
		isMarked: false, isCursor, isFaint: row === undefined,
	}, width, ellipsis);
}

/** Why there is no list. A passphrase is asked for here and not given by a flag. */
function problemLines(state: State, width: number): Line[] {
	const {problem} = state.browse;
	const isSealed = problem?.code === 'PASSPHRASE_NEEDED';
	const [message, hint] = isSealed ? ['Sealed: what is in a snapshot cannot be read without its passphrase.', ''] : [problem?.message ?? '', problem?.hint ?? ''];
	return [
		...wrapText(message, width).map(text => line(text, isSealed ? 'attention' : 'damage')), line(''), ...(hint === '' ? [] : [...wrapText(hint, width).map(text => line(text)), line('')]),
		line(isSealed || problem?.code === 'PASSPHRASE_WRONG' ? `${keyOf(state, 'browse.passphrase')}  give the passphrase` : `${keyOf(state, 'back')}  back`, 'accent'),
	];
}

/** The end of a path that has no room: the name tells more than where it begins. */
function endOf(text: string, width: number, ellipsis: string): string {
	if (widthOf(text) <= width) {
		return text;
	}

	let shown = '';
	for (const part of text.split('/').reverse()) {
		if (widthOf(shown) + widthOf(part) + 2 > width) {
			break;
		}

		shown = `/${part}${shown}`;
	}

	return shown === '' ? text : `${ellipsis}${shown}`;
}

/** The visible rows of the list, each `width` columns. Costs O(height). */
export function browseLines(state: State, width: number, height: number, glyphs: Glyphs): Line[] {
	const {browse} = state;
	const {status, history} = browse;
	const search = listedSearch(browse);
	if (status === 'failed') {
		return problemLines(state, width);
	}

	const count = rowCount(browse);
	if (count === 0) {
		const isWaiting = status === 'opening' || search?.isDone === false || history?.isDone === false;
		return [line(isWaiting ? (status === 'opening' ? 'Reading the index.' : 'Searching.') : search === undefined ? 'Nothing here.' : `No name holds ${JSON.stringify(search.text)}.`, 'faint')];
	}

	const cursor = Math.min(listCursor(browse), count - 1);
	const start = windowStart(count, cursor, height);
	const visible = <Item>(items: readonly Item[], draw: (item: Item, isCursor: boolean) => Line): Line[] =>
		items.slice(start, start + height).map((item, index) => {
			const isCursor = start + index === cursor;
			const drawn = draw(item, isCursor && browse.focus === 'list');
			// While the preview has the keys, it is still seen whose preview it is.
			return isCursor && browse.focus !== 'list' ? [{text: '>', style: 'strong'}, {...drawn[0]!, text: drawn[0]!.text.slice(1)}, ...drawn.slice(1)] : drawn;
		});
	if (history !== undefined) {
		return visible(history.versions, (version, isCursor) => versionLine(version, isCursor, width, glyphs.ellipsis));
	}

	if (search !== undefined) {
		return visible(search.rows, (row, isCursor) => rowLine({lead: row.type === 'directory' ? `${glyphs.closed} ` : '  ', name: endOf(displayPath(row.path), width - foundRowTail - (width >= timeFromWidth ? timeWidth : 0), glyphs.ellipsis), mark: row.mark, time: minuteOf(row.mtimeSeconds), size: sizeText(row), isMarked: browse.marks.has(row.path), isCursor}, width, glyphs.ellipsis));
	}

	return visible(treeItems(browse), (item, isCursor) => treeLine(item, browse, isCursor, width, glyphs));
}

/** What the list is, for its frame: "Files   + 1  ~ 2  - 0", "Found 214", "History". */
export function listTitle(browse: BrowseState): string {
	const {counts, search, history, status, root} = browse;
	if (history !== undefined) {
		return `History   ${countOf(history.versions.length, 'version')} in ${history.isDone ? '' : `${formatCount(history.seen)} of `}${countOf(history.total, 'snapshot')}`;
	}

	if (search?.isListed === true) {
		const progress = search.isDone ? '' : `   ${formatPercent(search.share, 1)} searched`;
		return `Found ${formatCount(search.rows.length)}${search.left > 0 ? ` and ${formatCount(search.left)} more` : ''}${progress}`;
	}

	const hit = search === undefined ? '' : `   hit ${formatCount(search.cursor + 1)} of ${formatCount(search.rows.length)}`;
	return counts === undefined
		? `Files${status === 'ready' ? `   ${formatCount(root?.entries ?? 0)}` : ''}${hit}`
		: `Files   +${formatCount(counts.added)} ~${formatCount(counts.changed)} -${formatCount(counts.removed)}${hit}`;
}

export function listNote(browse: BrowseState): string {
	const {sort, isReversed, onlyChanges, history} = browse;
	if (listedSearch(browse) !== undefined || history !== undefined) {
		return history === undefined ? '' : 'newest first';
	}

	return `${onlyChanges ? 'changes ' : ''}by ${sort}${isReversed ? ', reversed' : ''}`;
}

/** "a91c04  02-11 02:00  web1:/srv". */
export const snapshotWords = (summary: SnapshotSummary | undefined, isBrief = false): string =>
	summary === undefined ? '' : `${shortId(summary.snapshot)}  ${summary.header === undefined || isBrief ? '' : `${shortTime(summary.header.created)}  `}${originOf(summary)}`;

/** "compared with c5518f 02-10 02:00": its origin is the same, or told by the list of snapshots. */
export const comparedWords = ({snapshot, header}: SnapshotSummary, isWide: boolean): string =>
	isWide ? `compared with ${shortId(snapshot)} ${header === undefined ? '' : shortTime(header.created)}` : `vs ${shortId(snapshot)}`;

/** The full path under the cursor, and how it stands to the compared snapshot. */
export function pathLine({browse}: State): Line {
	const row = currentRow(browse);
	if (browse.history !== undefined) {
		return line(` ${displayPath(browse.history.path)}`);
	}

	if (row === undefined) {
		return line('');
	}

	const words: Readonly<Record<Mark, string>> = {'': '', '+': 'only in this snapshot', '-': 'not in this snapshot', '~': row.changed.length > 0 ? `changed: ${row.changed.join(', ')}` : 'something in it differs'};
	return [{text: ` ${displayPath(row.path)}`}, {text: row.mark === '' ? '' : `   ${words[row.mark]}`, style: markStyles[row.mark]}];
}

/** ", verified 2026-02-11", the oldest proof of all of `rows`; blank unless it is known of each. */
function provenMarks({proofs}: BrowseState, rows: readonly TreeRow[]): string {
	const known = rows.flatMap(({path}) => proofs.get(path) ?? []);
	if (known.length < rows.length || known.some(({proof, chunkCount}) => proof === undefined && chunkCount > 0)) {
		return '';
	}

	const unproven = known.reduce((sum, {proof}) => sum + (proof?.unproven ?? 0), 0);
	const [oldest] = known.flatMap(({proof}) => proof?.oldestAt ?? []).sort();
	return unproven > 0 ? `, ${countOf(unproven, 'chunk')} never verified` : oldest === undefined ? '' : `, verified ${oldest.slice(0, 10)}`;
}

/** "3 marked, 4.1 KiB to restore, verified 2026-02-11". */
export function marksLine(state: State): Line {
	const {browse} = state;
	if (browse.history !== undefined) {
		const {unreadable} = browse.history;
		return unreadable === 0 ? line('') : line(` ${countOf(unreadable, 'snapshot')} could not be read: what ${unreadable === 1 ? 'it holds' : 'they hold'} is not known.`, 'attention');
	}

	if (browse.marks.size === 0) {
		return [...browse.contents.values()].some(({isCut}) => isCut) ? line(` Of large folders the first ${formatCount(maximumRows)} paths are listed; ${keyOf(state, 'browse.find')} finds the others.`, 'attention') : line('');
	}

	const rows = chosenRows(browse);
	const bytes = rows.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);
	return line(` ${formatCount(browse.marks.size)} marked, ${formatBytes(bytes)} to restore${provenMarks(browse, rows)}`, 'strong');
}

/** What happens if the obvious key is pressed. */
export function browseSentence(state: State): string {
	const {browse, columns} = state;
	const {status, problem, history, focus} = browse;
	const key = (id: ActionId): string => keyOf(state, id);
	const search = listedSearch(browse);
	if (status === 'opening') {
		return `The index is being read; then the keys work. ${key('back')} goes back.`;
	}

	if (status === 'failed') {
		return problem?.code === 'PASSPHRASE_NEEDED' ? `${key('browse.passphrase')} asks for the passphrase; ${key('back')} goes back.` : problem?.hint ?? '';
	}

	if (focus === 'preview') {
		return `${key('move.down')} and ${key('move.up')} scroll the preview; ${key('browse.preview')} and ${key('back')} go back to the list.`;
	}

	if (history !== undefined) {
		return currentRow(browse) === undefined ? `It was not there then. ${key('back')} goes back.` : `${key('browse.restore')} restores this version; the preview shows what it changed. ${key('back')} goes back.`;
	}

	const row = currentRow(browse);
	if (row === undefined) {
		return search === undefined ? `${key('back')} goes back.` : `${key('browse.find')} changes what is searched for; ${key('back')} clears it.`;
	}

	if (search !== undefined) {
		return `${key('browse.open')} shows it in the tree, ${key('browse.nextHit')} and ${key('browse.previousHit')} step on; ${key('browse.mark')} marks; ${key('back')} clears it.`;
	}

	if (browse.search !== undefined) {
		return `${key('browse.nextHit')} and ${key('browse.previousHit')} step through the hits for ${displayText(browse.search.text)}; ${key('back')} clears the search.`;
	}

	if (browse.marks.size > 0) {
		return `${key('browse.restore')} shows what restoring them would write; nothing is written before ${key('restore.start')}.`;
	}

	const isFolder = row.type === 'directory';
	return isFolder
		? `${key('browse.open')} ${browse.expanded.has(row.path) ? 'closes' : 'opens'} the folder; ${formatCount(row.entries)} ${row.entries === 1 ? 'path' : 'paths'} below it.`
		: `${columns < previewFromColumns ? `${key('browse.open')} shows how it begins; ` : ''}${key('browse.history')} lists its versions; ${key('browse.restore')} asks where to restore it.`;
}
