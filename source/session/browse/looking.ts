// What is looked at beside the tree: the preview that follows the cursor, searches, and a path's versions, each given up when it is no longer wanted.

import {maximumHits, type Answer, type PastVersion, type Place, type TreeRow} from '../../engine/browse/questions.js';
import {toPlainError} from '../../errors/revive.js';
import type {Application} from '../application.js';
import {previewFromColumns} from '../view/browse-view.js';
import type {History, Version} from './browse-state.js';
import type {Browsing} from './browsing.js';
import {currentRow, currentVersion, withKnownProof} from './tree.js';

/** Hits beyond the first are shown this often while a search goes on: each time is a frame that keys have to wait for. */
const showEveryMs = 200;

type Wanted = {readonly key: string; readonly place: Place; readonly against?: Place | undefined};

export class Looking {
	readonly #application: Application;
	readonly #browsing: Browsing;
	#isAsking = false;
	#isSearching = false;
	/** Counts what was searched for: the page of an older text is passed over. */
	#searchTurn = 0;
	/** Counts histories: an older one that still waits for its page gives up. */
	#turn = 0;

	constructor(application: Application, browsing: Browsing) {
		this.#application = application;
		this.#browsing = browsing;
	}

	/** Asks for the preview of what is under the cursor. While one is read, only the newest wish waits. */
	follow(): void {
		const wanted = this.#wanted();
		if (this.#isAsking || wanted === undefined || this.#browsing.state.preview?.key === wanted.key) {
			return;
		}

		this.#isAsking = true;
		void this.#read(wanted);
	}

	/** Searches the whole snapshot for a name; hits come as they are found. A new text ends the search for the old one after its page. */
	search(text: string): void {
		const browsing = this.#browsing;
		this.#searchTurn++;
		if (text === '') {
			browsing.change({search: undefined});
			return;
		}

		// What was found before stays in sight until the first page of the new text: a list that blinks at every key is not read.
		const {search} = browsing.state;
		browsing.change({search: {text, rows: search?.rows ?? [], share: 0, isDone: false, left: 0, cursor: 0, isListed: true}, history: undefined, focus: 'list', previewScroll: 0});
		if (!this.#isSearching) {
			this.#isSearching = true;
			void this.#searchOn();
		}
	}

	/** The next hit, or the one before, around the end: in the list of hits, or else in the tree. */
	stepTo(step: 1 | -1): void {
		const browsing = this.#browsing;
		const {search} = browsing.state;
		if (search === undefined || search.rows.length === 0) {
			return;
		}

		const cursor = (search.cursor + step + search.rows.length) % search.rows.length;
		browsing.change({search: {...search, cursor}, previewScroll: 0});
		if (!search.isListed) {
			void browsing.reveal(search.rows[cursor]!.path);
		}
	}

	/** One page after the other of the newest text, until it is searched to the end or nothing is searched for. */
	async #searchOn(): Promise<void> {
		const browsing = this.#browsing;
		let doneTurn = 0;
		let shownAtMs = 0;
		/** Found and not shown yet, and those of them that are only counted. */
		let pending: TreeRow[] = [];
		let pendingLeft = 0;
		try {
			for (let start: number | undefined; browsing.state.search?.isDone === false;) {
				const {text, rows: shown} = browsing.state.search;
				const turn = this.#searchTurn;
				const isFirst = turn !== doneTurn;
				const most = maximumHits - (isFirst ? 0 : shown.length + pending.length);
				const page: Answer<'find'> | undefined = await browsing.ask({name: 'find', text, start: isFirst ? undefined : start, most});
				const {search} = browsing.state;
				if (page === undefined) {
					return;
				}

				if (turn === this.#searchTurn && search !== undefined) {
					pending = isFirst ? [...page.rows] : [...pending, ...page.rows];
					pendingLeft = isFirst ? page.left : pendingLeft + page.left;
					const isDone = page.next === undefined;
					if (isFirst || isDone || this.#application.now() - shownAtMs >= showEveryMs) {
						browsing.change({search: {...search, rows: isFirst ? pending : [...search.rows, ...pending], left: search.left + pendingLeft, share: page.searched / page.total, isDone}});
						shownAtMs = this.#application.now();
						pending = [];
						pendingLeft = 0;
					}

					start = page.next;
					doneTurn = turn;
				}
			}
		} catch (error) {
			const {search} = browsing.state;
			browsing.change({search: search === undefined ? undefined : {...search, isDone: true}});
			this.#tell(error);
		} finally {
			this.#isSearching = false;
		}
	}

	/** Looks for the versions of the current path in every snapshot. */
	async history(): Promise<void> {
		const browsing = this.#browsing;
		const row = currentRow(browsing.state);
		if (row === undefined) {
			return;
		}

		const {path} = row;
		const turn = ++this.#turn;
		browsing.change({history: {path, versions: [], unreadable: 0, seen: 0, total: 0, isDone: false, cursor: 0}, focus: 'list', previewScroll: 0});
		try {
			for (let start: number | undefined = 0; start !== undefined;) {
				const page: Answer<'history'> | undefined = await browsing.ask({name: 'history', path, start});
				const current: History | undefined = browsing.state.history;
				if (page === undefined || current === undefined || turn !== this.#turn) {
					return;
				}

				start = page.next;
				browsing.change({history: {
					...current, versions: grouped(current.versions, page.versions), unreadable: current.unreadable + page.unreadable,
					seen: start ?? page.total, total: page.total, isDone: start === undefined,
				}});
			}
		} catch (error) {
			this.#tell(error);
		}
	}

	#wanted(): Wanted | undefined {
		const {state} = this.#application;
		const {browse} = state;
		if (state.screen !== 'browse' || browse.status !== 'ready' || (state.columns < previewFromColumns && browse.focus === 'list')) {
			return undefined;
		}

		const row = currentRow(browse);
		const place = row?.own ?? row?.other;
		const older = browse.history?.versions[browse.history.cursor + 1]?.row?.own;
		const against = currentVersion(browse) === undefined ? (row?.own === undefined ? undefined : row.other) : older;
		return place === undefined ? undefined : {place, against, key: `${place.snapshot} ${place.at} ${against === undefined ? '' : `${against.snapshot} ${against.at}`}`};
	}

	async #read({key, place, against}: Wanted): Promise<void> {
		const browsing = this.#browsing;
		try {
			browsing.change({preview: {key}, previewScroll: 0});
			const answer = await browsing.ask({name: 'preview', place, against});
			if (answer !== undefined) {
				browsing.change(withKnownProof({...browsing.state, preview: {key, answer}}));
			}
		} catch (error) {
			browsing.change({preview: {key, problem: toPlainError(error)}});
		} finally {
			this.#isAsking = false;
			this.follow();
		}
	}

	#tell(error: unknown): void {
		const {message, hint} = toPlainError(error);
		this.#application.notice(`${message} ${hint}`);
	}
}

/** Versions with `more` of the past behind them; what is equal to its neighbour is one version. */
export function grouped(versions: readonly Version[], more: readonly PastVersion[]): readonly Version[] {
	const all = [...versions];
	for (const past of more) {
		const newest = all.at(-1);
		if (newest?.key === past.key) {
			all[all.length - 1] = {...newest, snapshots: newest.snapshots + 1};
		} else {
			all.push({...past, snapshots: 1});
		}
	}

	return all;
}
