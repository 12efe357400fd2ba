// Writes files from their chunks: content first under a temporary name, then owner, mode and time, then the final name.

import {chmodSync, chownSync, closeSync, ftruncateSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, unlinkSync, writeSync} from 'node:fs';
import {dirname} from 'node:path';
import {threadId} from 'node:worker_threads';
import {hasEnded, ownWord} from '../../backends/process-mark.js';
import type {ErrorCode} from '../../errors/codes.js';
import {cancelled, PlakarError} from '../../errors/plakar-error.js';
import {toPlainError} from '../../errors/revive.js';
import type {Content, Entry} from '../../format/entry.js';
import {displayPath, type PathBytes} from '../../format/paths.js';
import {readContent} from '../content.js';
import type {Lane} from '../lane.js';
import {nativeCalls} from '../native.js';
import type {TaskAnswer, Tasks} from '../task.js';

export type FileRestore = {
	/** Where it goes; its folder exists. */
	readonly destination: PathBytes;
	readonly content: Content;
	readonly sizeBytes: number;
	readonly metadata: Pick<Entry, 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'mtimeNanoseconds'>;
	/** Whether to set the owner: only root can. */
	readonly setOwner: boolean;
	/** Where what stands at the destination goes first; undefined when nothing may stand there. */
	readonly aside?: PathBytes | undefined;
};

const zeros = Buffer.alloc(64 * 1024);

const isZero = (bytes: Uint8Array): boolean => {
	for (let offset = 0; offset < bytes.length; offset += zeros.length) {
		const part = bytes.subarray(offset, offset + zeros.length);
		if (Buffer.compare(part, zeros.subarray(0, part.length)) !== 0) {
			return false;
		}
	}

	return true;
};

/** Chunks are opened here and written at once. */
let scratch = new Uint8Array(0);

async function writeContent(lane: Lane, handle: number, {content, sizeBytes}: FileRestore): Promise<void> {
	let offset = 0;
	const {codec: {chunking}} = lane.side('source');
	scratch = scratch.length < chunking.maximumBytes ? new Uint8Array(chunking.maximumBytes) : scratch;
	for await (const plain of readContent(lane.side('source'), content, sizeBytes, {scratch})) {
		lane.counters.waitWhilePaused();
		if (lane.counters.isCancelled) {
			throw cancelled();
		}

		// A chunk of zeros becomes a hole: a sparse file stays sparse.
		if (!isZero(plain)) {
			writeAll(handle, plain, offset);
		}

		offset += plain.length;
		lane.counters.add('bytesDone', plain.length);
		lane.counters.add('bytesWritten', plain.length);
	}

	ftruncateSync(handle, sizeBytes);
}

function writeAll(handle: number, bytes: Uint8Array, position: number): void {
	for (let done = 0; done < bytes.length;) {
		done += writeSync(handle, bytes, done, bytes.length - done, position + done);
	}
}

/** No other lane of any process has this name: two restores may go into one folder. */
const partName = (lane: number): string => `.plakar-tui-${ownWord()}-${threadId}-${lane}.part`;

/** Removes from `folder` what restores that were killed on this machine left half written; nothing else, and never fails. */
export function removeLeftParts(folder: Buffer): void {
	try {
		for (const entry of readdirSync(folder, {withFileTypes: true, encoding: 'latin1'})) {
			const [, word] = /^\.plakar-tui-(.+)-\d+-\d+\.part$/.exec(entry.name) ?? [];
			if (word !== undefined && entry.isFile() && hasEnded(word)) {
				unlinkSync(Buffer.concat([folder, Buffer.from(`/${entry.name}`)]));
			}
		}
	} catch {
		// Nothing is done with them but that: they stay.
	}
}

async function restoreFile(lane: Lane, file: FileRestore): Promise<number> {
	const destination = Buffer.from(file.destination, 'latin1');
	const temporary = Buffer.concat([destination.subarray(0, destination.lastIndexOf('/') + 1), Buffer.from(partName(lane.index))]);
	lane.counters.setLane(lane.index, 'writing', file.content.kind === 'empty' ? '' : file.content.id, file.sizeBytes);
	const handle = openSync(temporary, 'w', 0o600);
	try {
		try {
			await writeContent(lane, handle, file);
		} finally {
			closeSync(handle);
		}

		applyMetadata(temporary, file.metadata, {setOwner: file.setOwner, setTimes: true});
		putInPlace(temporary, destination, file);
	} catch (error) {
		unlinkSync(temporary);
		throw error;
	}

	return file.sizeBytes;
}

/**
 * Moves what is at `path`, if anything, to `place`, whose folders are made. Answers with how to put it back. Throws
 * PATH_EXISTS when something was moved to `place` before, and what the filesystem says.
 */
export function moveAside(path: PathBytes, place: PathBytes): () => void {
	const [from, to] = [Buffer.from(path, 'latin1'), Buffer.from(place, 'latin1')];
	mkdirSync(Buffer.from(dirname(place), 'latin1'), {recursive: true, mode: 0o700});
	if (lstatSync(to, {throwIfNoEntry: false}) !== undefined) {
		throw new PlakarError('PATH_EXISTS', {
			message: `${displayPath(path)} is left as it is: what stood there before is kept as ${displayPath(place)} already.`,
			hint: 'Restore one snapshot at a time: each keeps what it replaces in a folder of its own.',
		});
	}

	try {
		renameSync(from, to);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
			throw error;
		}

		return () => undefined;
	}

	return () => {
		renameSync(to, from);
	};
}

/** Looks again at the last moment: what appeared since the restore looked is nobody's to replace. */
function putInPlace(temporary: Buffer, name: Buffer, {destination, aside}: FileRestore): void {
	if (aside === undefined) {
		if (lstatSync(name, {throwIfNoEntry: false}) !== undefined) {
			throw new PlakarError('PATH_EXISTS', {message: `${displayPath(destination)} is left as it is: it appeared while the restore ran.`, hint: 'Restore again to see how it differs.'});
		}

		renameSync(temporary, name);
		return;
	}

	const putBack = moveAside(destination, aside);
	try {
		renameSync(temporary, name);
	} catch (error) {
		putBack();
		throw error;
	}
}

/** Owner first: changing it clears setuid. Mode last: by it a folder is known that a killed restore did not finish. */
export function applyMetadata(path: Buffer, {mode, uid, gid, mtimeSeconds, mtimeNanoseconds}: FileRestore['metadata'], {setOwner, setTimes}: {readonly setOwner: boolean; readonly setTimes: boolean}): void {
	if (setOwner) {
		chownSync(path, uid, gid);
	}

	if (setTimes) {
		nativeCalls().setTimes(path, mtimeSeconds, mtimeNanoseconds);
	}

	chmodSync(path, mode);
}

const failures: Readonly<Record<string, readonly [code: ErrorCode, reason: string]>> = {
	ENOSPC: ['BACKEND_FULL', 'no space is left there'],
	EDQUOT: ['BACKEND_FULL', 'the quota of this user is used up'],
	EACCES: ['BACKEND_DENIED', 'this user may not write there'],
	EPERM: ['BACKEND_DENIED', 'the filesystem does not let this user do it'],
	EROFS: ['BACKEND_READ_ONLY', 'the filesystem is mounted read-only'],
	EXDEV: ['PATH_EXISTS', 'what stands there is on another filesystem and cannot be moved aside'],
	EBUSY: ['PATH_EXISTS', 'what stands there is in use'],
	EEXIST: ['PATH_EXISTS', 'it appeared while the restore ran'],
	ENAMETOOLONG: ['BACKEND_FAILED', 'the filesystem takes no name this long'],
};

/** The error of a path that could not be made, in words. */
export function restoreFailure(path: PathBytes, error: unknown): PlakarError {
	if (error instanceof PlakarError && error.code !== 'INTERNAL') {
		return error;
	}

	const {code: systemCode = (error as Error).message} = error as NodeJS.ErrnoException;
	const [code, reason] = failures[systemCode] ?? ['BACKEND_FAILED', systemCode];
	return new PlakarError(code, {
		message: `${displayPath(path)} could not be restored: ${reason}.`,
		hint: 'The other paths were restored; mend the cause and restore this one again.',
		cause: error,
	});
}

export async function restoreFiles(lane: Lane, {files}: Tasks['restore']['request']): Promise<TaskAnswer<'restore'>> {
	const results: Array<TaskAnswer<'restore'>['results'][number]> = [];
	for (const file of files) {
		try {
			results.push({bytes: await restoreFile(lane, file)});
		} catch (error) {
			results.push(toPlainError(restoreFailure(file.destination, error)));
		}

		lane.counters.add('filesDone', 1);
	}

	return {results};
}
