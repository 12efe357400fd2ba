// Makes a snapshot's paths again below a folder: never over what is there unless asked, never through a symlink.

import {lchownSync, linkSync, lstatSync, mkdirSync, readlinkSync, rmSync, statfsSync, symlinkSync, unlinkSync, type BigIntStats} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {cancelled, PlakarError, throwIfAborted} from '../errors/plakar-error.js';
import {reviveError, toPlainError} from '../errors/revive.js';
import type {Entry} from '../format/entry.js';
import {displayPath, pathForSystem, pathFromText, type PathBytes} from '../format/paths.js';
import type {Counters} from '../workers/counters.js';
import {openLanes, TaskStream, type Lanes} from '../workers/lanes.js';
import {nativeCalls} from '../workers/native.js';
import {applyMetadata, restoreFailure, type FileRestore} from '../workers/tasks/restore-files.js';
import type {VerbOptions} from './events.js';
import type {RestoreReport, SnapshotTarget} from './jobs.js';
import {entriesOf, parentOf} from './reading.js';
import {assertOpens, readHeader, sideOf, type Repository} from './repository.js';

export type RestoreInput = {
	readonly repository: Repository;
	readonly targets: readonly SnapshotTarget[];
	/** Paths are made below it, whole: /etc/hosts becomes FOLDER/etc/hosts. */
	readonly folder: string;
	readonly overwrite: boolean;
	/** Only tell what would be done. */
	readonly dryRun: boolean;
	readonly counters: Counters;
};

const filesPerTask = 64;
const bytesPerTask = 8 * 1024 * 1024;

/**
 * Restores every target. A path that cannot be made is told as `trouble` and counted; the others are made.
 * Throws PATH_NOT_FOUND when a target's path is not in its snapshot. Memory: directories and files of several names.
 */
export async function restoreSnapshots(input: RestoreInput, options: VerbOptions): Promise<RestoreReport> {
	const {repository, counters} = input;
	assertOpens(repository);
	const lanes = await openLanes({counters, sides: {source: sideOf(repository)}, signal: options.signal});
	try {
		const run = new RestoreRun(input, lanes, options);
		for (const target of input.targets) {
			await run.restore(target);
		}

		return run.report();
	} catch (error) {
		throw options.signal.aborted ? cancelled('The paths restored so far are whole.') : error;
	} finally {
		await lanes.close();
	}
}

type Standing = 'absent' | 'same' | 'other' | 'directory';

class RestoreRun {
	readonly #input: RestoreInput;
	readonly #lanes: Lanes;
	readonly #options: VerbOptions;
	readonly #root: PathBytes;
	readonly #startedMs = performance.now();
	readonly #setOwner = process.getuid?.() === 0;
	readonly #counts = {created: 0, overwritten: 0, unchanged: 0, refused: 0, differing: 0, differingBytes: 0, failed: 0, bytesWritten: 0};
	/** Directories that are there and are no symlinks: only below these is anything made. */
	readonly #folders = new Set<PathBytes>();
	/** Metadata of directories, to be set when nothing more is made in them. */
	#pendingFolders: Array<{readonly path: PathBytes; readonly entry: Entry}> = [];
	#pendingLinks: Array<{readonly path: PathBytes; readonly existing: PathBytes}> = [];
	readonly #firstNames = new Map<string, PathBytes>();
	#batch: FileRestore[] = [];
	#batchBytes = 0;

	constructor(input: RestoreInput, lanes: Lanes, options: VerbOptions) {
		this.#input = input;
		this.#lanes = lanes;
		this.#options = options;
		this.#root = pathFromText(resolve(input.folder));
	}

	report(): RestoreReport {
		return {folder: displayPath(this.#root), ...this.#counts, freeBytes: freeBytesAt(resolve(this.#input.folder)), dryRun: this.#input.dryRun, durationMs: performance.now() - this.#startedMs};
	}

	async restore({snapshot, path}: SnapshotTarget): Promise<void> {
		const {repository, dryRun} = this.#input;
		const {signal, onEvent} = this.#options;
		onEvent({type: 'phase', phase: 'files'});
		const header = await readHeader(repository, snapshot, this.#options);
		const stream = new TaskStream(this.#lanes);
		let found = false;
		try {
			if (!dryRun) {
				this.#makeRoot();
			}

			for await (const entry of entriesOf(repository, header, {path, signal})) {
				found = true;
				await this.#take(entry, stream);
			}

			await this.#send(stream);
		} finally {
			await stream.drain();
		}

		if (!found) {
			throw new PlakarError('PATH_NOT_FOUND', {
				message: `The snapshot ${snapshot} does not hold ${displayPath(path ?? '/' as PathBytes)}.`,
				hint: 'List what it holds with ls; nothing was restored.',
			});
		}

		this.#finish();
	}

	#makeRoot(): void {
		mkdirSync(pathForSystem(this.#root), {recursive: true});
		this.#folders.add(this.#root);
	}

	async #take(entry: Entry, stream: TaskStream): Promise<void> {
		throwIfAborted(this.#options.signal);
		const path = (entry.path === '/' ? this.#root : this.#root === '/' ? entry.path : `${this.#root}${entry.path}`) as PathBytes;
		if (entry.path === '/') {
			return;
		}

		if (entry.error !== undefined) {
			this.#trouble(path, new PlakarError('PATH_UNREADABLE', {
				message: `${displayPath(path)} ${entry.type === 'directory' ? 'lacks what was in it' : 'has no content'}: it could not be read at the push (${entry.error}).`,
				hint: 'Look for it in another snapshot.',
			}), 'failed');
		}

		if (entry.error !== undefined && entry.type !== 'directory') {
			return;
		}

		if (entry.type === 'directory') {
			this.#takeFolder(path, entry);
			return;
		}

		if (!this.#input.dryRun) {
			this.#ensureParents(parentOf(path));
		}

		if (!this.#input.dryRun && !this.#folders.has(parentOf(path))) {
			this.#count('refused');
			return;
		}

		await this.#takeLeaf(path, entry, stream);
	}

	/** Makes the directories above a single restored path that are not part of the selection. */
	#ensureParents(parent: PathBytes): void {
		if (this.#folders.has(parent) || parent.length <= this.#root.length) {
			return;
		}

		this.#ensureParents(parentOf(parent));
		if (this.#folders.has(parentOf(parent))) {
			this.#makeFolder(parent);
		}
	}

	#makeFolder(path: PathBytes): boolean {
		const name = pathForSystem(path);
		const stats = lstatSync(name, {throwIfNoEntry: false});
		if (stats === undefined) {
			mkdirSync(name, 0o700);
		} else if (!stats.isDirectory()) {
			this.#trouble(path, inTheWay(path, 'it is not a directory, so nothing below it was restored'), 'refused');
			return false;
		}

		this.#folders.add(path);
		return stats === undefined;
	}

	#takeFolder(path: PathBytes, entry: Entry): void {
		const isThere = lstatSync(pathForSystem(path), {throwIfNoEntry: false}) !== undefined;
		if (this.#input.dryRun) {
			this.#count(isThere ? 'unchanged' : 'created');
			return;
		}

		this.#ensureParents(parentOf(path));
		if (!this.#folders.has(parentOf(path))) {
			this.#count('refused');
			return;
		}

		const isNew = this.#attempt(path, () => this.#makeFolder(path));
		if (isNew !== undefined && this.#folders.has(path)) {
			this.#count(isNew ? 'created' : 'unchanged');
			if (isNew || this.#input.overwrite) {
				this.#pendingFolders.push({path, entry});
			}
		}
	}

	async #takeLeaf(path: PathBytes, entry: Entry, stream: TaskStream): Promise<void> {
		const standing = this.#standingOf(path, entry);
		if (standing === 'same') {
			this.#count('unchanged');
			this.#rememberName(path, entry);
			return;
		}

		if (standing === 'other') {
			this.#counts.differing++;
			this.#counts.differingBytes += entry.sizeBytes;
		}

		if (standing === 'directory' || (standing === 'other' && !this.#input.overwrite)) {
			this.#trouble(path, inTheWay(path, 'there is something else already'), 'refused');
			return;
		}

		this.#count(standing === 'absent' ? 'created' : 'overwritten');
		if (this.#input.dryRun) {
			this.#counts.bytesWritten += entry.sizeBytes;
			return;
		}

		const first = entry.hardLink === undefined ? undefined : this.#firstNames.get(entry.hardLink);
		if (first !== undefined) {
			this.#pendingLinks.push({path, existing: first});
			return;
		}

		this.#rememberName(path, entry);
		if (entry.type === 'file') {
			await this.#takeFile(path, entry, stream);
		} else {
			this.#attempt(path, () => {
				this.#makeSpecial(path, entry, standing === 'other');
			});
		}
	}

	#rememberName(path: PathBytes, {hardLink}: Entry): void {
		if (hardLink !== undefined && !this.#firstNames.has(hardLink)) {
			this.#firstNames.set(hardLink, path);
		}
	}

	async #takeFile(path: PathBytes, entry: Entry, stream: TaskStream): Promise<void> {
		this.#input.counters.add('filesTotal', 1);
		this.#input.counters.add('bytesTotal', entry.sizeBytes);
		this.#batch.push({destination: path, content: entry.content!, sizeBytes: entry.sizeBytes, metadata: entry, setOwner: this.#setOwner});
		this.#batchBytes += entry.sizeBytes;
		if (this.#batch.length >= filesPerTask || this.#batchBytes >= bytesPerTask) {
			await this.#send(stream);
		}
	}

	async #send(stream: TaskStream): Promise<void> {
		const files = this.#batch.map(({destination, content, sizeBytes, setOwner, metadata: {mode, uid, gid, mtimeSeconds, mtimeNanoseconds}}) =>
			({destination, content, sizeBytes, setOwner, metadata: {mode, uid, gid, mtimeSeconds, mtimeNanoseconds}}));
		this.#batch = [];
		this.#batchBytes = 0;
		if (files.length > 0) {
			this.#options.onEvent({type: 'path', path: displayPath(files[0]!.destination)});
			await stream.add({name: 'restore', files}, ({results}) => {
				for (const [index, result] of results.entries()) {
					if ('bytes' in result) {
						this.#counts.bytesWritten += result.bytes;
					} else {
						const {destination} = files[index]!;
						this.#counts.created--;
						this.#trouble(destination, reviveError(result), 'failed');
					}
				}
			});
		}
	}

	#standingOf(path: PathBytes, {type, sizeBytes, mtimeSeconds, mtimeNanoseconds, linkTarget}: Entry): Standing {
		let stats: BigIntStats | undefined;
		try {
			stats = lstatSync(pathForSystem(path), {bigint: true, throwIfNoEntry: false});
		} catch {
			return 'absent';
		}

		if (stats === undefined) {
			return 'absent';
		}

		if (stats.isDirectory()) {
			return 'directory';
		}

		const isSameTime = stats.mtimeNs === (BigInt(mtimeSeconds) * 1_000_000_000n) + BigInt(mtimeNanoseconds);
		const isSame = (type === 'file' && stats.isFile() && stats.size === BigInt(sizeBytes))
			|| (type === 'symlink' && stats.isSymbolicLink() && readlinkSync(pathForSystem(path), {encoding: 'latin1'}) === linkTarget)
			|| (type === 'fifo' && stats.isFIFO()) || (type === 'socket' && stats.isSocket());
		return isSameTime && isSame ? 'same' : 'other';
	}

	#makeSpecial(path: PathBytes, entry: Entry, isInTheWay: boolean): void {
		const name = Buffer.from(path, 'latin1');
		if (isInTheWay) {
			unlinkSync(name);
		}

		if (entry.type === 'symlink') {
			symlinkSync(Buffer.from(entry.linkTarget ?? '', 'latin1'), name);
			if (this.#setOwner) {
				lchownSync(name, entry.uid, entry.gid);
			}

			nativeCalls().setTimes(name, entry.mtimeSeconds, entry.mtimeNanoseconds);
		} else {
			nativeCalls().makeNode(name, entry.type, entry.mode, entry.device);
			applyMetadata(name, entry, {setOwner: this.#setOwner, setTimes: true});
		}
	}

	/** Second names, then directories from the deepest up, so that nothing changes them afterwards. */
	#finish(): void {
		for (const {path, existing} of this.#pendingLinks) {
			this.#attempt(path, () => {
				if (this.#input.overwrite) {
					rmSync(pathForSystem(path), {force: true});
				}

				linkSync(pathForSystem(existing), pathForSystem(path));
			});
		}

		for (const {path, entry} of this.#pendingFolders.reverse()) {
			this.#attempt(path, () => {
				applyMetadata(Buffer.from(path, 'latin1'), entry, {setOwner: this.#setOwner, setTimes: entry.isAncestor !== true});
			});
		}

		this.#pendingLinks = [];
		this.#pendingFolders = [];
	}

	#attempt<Result>(path: PathBytes, action: () => Result): Result | undefined {
		try {
			return action();
		} catch (error) {
			this.#trouble(path, restoreFailure(path, error), 'failed');
			return undefined;
		}
	}

	#count(what: 'created' | 'overwritten' | 'unchanged' | 'refused' | 'failed'): void {
		this.#counts[what]++;
	}

	#trouble(path: PathBytes, error: PlakarError, what: 'refused' | 'failed'): void {
		this.#count(what);
		this.#input.counters.add('errors', 1);
		this.#options.onEvent({type: 'trouble', path: displayPath(path), error: toPlainError(error)});
	}
}

/** Free bytes for this user where `folder` is or would be. */
function freeBytesAt(folder: string): number | undefined {
	try {
		const {bavail, bsize} = statfsSync(folder);
		return bavail * bsize;
	} catch (error) {
		const parent = dirname(folder);
		return (error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder ? freeBytesAt(parent) : undefined;
	}
}

const inTheWay = (path: PathBytes, reason: string): PlakarError => new PlakarError('PATH_EXISTS', {
	message: `${displayPath(path)} was left as it is: ${reason}.`,
	hint: 'Restore into an empty folder with --to, or overwrite with --force.',
});
