// The browse screen's work: opens a snapshot in a thread of its own, asks for what comes into view, and closes it when the screen is left.

import type {Question, QuestionName, Answer, TreeRow} from '../../engine/browse/questions.js';
import type {SnapshotSummary} from '../../engine/jobs.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import {toPlainError} from '../../errors/revive.js';
import {isWithin, parentOf, type PathBytes} from '../../format/paths.js';
import type {Application} from '../application.js';
import type {BrowseHandle} from '../jobs/job-runner.js';
import {accessOf} from '../repositories.js';
import {emptyBrowse, type BrowseState, type Contents} from './browse-state.js';
import {Folders, type Tree} from './folders.js';
import {Looking} from './looking.js';
import {positionOf, treeItems} from './tree.js';

/** On opening, folders that hold one folder only are passed through, so deep and no deeper. */
const maximumPassedFolders = 32;

/** The one of `folder`'s children that is or holds `path`. */
function stepTowards(path: PathBytes, folder: PathBytes): PathBytes {
	const end = path.indexOf('/', folder === '/' ? 1 : folder.length + 1);
	return (end < 0 ? path : path.slice(0, end)) as PathBytes;
}

export class Browsing {
	readonly looking: Looking;
	readonly #application: Application;
	readonly #folders = new Folders(this);
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
		this.change({other, counts: undefined, status: 'opening', onlyChanges: other !== undefined && this.state.onlyChanges, search: undefined, history: undefined});
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
			const contents = await this.#folders.read(row);
			if (contents !== undefined) {
				this.#showFolders(new Map([[row, contents]]));
			}
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

	/** Expands every folder above `path` and puts the cursor on it. */
	async reveal(path: PathBytes): Promise<void> {
		await this.#told(async () => {
			const read = new Map<TreeRow, Contents>();
			for (let row = this.state.root; row !== undefined && row.path !== path && isWithin(path, row.path);) {
				const isNext = (child: TreeRow): boolean => isWithin(path, child.path);
				const known = this.state.expanded.has(row.path) ? this.state.contents.get(row.path)?.rows.find(isNext) : undefined;
				const contents = known === undefined ? await this.#folders.read(row, [stepTowards(path, row.path)]) : undefined;
				if (contents !== undefined) {
					read.set(row, contents);
				}

				row = known ?? contents?.rows.find(isNext);
			}

			this.#showFolders(read);
			const position = positionOf(this.state, path);
			this.change({history: undefined, previewScroll: 0, ...(position < 0 ? {} : {cursor: position})});
		});
	}

	/** Expands folders that were read; what is missing of them is read on. */
	#showFolders(read: ReadonlyMap<TreeRow, Contents>): void {
		this.change({
			contents: new Map([...this.state.contents, ...[...read].map(([{path}, contents]) => [path, contents] as const)]),
			expanded: new Set([...this.state.expanded, ...[...read.keys()].map(({path}) => path)]),
		});
		for (const [row, contents] of read) {
			this.#readOn(row, contents);
		}
	}

	#readOn(row: TreeRow, contents: Contents): void {
		void this.#told(async () => this.#folders.readOn(row, contents));
	}

	/** What is shown is whole or the old one: a tree that takes no keys yet would promise what it cannot hold. */
	async #load(other: SnapshotSummary | undefined): Promise<void> {
		const {snapshot} = this.state;
		try {
			const opened = await this.ask({name: 'open', snapshot: snapshot!.snapshot, other: other?.snapshot});
			if (opened === undefined) {
				return;
			}

			const {expanded, cursor} = this.state;
			const current = treeItems(this.state)[cursor]?.row.path;
			const tree = expanded.size === 0 ? await this.#passThrough(opened.root) : await this.#folders.expandAgain(opened.root, expanded, current);
			const next: BrowseState = {...this.state, status: 'ready', root: opened.root, counts: opened.counts, ...tree};
			const position = current === undefined ? Math.min(1, treeItems(next).length - 1) : positionOf(next, current);
			this.change({...next, cursor: Math.max(0, position)});
			this.#readOnAll(opened.root, tree);
		} catch (error) {
			this.change({status: 'failed', problem: toPlainError(error)});
		}
	}

	/** What is in the root, and in what is in it as long as there is one folder to go into. */
	async #passThrough(root: TreeRow): Promise<Tree> {
		const contents = new Map<PathBytes, Contents>();
		let row: TreeRow | undefined = root;
		for (let depth = 0; row !== undefined && depth < maximumPassedFolders; depth++) {
			const {path}: TreeRow = row;
			const read: Contents | undefined = await this.#folders.read(row);
			if (read !== undefined) {
				contents.set(path, read);
			}

			row = read?.rows.length === 1 && read.rows[0]!.type === 'directory' ? read.rows[0] : undefined;
		}

		return {contents, expanded: new Set(contents.keys())};
	}

	#readOnAll(root: TreeRow, {contents}: Tree): void {
		for (const [path, known] of contents) {
			const row = path === root.path ? root : contents.get(parentOf(path))?.rows.find(child => child.path === path);
			if (row !== undefined && known.next !== undefined) {
				this.#readOn(row, known);
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
