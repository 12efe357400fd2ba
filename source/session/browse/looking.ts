// What is looked at beside the tree: the preview that follows the cursor, searches, and a path's versions, each given up when it is no longer wanted.

import {maximumHits, type PastVersion, type Place} from '../../engine/browse/questions.js';
import {toPlainError} from '../../errors/revive.js';
import type {Application} from '../application.js';
import {previewFromColumns} from '../view/browse-view.js';
import type {History, Search, Version} from './browse-state.js';
import type {Browsing} from './browsing.js';
import {currentRow, currentVersion} from './tree.js';

type Wanted = {readonly key: string; readonly place: Place; readonly against?: Place | undefined};

export class Looking {
	readonly #application: Application;
	readonly #browsing: Browsing;
	#isAsking = false;

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

	/** Searches the whole snapshot for a name; hits come as they are found. */
	async search(text: string): Promise<void> {
		const browsing = this.#browsing;
		let search: Search = {text, rows: [], share: 0, isDone: false, left: 0, cursor: 0};
		browsing.change({search, history: undefined, focus: 'list'});
		const isWanted = (): boolean => browsing.state.search?.text === text;
		try {
			for (let start: number | undefined; isWanted();) {
				const page = await browsing.ask({name: 'find', text, start});
				const current = browsing.state.search;
				if (page === undefined || current?.text !== text) {
					return;
				}

				const all = [...current.rows, ...page.rows];
				const rows = all.slice(0, maximumHits);
				search = {...current, rows, left: current.left + all.length - rows.length, share: page.searched / page.total, isDone: page.next === undefined};
				browsing.change({search});
				if (page.next === undefined) {
					return;
				}

				start = page.next;
			}
		} catch (error) {
			this.#tell(error);
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
		browsing.change({history: {path, versions: [], unreadable: 0, seen: 0, total: 0, isDone: false, cursor: 0}, focus: 'list', previewScroll: 0});
		try {
			for (let start: number | undefined = 0; start !== undefined;) {
				const page: Awaited<ReturnType<typeof browsing.ask<'history'>>> = await browsing.ask({name: 'history', path, start});
				const current: History | undefined = browsing.state.history;
				if (page === undefined || current?.path !== path) {
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
				browsing.change({preview: {key, answer}});
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
