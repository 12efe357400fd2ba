// The browse screen's work: opens a snapshot in a thread of its own, asks for what comes into view, and closes it when the screen is left.

import type {Question, QuestionName, Answer, TreeRow} from '../../engine/browse/questions.js';
import type {SnapshotSummary} from '../../engine/jobs.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import {toPlainError} from '../../errors/revive.js';
import {isWithin, type PathBytes} from '../../format/paths.js';
import type {Application} from '../application.js';
import type {BrowseHandle} from '../jobs/job-runner.js';
import {accessOf} from '../repositories.js';
import {emptyBrowse, type BrowseState} from './browse-state.js';
import {Looking} from './looking.js';
import {positionOf, treeItems} from './tree.js';

/** On opening, folders that hold one folder only are passed through, so deep and no deeper. */
const maximumPassedFolders = 32;

export class Browsing {
	readonly looking: Looking;
	readonly #application: Application;
	#handle: BrowseHandle | undefined;

	constructor(application: Application) {
		this.#application = application;
		this.looking = new Looking(application, this);
		application.store.subscribe(() => {
			this.looking.follow();
		});
	}

	get state(): BrowseState {
		return this.#application.state.browse;
	}

	/** Opens a snapshot on the browse screen, compared with `other` when given. */
	open(repositoryIndex: number, snapshot: SnapshotSummary, other?: SnapshotSummary): void {
		const application = this.#application;
		const repository = application.state.repositories[repositoryIndex]!;
		this.#handle?.close();
		this.#handle = undefined;
		application.update(state => ({...state, browse: {...emptyBrowse, status: 'opening', repositoryIndex, snapshot, other}}));
		application.open('browse');
		this.#handle = application.runner.browse(accessOf(repository));
		void this.#load(other);
	}

	/** Compares what is open with another snapshot, or with none; folders stay expanded. */
	compareWith(other: SnapshotSummary | undefined): void {
		this.change({other, counts: undefined, status: 'opening', onlyChanges: other !== undefined && this.state.onlyChanges, contents: new Map(), search: undefined, history: undefined});
		void this.#load(other);
	}

	/** Ends the thread. What the screen remembers goes with it. */
	close(): void {
		this.#handle?.close();
		this.#handle = undefined;
		this.#application.update(state => ({...state, browse: emptyBrowse}));
	}

	/** Asks the thread; answers with undefined when it was closed meanwhile. Errors are shown below the screen. */
	async ask<Name extends QuestionName>(question: Question<Name>): Promise<Answer<Name> | undefined> {
		const handle = this.#handle;
		let answer: Answer<Name> | undefined;
		await this.#application.work(async () => {
			try {
				answer = await handle?.ask(question);
			} catch (error) {
				if (handle === this.#handle && !isPlakarError(error, 'CANCELLED')) {
					throw error;
				}
			}
		});
		return handle === this.#handle ? answer : undefined;
	}

	change(change: Partial<BrowseState>): void {
		this.#application.update(state => ({...state, browse: {...state.browse, ...change}}));
	}

	async toggle(row: TreeRow): Promise<void> {
		await (this.state.expanded.has(row.path) ? this.collapse(row) : this.expand(row));
	}

	/** Reads what is in a folder and shows it below. */
	async expand(row: TreeRow): Promise<void> {
		await this.#told(async () => {
			await this.#list(row);
			this.change({expanded: new Set([...this.state.expanded, row.path])});
		});
	}

	/** Forgets what is below a folder: reading it again is quick, and memory stays bounded by what is shown. */
	async collapse({path}: TreeRow): Promise<void> {
		const isBelow = (other: PathBytes): boolean => isWithin(other, path);
		this.change({
			expanded: new Set([...this.state.expanded].filter(other => !isBelow(other))),
			contents: new Map([...this.state.contents].filter(([other]) => !isBelow(other))),
			cursor: Math.max(0, positionOf(this.state, path)),
		});
	}

	/** Expands every folder above `path` and puts the cursor on it, out of a search. */
	async reveal(path: PathBytes): Promise<void> {
		await this.#told(async () => {
			for (let row = this.state.root; row !== undefined && row.path !== path && isWithin(path, row.path);) {
				const rows = this.state.expanded.has(row.path) ? this.state.contents.get(row.path)?.rows : await this.#list(row);
				this.change({expanded: new Set([...this.state.expanded, row.path])});
				row = rows?.find(child => isWithin(path, child.path));
			}

			this.change({search: undefined, history: undefined});
			this.change({cursor: Math.max(0, positionOf(this.state, path))});
		});
	}

	async #list({path, own, other}: TreeRow): Promise<readonly TreeRow[] | undefined> {
		const listing = await this.ask({name: 'list', own: own?.folder, other: other?.folder});
		if (listing !== undefined) {
			this.change({contents: new Map([...this.state.contents, [path, listing]])});
		}

		return listing?.rows;
	}

	async #load(other: SnapshotSummary | undefined): Promise<void> {
		const {snapshot} = this.state;
		try {
			const opened = await this.ask({name: 'open', snapshot: snapshot!.snapshot, other: other?.snapshot});
			if (opened === undefined) {
				return;
			}

			const expanded = [...this.state.expanded];
			const {path: currentPath} = treeItems(this.state)[this.state.cursor]?.row ?? {path: undefined};
			this.change({root: opened.root, counts: opened.counts, expanded: new Set(), marks: new Map()});
			await (expanded.length === 0 ? this.#passThrough(opened.root) : this.#expandAgain(expanded));
			this.change({status: 'ready', cursor: Math.max(0, currentPath === undefined ? this.state.cursor : positionOf(this.state, currentPath))});
		} catch (error) {
			this.change({status: 'failed', problem: toPlainError(error)});
		}
	}

	/** Expands from the root on as long as there is one folder to go into; the cursor comes to stand on the first choice. */
	async #passThrough(root: TreeRow): Promise<void> {
		let row: TreeRow | undefined = root;
		for (let depth = 0; row !== undefined && depth < maximumPassedFolders; depth++) {
			const rows: readonly TreeRow[] | undefined = await this.#list(row);
			this.change({expanded: new Set([...this.state.expanded, row.path])});
			row = rows?.length === 1 && rows[0]!.type === 'directory' ? rows[0] : undefined;
		}

		this.change({cursor: Math.min(1, treeItems(this.state).length - 1)});
	}

	/** Expands the same folders in another comparison, as far as they are there. */
	async #expandAgain(paths: readonly PathBytes[]): Promise<void> {
		for (const path of [...paths].sort((a, b) => a.length - b.length)) {
			const item = treeItems(this.state)[positionOf(this.state, path)];
			if (item !== undefined) {
				await this.#list(item.row);
				this.change({expanded: new Set([...this.state.expanded, path])});
			}
		}
	}

	async #told(work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			const {message, hint} = toPlainError(error);
			this.#application.notice(`${message} ${hint}`);
		}
	}
}
