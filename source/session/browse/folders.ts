// Reads what is in folders page by page: the first page is shown at once, the others come while keys are answered.

import {maximumRows, type ListingPlace, type TreeRow} from '../../engine/browse/questions.js';
import {parentOf, type PathBytes} from '../../format/paths.js';
import type {BrowseState, Contents} from './browse-state.js';
import type {Browsing} from './browsing.js';
import {positionOf, treeItems} from './tree.js';

export type Tree = Pick<BrowseState, 'contents' | 'expanded'>;

export class Folders {
	readonly #browsing: Browsing;

	constructor(browsing: Browsing) {
		this.#browsing = browsing;
	}

	/** The first page of a folder, and as many more as it takes until every one of `wanted` is among the rows. Undefined when the snapshot was closed. */
	async read(row: TreeRow, wanted: readonly PathBytes[] = []): Promise<Contents | undefined> {
		let missing = wanted;
		let contents: Contents | undefined = await this.#page(row);
		for (let seen = 0; contents !== undefined; contents = await this.#page(row, contents)) {
			const fresh = new Set(missing.length === 0 ? [] : contents.rows.slice(seen).map(({path}) => path));
			missing = missing.filter(path => !fresh.has(path));
			seen = contents.rows.length;
			if (missing.length === 0 || contents.next === undefined) {
				break;
			}
		}

		return contents;
	}

	/** Reads the rest of what is shown of `row`, until it is shown no more. The cursor stays on its row. */
	async readOn(row: TreeRow, first: Contents): Promise<void> {
		const browsing = this.#browsing;
		let shown = first;
		for (let known: Contents | undefined = first; known?.next !== undefined;) {
			known = await this.#page(row, known);
			const {contents, sort} = browsing.state;
			if (known === undefined || contents.get(row.path) !== shown) {
				return;
			}

			// Shown whenever it has doubled: a tree of many rows is built a few times and not for every page. In another order
			// than that of names rows would come before those that are read: then all are shown at once.
			const isMore = sort === 'name' && known.rows.length >= shown.rows.length * 2;
			if (isMore || known.next === undefined) {
				shown = known;
				this.#show(row, known);
			}
		}
	}

	/** Everything of `paths` that is still there, expanded; `current` is among the rows. */
	async expandAgain(root: TreeRow, paths: ReadonlySet<PathBytes>, current: PathBytes | undefined): Promise<Tree> {
		const contents = new Map<PathBytes, Contents>();
		const sought = [...paths, ...(current === undefined ? [] : [current])];
		for (const path of [...paths].sort((a, b) => a.length - b.length)) {
			const row = path === root.path ? root : contents.get(parentOf(path))?.rows.find(child => child.path === path);
			const found = row?.type === 'directory' ? await this.read(row, sought.filter(other => other !== path && parentOf(other) === path)) : undefined;
			if (found !== undefined) {
				contents.set(path, found);
			}
		}

		return {contents, expanded: new Set(contents.keys())};
	}

	#show({path}: TreeRow, known: Contents): void {
		const {state} = this.#browsing;
		const current = treeItems(state)[state.cursor]?.row.path;
		const next: BrowseState = {...state, contents: new Map([...state.contents, [path, known]])};
		this.#browsing.change({contents: next.contents, ...(current === undefined ? {} : {cursor: Math.max(0, positionOf(next, current))})});
	}

	/** What is known with the next page behind it. */
	async #page({own, other}: TreeRow, {rows, next: start}: {readonly rows: readonly TreeRow[]; readonly next?: ListingPlace | undefined} = {rows: []}): Promise<Contents | undefined> {
		const page = await this.#browsing.ask({name: 'list', own: own?.folder, other: other?.folder, start});
		if (page === undefined) {
			return undefined;
		}

		const all = [...rows, ...page.rows];
		const isCut = all.length > maximumRows || (all.length === maximumRows && page.next !== undefined);
		return {rows: isCut ? all.slice(0, maximumRows) : all, next: isCut ? undefined : page.next, isCut};
	}
}
