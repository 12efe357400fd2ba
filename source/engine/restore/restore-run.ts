// One pass over what is restored: each path looked at, and made unless it is a dry run; what stands in the way is left as it is or moved aside, never removed.

import {linkSync} from 'node:fs';
import {resolve} from 'node:path';
import {isPlakarError, PlakarError, throwIfAborted} from '../../errors/plakar-error.js';
import {toPlainError} from '../../errors/revive.js';
import type {Entry} from '../../format/entry.js';
import {displayPath, parentOf, pathForSystem, pathFromText, type PathBytes} from '../../format/paths.js';
import type {Counters} from '../../workers/counters.js';
import type {Lanes} from '../../workers/lanes.js';
import {applyMetadata, moveAside, restoreFailure} from '../../workers/tasks/restore-files.js';
import type {VerbOptions} from '../events.js';
import type {RestoreReport, SnapshotTarget} from '../jobs.js';
import {entriesOf} from '../reading.js';
import {readHeader, type Repository} from '../repository.js';
import {Aside} from './aside.js';
import {FileBatch} from './file-batch.js';
import {Footings, type Footing} from './footings.js';
import type {Holes} from './holes.js';
import {assertPossible, freeBytesAt, makeFolder} from './room.js';
import {makeSpecial} from './special.js';
import {hasMetadata, isFolderOf, leftAlone, lostName, movedAside, ownerBits, standingOf, unfinishedMode, type Obstacle} from './standing.js';

export type RestoreInput = {
	readonly repository: Repository;
	/** At least one. */
	readonly targets: readonly SnapshotTarget[];
	/** Paths are made below it, whole: /etc/hosts becomes FOLDER/etc/hosts. */
	readonly folder: string;
	/** What stands in the way is moved aside first; otherwise it is left as it is. */
	readonly overwrite: boolean;
	/** Only tell what would be done. */
	readonly dryRun: boolean;
	readonly counters: Counters;
};

export type RunInput = RestoreInput & {
	/** Whether what killed restores left half written is removed on the way. */
	readonly tidies: boolean;
	/** Of a dry run that counts them. */
	readonly holes?: Holes | undefined;
};

export class RestoreRun {
	readonly #input: RunInput;
	/** Absent in a dry run. */
	readonly #files: FileBatch | undefined;
	readonly #options: VerbOptions;
	readonly #root: PathBytes;
	readonly #aside: Aside;
	readonly #startedMs = performance.now();
	readonly #setOwner = process.getuid?.() === 0;
	readonly #counts = {created: 0, replaced: 0, unchanged: 0, refused: 0, differing: 0, newer: 0, obstructed: 0, failed: 0, bytesWritten: 0};
	readonly #footings: Footings;
	/** Metadata of directories, to be set when nothing more is made in them. */
	#pendingFolders: Array<{readonly path: PathBytes; readonly entry: Entry}> = [];
	#pendingLinks: Array<{readonly path: PathBytes; readonly existing: PathBytes; readonly isReplacement: boolean}> = [];
	readonly #firstNames = new Map<string, PathBytes>();
	/** Paths that could not be made: what stands there now is not the snapshot's. */
	readonly #lost = new Set<PathBytes>();
	#clearedForFolders = 0;
	/** Why nothing more can be read. */
	#end: PlakarError | undefined;
	#holeBytes = 0;

	constructor(input: RunInput, lanes: Lanes | undefined, options: VerbOptions) {
		this.#input = input;
		this.#footings = new Footings(input, {
			clear: (folder, obstacle) => this.#clearForFolder(folder, obstacle),
			onClosed: (folder, reason) => {
				this.#tell(folder, reason);
			},
			onFailed: (folder, error) => {
				this.#tell(folder, restoreFailure(folder, error));
			},
		});
		this.#files = lanes === undefined ? undefined : new FileBatch(lanes, ({destination, aside}, result) => {
			if ('bytes' in result) {
				this.#counts.bytesWritten += result.bytes;
				return;
			}

			// What ends the run is told once, for all that were on their way.
			if (isPlakarError(result.error, 'BACKEND_UNAVAILABLE')) {
				this.#end ??= result.error;
			} else if (!isPlakarError(result.error, 'CANCELLED')) {
				this.#tell(destination, result.error);
			}

			this.#undo(destination, aside !== undefined);
		});
		this.#options = options;
		this.#root = pathFromText(resolve(input.folder));
		this.#aside = new Aside(this.#root, input.targets[0]!.snapshot);
	}

	/** Whether something was moved aside; in a dry run, would be. */
	get #hasMoved(): boolean {
		const {replaced, differing, obstructed} = this.#counts;
		return this.#input.overwrite && (this.#input.dryRun ? differing + obstructed : replaced + this.#clearedForFolders) > 0;
	}

	report(): RestoreReport {
		return {
			folder: displayPath(this.#root), ...this.#counts, ...(this.#hasMoved ? {asideFolder: displayPath(this.#aside.folder)} : {}),
			...(this.#input.holes === undefined ? {} : {holeBytes: this.#holeBytes}),
			freeBytes: freeBytesAt(resolve(this.#input.folder)), dryRun: this.#input.dryRun, durationMs: performance.now() - this.#startedMs,
		};
	}

	keptWords(): string {
		return `The paths restored so far are whole.${this.#hasMoved ? ` What they replaced is in ${displayPath(this.#aside.folder)}.` : ''}`;
	}

	close(): void {
		this.#aside.tidy();
	}

	async restore({snapshot, path}: SnapshotTarget): Promise<void> {
		const {repository, dryRun, folder} = this.#input;
		const {signal, onEvent} = this.#options;
		onEvent({type: 'phase', phase: 'files'});
		const header = await readHeader(repository, snapshot, this.#options);
		let found = false;
		let isComplete = false;
		try {
			(dryRun ? assertPossible : makeFolder)(resolve(folder));
			this.#footings.begin(this.#root);
			for await (const entry of entriesOf(repository, header, {path, signal})) {
				found = true;
				await this.#take(entry);
			}

			await this.#files?.send();
			await this.#files?.drain();
			this.#assertGoesOn();
			isComplete = true;
		} finally {
			await this.#files?.drain();
			if (!isComplete) {
				this.#setFolders(ownerBits);
			}
		}

		if (!found) {
			throw new PlakarError('PATH_NOT_FOUND', {
				message: `The snapshot ${snapshot} does not hold ${displayPath(path ?? '/' as PathBytes)}.`,
				hint: 'List what it holds with ls; nothing was restored.',
			});
		}

		this.#finish();
	}

	#assertGoesOn(): void {
		throwIfAborted(this.#options.signal);
		if (this.#end !== undefined) {
			throw this.#end;
		}
	}

	async #take(entry: Entry): Promise<void> {
		this.#assertGoesOn();
		if (entry.path === '/') {
			return;
		}

		const path = `${this.#root === '/' ? '' : this.#root}${entry.path}` as PathBytes;
		if (entry.error !== undefined) {
			this.#tell(path, new PlakarError('PATH_UNREADABLE', {
				message: `${displayPath(path)} ${entry.type === 'directory' ? 'lacks what was in it' : 'has no content'}: it could not be read at the push (${entry.error}).`,
				hint: 'Look for it in another snapshot.',
			}), 'failed');
		}

		if (entry.error !== undefined && entry.type !== 'directory') {
			return;
		}

		const footing = entry.type === 'directory' ? this.#footings.enter(path, unfinishedMode) : this.#footings.enter(parentOf(path));
		if (footing === 'refused' || footing === 'failed') {
			this.#counts[footing]++;
		} else if (entry.type === 'directory') {
			this.#takeFolder(path, entry, footing);
		} else {
			await this.#takeLeaf(path, entry, footing);
		}
	}

	/** Moves what stands at `path` aside; in a dry run, says so. */
	#clear(path: PathBytes, obstacle: Obstacle): void {
		if (this.#input.dryRun) {
			this.#tell(path, movedAside(path, obstacle, this.#aside.folder));
		} else {
			moveAside(path, this.#aside.placeOf(path));
		}
	}

	#clearForFolder(folder: PathBytes, obstacle: Obstacle): boolean {
		this.#counts.obstructed++;
		if (this.#input.overwrite) {
			this.#clear(folder, obstacle);
			this.#clearedForFolders++;
		} else {
			this.#tell(folder, leftAlone(folder, obstacle));
		}

		return this.#input.overwrite;
	}

	#takeFolder(path: PathBytes, entry: Entry, footing: Footing): void {
		const isNew = footing === 'new';
		this.#counts[isNew ? 'created' : 'unchanged']++;
		if (!this.#input.dryRun && (isNew || this.#input.overwrite || this.#attempt(path, () => isFolderOf(path, entry)) === true)) {
			this.#pendingFolders.push({path, entry});
		}
	}

	async #takeLeaf(path: PathBytes, entry: Entry, footing: Footing): Promise<void> {
		const {dryRun, overwrite} = this.#input;
		const standing = dryRun && footing === 'new' ? 'absent' : this.#attempt(path, () => standingOf(path, entry));
		if (standing === undefined) {
			this.#counts.failed++;
			return;
		}

		if (standing === 'same') {
			this.#counts.unchanged++;
			this.#rememberName(path, entry);
			return;
		}

		if (footing === 'closed') {
			this.#footings.tellClosed(parentOf(path));
			this.#counts.failed++;
			return;
		}

		if (standing !== 'absent') {
			this.#counts[standing === 'folder' ? 'obstructed' : 'differing']++;
			this.#counts.newer += standing === 'newer' ? 1 : 0;
			if (!overwrite) {
				this.#tell(path, leftAlone(path, standing), 'refused');
				return;
			}

			if (dryRun) {
				this.#clear(path, standing);
			}
		}

		const isReplacement = standing !== 'absent';
		this.#counts[isReplacement ? 'replaced' : 'created']++;
		const first = entry.hardLink === undefined ? undefined : this.#firstNames.get(entry.hardLink);
		this.#rememberName(path, entry);
		if (dryRun) {
			this.#counts.bytesWritten += first === undefined ? entry.sizeBytes : 0;
			this.#holeBytes += first === undefined ? await this.#input.holes?.in(entry) ?? 0 : 0;
		} else if (first !== undefined) {
			this.#pendingLinks.push({path, existing: first, isReplacement});
		} else if (entry.type === 'file') {
			await this.#takeFile(path, entry, isReplacement);
		} else {
			this.#make(path, isReplacement, () => {
				makeSpecial(path, entry, this.#setOwner);
			});
		}
	}

	#rememberName(path: PathBytes, {hardLink}: Entry): void {
		if (hardLink !== undefined && !this.#firstNames.has(hardLink)) {
			this.#firstNames.set(hardLink, path);
		}
	}

	async #takeFile(path: PathBytes, entry: Entry, isReplacement: boolean): Promise<void> {
		const {mode, uid, gid, mtimeSeconds, mtimeNanoseconds} = entry;
		const aside = isReplacement ? this.#attempt(path, () => this.#aside.placeOf(path)) : undefined;
		if (isReplacement && aside === undefined) {
			this.#undo(path, isReplacement);
			return;
		}

		this.#input.counters.add('filesTotal', 1);
		this.#input.counters.add('bytesTotal', entry.sizeBytes);
		this.#options.onEvent({type: 'path', path: displayPath(path)});
		await this.#files!.add({destination: path, content: entry.content!, sizeBytes: entry.sizeBytes, metadata: {mode, uid, gid, mtimeSeconds, mtimeNanoseconds}, setOwner: this.#setOwner, aside});
	}

	/** Second names, then directories. */
	#finish(): void {
		for (const {path, existing, isReplacement} of this.#pendingLinks) {
			this.#make(path, isReplacement, () => {
				if (this.#lost.has(existing)) {
					throw lostName(path, existing);
				}

				linkSync(pathForSystem(existing), pathForSystem(path));
			});
		}

		this.#pendingLinks = [];
		this.#setFolders();
	}

	/** From the deepest up, so that nothing changes them afterwards. After a stop with `extraMode`, so that the next run can go on in them. */
	#setFolders(extraMode = 0): void {
		for (const {path, entry} of this.#pendingFolders.reverse()) {
			const isSet = this.#attempt(path, () => {
				const metadata = {...entry, mode: entry.mode | extraMode};
				const which = {setOwner: this.#setOwner, setTimes: entry.isAncestor !== true};
				// What somebody else owns and is as it should be needs no right to set it.
				if (!hasMetadata(path, metadata, which)) {
					applyMetadata(Buffer.from(path, 'latin1'), metadata, which);
				}

				return true;
			});
			this.#counts.failed += isSet === true ? 0 : 1;
		}

		this.#pendingFolders = [];
	}

	/** Makes what was counted as made; where it fails, it was not, and what it would replace is put back. */
	#make(path: PathBytes, isReplacement: boolean, action: () => void): void {
		const isMade = this.#attempt(path, () => {
			if (!isReplacement) {
				action();
				return true;
			}

			const putBack = moveAside(path, this.#aside.placeOf(path));
			try {
				action();
			} catch (error) {
				putBack();
				throw error;
			}

			return true;
		});
		if (isMade === undefined) {
			this.#undo(path, isReplacement);
		}
	}

	#undo(path: PathBytes, isReplacement: boolean): void {
		this.#lost.add(path);
		this.#counts[isReplacement ? 'replaced' : 'created']--;
		this.#counts.failed++;
	}

	/** Undefined where `action` failed, which is told. */
	#attempt<Result>(path: PathBytes, action: () => Result): Result | undefined {
		try {
			return action();
		} catch (error) {
			this.#tell(path, restoreFailure(path, error));
			return undefined;
		}
	}

	#tell(path: PathBytes, error: PlakarError, counted?: 'refused' | 'failed'): void {
		if (counted !== undefined) {
			this.#counts[counted]++;
		}

		if (!this.#input.dryRun) {
			this.#input.counters.add('errors', 1);
		}

		this.#options.onEvent({type: 'trouble', path: displayPath(path), error: toPlainError(error)});
	}
}
