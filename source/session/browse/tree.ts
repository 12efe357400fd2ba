// The tree as a list of rows: what is expanded, in the chosen order, with the row under the cursor.

import type {TreeRow} from '../../engine/browse/questions.js';
import {parentOf, type PathBytes} from '../../format/paths.js';
import type {BrowseState, Contents, Search, SortOrder, Version} from './browse-state.js';

export type TreeItem = {readonly row: TreeRow; readonly depth: number; readonly isExpanded: boolean};

const orders: Readonly<Record<SortOrder, ((a: TreeRow, b: TreeRow) => number) | undefined>> = {
	// As they come: the order of the index is that of names.
	name: undefined,
	size: (a, b) => b.sizeBytes - a.sizeBytes,
	time: (a, b) => b.mtimeSeconds - a.mtimeSeconds,
};

type Sorted = {readonly key: string; readonly rows: readonly TreeRow[]};
/** A folder of 100,000 is sorted once, not at every key. */
const sortedListings = new WeakMap<Contents, Sorted>();

function sortedRows(listing: Contents, {sort, isReversed, onlyChanges}: BrowseState): readonly TreeRow[] {
	const key = `${sort} ${isReversed} ${onlyChanges}`;
	const known = sortedListings.get(listing);
	if (known?.key === key) {
		return known.rows;
	}

	const order = orders[sort];
	const chosen = onlyChanges ? listing.rows.filter(({mark}) => mark !== '') : [...listing.rows];
	const ordered = order === undefined ? chosen : chosen.sort(order);
	const rows = isReversed ? ordered.reverse() : ordered;
	sortedListings.set(listing, {key, rows});
	return rows;
}

/** The folder that the tree begins with: the first one that holds more than one folder. What is above it tells nothing. */
function firstRows({root, contents, expanded}: BrowseState): readonly TreeRow[] {
	let first = root;
	for (let only = first; only?.type === 'directory' && first !== undefined;) {
		first = only;
		const rows = expanded.has(first.path) ? contents.get(first.path)?.rows : undefined;
		only = rows?.length === 1 ? rows[0] : undefined;
	}

	return first === undefined ? [] : [first];
}

let remembered: {readonly browse: BrowseState; readonly items: readonly TreeItem[]} | undefined;

const isSameTree = (a: BrowseState, b: BrowseState): boolean =>
	a.root === b.root && a.contents === b.contents && a.expanded === b.expanded && a.sort === b.sort && a.isReversed === b.isReversed && a.onlyChanges === b.onlyChanges;

/** Every row of the tree that can be scrolled to. O(rows) once for each change of the tree, then remembered. */
export function treeItems(browse: BrowseState): readonly TreeItem[] {
	if (remembered !== undefined && isSameTree(remembered.browse, browse)) {
		return remembered.items;
	}

	const items: TreeItem[] = [];
	// A stack and not recursion: a tree may be deeper than the stack of calls.
	const ahead: Array<{readonly rows: readonly TreeRow[]; next: number; readonly depth: number}> = [{rows: firstRows(browse), next: 0, depth: 0}];
	while (ahead.length > 0) {
		const level = ahead.at(-1)!;
		const row = level.rows[level.next++];
		if (row === undefined) {
			ahead.pop();
			continue;
		}

		const listing = browse.expanded.has(row.path) ? browse.contents.get(row.path) : undefined;
		items.push({row, depth: level.depth, isExpanded: listing !== undefined});
		if (listing !== undefined) {
			ahead.push({rows: sortedRows(listing, browse), next: 0, depth: level.depth + 1});
		}
	}

	remembered = {browse, items};
	return items;
}

/** Position of a path in the tree; -1 when it is not shown. */
export const positionOf = (browse: BrowseState, path: PathBytes): number => treeItems(browse).findIndex(({row}) => row.path === path);

export const currentVersion = ({history}: BrowseState): Version | undefined => history?.versions[history.cursor];

/** The search whose hits lie over the tree. */
export const listedSearch = ({search}: BrowseState): Search | undefined => search?.isListed === true ? search : undefined;

/** The row under the cursor of whatever list is shown; undefined for a version in which the path was absent. */
export function currentRow(browse: BrowseState): TreeRow | undefined {
	if (browse.history !== undefined) {
		return currentVersion(browse)?.row;
	}

	const search = listedSearch(browse);
	return search === undefined ? treeItems(browse)[browse.cursor]?.row : search.rows[search.cursor];
}

/** How many rows the shown list has. */
export const rowCount = (browse: BrowseState): number => browse.history?.versions.length ?? listedSearch(browse)?.rows.length ?? treeItems(browse).length;

export const listCursor = (browse: BrowseState): number => browse.history?.cursor ?? listedSearch(browse)?.cursor ?? browse.cursor;

export function withListCursor(browse: BrowseState, cursor: number): BrowseState {
	if (browse.history !== undefined) {
		return {...browse, previewScroll: 0, history: {...browse.history, cursor}};
	}

	const search = listedSearch(browse);
	return search === undefined ? {...browse, previewScroll: 0, cursor} : {...browse, previewScroll: 0, search: {...search, cursor}};
}

/** The list without what lies over the tree, or the preview out of the way; undefined when there is nothing to close. */
export function closeLayer(browse: BrowseState): BrowseState | undefined {
	if (browse.focus === 'preview') {
		return {...browse, focus: 'list'};
	}

	if (browse.history !== undefined) {
		return {...browse, history: undefined, previewScroll: 0};
	}

	return browse.search === undefined ? undefined : {...browse, search: undefined, previewScroll: 0};
}

const hasMarkedAncestor = ({marks}: BrowseState, path: PathBytes): boolean => {
	for (let folder = path; folder.length > 1;) {
		folder = parentOf(folder);
		if (marks.has(folder)) {
			return true;
		}
	}

	return false;
};

/** `browse` with the proof that its preview tells, where that is of a marked row: of the row itself, not of another version. */
export function withKnownProof(browse: BrowseState): BrowseState {
	const {preview, marks, proofs} = browse;
	const answer = preview?.answer;
	const own = answer === undefined ? undefined : marks.get(answer.path)?.own;
	return answer === undefined || own === undefined || proofs.has(answer.path) || !preview!.key.startsWith(`${own.snapshot} ${own.at} `)
		? browse
		: {...browse, proofs: new Map([...proofs, [answer.path, {proof: answer.proof, chunkCount: answer.chunkCount}]])};
}

/** What R restores: the version under the cursor of a history, else the marked rows, each once, else the current one. What only the compared snapshot has is not in it. */
export function chosenRows(browse: BrowseState): readonly TreeRow[] {
	if (browse.history === undefined && browse.marks.size > 0) {
		return [...browse.marks.values()].filter(({path}) => !hasMarkedAncestor(browse, path));
	}

	const row = currentRow(browse);
	return row?.own === undefined ? [] : [row];
}
