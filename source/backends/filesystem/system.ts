// The system calls of the filesystem backend in one place, and what their failures mean.

import * as fs from 'node:fs';
import {isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import type {ErrorCode} from '../../errors/codes.js';
import {syncFilesystem} from './foreign.js';

/** Replaceable as a whole by tests that make the Nth call fail. Synchronous but for the last: in a worker thread that is fastest. */
export const system = {
	openSync: fs.openSync,
	closeSync: fs.closeSync,
	readSync: fs.readSync,
	writeSync: fs.writeSync as (handle: number, bytes: Uint8Array, offset: number, length: number) => number,
	fsyncSync: fs.fsyncSync,
	ftruncateSync: fs.ftruncateSync,
	fstatSync: fs.fstatSync as (handle: number) => fs.Stats,
	statSync: fs.statSync as (path: string, options: {throwIfNoEntry: false}) => fs.Stats | undefined,
	lstatSync: fs.lstatSync as (path: string, options: {throwIfNoEntry: false}) => fs.Stats | undefined,
	linkSync: fs.linkSync,
	renameSync: fs.renameSync,
	unlinkSync: fs.unlinkSync,
	mkdirSync: fs.mkdirSync as (path: string, options: {mode: number; recursive?: boolean}) => string | undefined,
	readdirSync: fs.readdirSync as (path: string) => string[],
	rmSync: fs.rmSync,
	chownSync: fs.chownSync,
	fchownSync: fs.fchownSync,
	chmodSync: fs.chmodSync,
	fchmodSync: fs.fchmodSync,
	statfsSync: fs.statfsSync as (path: string) => {bavail: number; bsize: number},
	syncFilesystem,
};

export const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';

type Meaning = {readonly code: ErrorCode; readonly words: string; readonly hint: string};

const meanings: Readonly<Record<string, Meaning>> = {
	ENOENT: {code: 'BACKEND_NOT_FOUND', words: 'is not there', hint: 'Run check to see what the repository lacks.'},
	ENOSPC: {code: 'BACKEND_FULL', words: 'cannot be written: the disk is full', hint: 'Free some space and run the same command again; every snapshot that is listed is whole.'},
	EDQUOT: {code: 'BACKEND_FULL', words: 'cannot be written: the quota is used up', hint: 'Free some space and run the same command again; every snapshot that is listed is whole.'},
	EROFS: {code: 'BACKEND_READ_ONLY', words: 'cannot be written: the filesystem is read-only', hint: 'Mount it for writing, or choose another target.'},
	EACCES: {code: 'BACKEND_DENIED', words: 'may not be accessed by this user', hint: 'Run as the user who owns the repository, or mend its permissions.'},
	EPERM: {code: 'BACKEND_DENIED', words: 'may not be accessed by this user', hint: 'Run as the user who owns the repository, or mend its permissions.'},
};

const flaky: Meaning = {code: 'BACKEND_IO', words: 'cannot be read or written', hint: 'Look at the disk and its cable, then run the same command again.'};
const odd: Meaning = {code: 'BACKEND_FAILED', words: 'cannot be read or written', hint: 'Check what stands at this path; nothing half written is visible.'};
/** Failures that may pass by themselves. */
const passing = new Set(['EIO', 'EAGAIN', 'EBUSY', 'EINTR', 'ETIMEDOUT', 'ESTALE', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** What a failed system call on `path` means to the engine. */
export function ioError(path: string, error: unknown): PlakarError {
	if (error instanceof PlakarError) {
		return error;
	}

	const errno = errnoOf(error);
	const {code, words, hint} = meanings[errno] ?? (passing.has(errno) ? flaky : odd);
	return new PlakarError(code, {
		message: `${path} ${words}${meanings[errno] === undefined ? ` (${errno === '' ? String(error) : errno})` : ''}.`,
		hint,
		context: {path, errno},
		cause: error,
	});
}

/** `error` as it should leave the repository folder `root`: a full disk is told of the repository, not of the file that met it. */
export function toldOf(root: string, error: unknown): unknown {
	return isPlakarError(error, 'BACKEND_FULL')
		? new PlakarError(error.code, {message: error.message.replace(String(error.context['path']), () => root), hint: error.hint, context: {...error.context, path: root}, cause: error})
		: error;
}

/** Runs `action`; its failure is told as one of `path`. */
export function attempt<Result>(path: string, action: () => Result): Result {
	try {
		return action();
	} catch (error) {
		throw ioError(path, error);
	}
}

/** Throws BACKEND_NOT_FOUND, BACKEND_READ_ONLY or BACKEND_DENIED unless this user can make something in `folder`. */
export function assertWritable(folder: string): void {
	try {
		fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
	} catch (error) {
		const problem = ioError(folder, error);
		throw isMissing(error) ? new PlakarError(problem.code, {message: problem.message, hint: 'Make that folder first, or choose another place.', context: problem.context, cause: error}) : problem;
	}
}

export const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT';
export const isThere = (error: unknown): boolean => errnoOf(error) === 'EEXIST';
/** No hard links at all between these places. */
export const hasNoLinks = (error: unknown): boolean => ['EXDEV', 'EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS'].includes(errnoOf(error));

/** Where a repository that counts by hard links finds none. */
export const noLinksHere = (root: string, cause: unknown): PlakarError => new PlakarError('UNSUPPORTED', {
	message: `${root} lies on a filesystem that makes no hard links any more.`,
	hint: 'It was created where links work. Clone it to a new place here: the clone then does without links.',
	cause,
});

/** Opening a pipe that stands in a record's place would wait for a writer for ever, where no signal is heard; this way the read fails. */
export const readFlags = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK;

/** The whole file in memory of its own, read with one open and as few reads as its size needs. `scratch` is overwritten. */
export function readWhole(path: string, scratch: Uint8Array): Uint8Array {
	const bytes = readInto(path, scratch);
	return bytes.buffer === scratch.buffer ? Uint8Array.prototype.slice.call(bytes) : bytes;
}

/** The whole file: a part of `scratch` where it fits in. */
export function readInto(path: string, scratch: Uint8Array): Uint8Array {
	const handle = system.openSync(path, readFlags);
	try {
		return readOpened(handle, scratch);
	} finally {
		system.closeSync(handle);
	}
}

/** The whole file behind `handle`: a part of `scratch` where it fits in. */
export function readOpened(handle: number, scratch: Uint8Array): Uint8Array {
	const count = system.readSync(handle, scratch, 0, scratch.length, 0);
	if (count < scratch.length) {
		return scratch.subarray(0, count);
	}

	const size = system.fstatSync(handle).size;
	const bytes = new Uint8Array(size);
	let length = 0;
	for (let more = -1; more !== 0 && length < size;) {
		more = system.readSync(handle, bytes, length, size - length, length);
		length += more;
	}

	return bytes.subarray(0, length);
}

/** Gives a file that was just made to whom it is to belong. */
export type Owner = {readonly fileMode: number; claim(handle: number): void};

/** Writes a new file; EEXIST when there is one. Without `owner` it is for this user alone. A file that could not be written whole is removed again. */
export function writeNew(path: string, bytes: Uint8Array, flush = false, owner?: Owner): void {
	const handle = system.openSync(path, 'wx', owner?.fileMode ?? 0o600);
	try {
		try {
			owner?.claim(handle);
			for (let done = 0; done < bytes.length;) {
				done += system.writeSync(handle, bytes, done, bytes.length - done);
			}

			if (flush) {
				system.fsyncSync(handle);
			}
		} finally {
			system.closeSync(handle);
		}
	} catch (error) {
		system.unlinkSync(path);
		throw error;
	}
}

/** Makes the names in `folder` durable. */
export function flushFolder(folder: string): void {
	const handle = system.openSync(folder, 'r');
	try {
		system.fsyncSync(handle);
	} finally {
		system.closeSync(handle);
	}
}

/** The folder that an absolute path lies in. */
export const folderOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

/** Puts `bytes` at `path` in one step, durable: temporary file, fsync, rename, fsync of the folder. */
export function writeDurably(path: string, bytes: Uint8Array, owner?: Owner): void {
	const temporary = `${path}.${process.pid}.part`;
	system.rmSync(temporary, {force: true});
	writeNew(temporary, bytes, true, owner);
	system.renameSync(temporary, path);
	flushFolder(folderOf(path));
}

/**
 * Gives the finished file `temporary` the name `path` for good. Throws EEXIST when something has it: of two processes at once
 * one succeeds, except where there are no hard links and both come at the same moment.
 */
export function reveal(temporary: string, path: string): void {
	try {
		system.linkSync(temporary, path);
		system.rmSync(temporary, {force: true});
	} catch (error) {
		if (!hasNoLinks(error)) {
			throw error;
		}

		if (system.statSync(path, {throwIfNoEntry: false}) !== undefined) {
			throw Object.assign(new Error(`EEXIST: ${path}`, {cause: error}), {code: 'EEXIST'});
		}

		system.renameSync(temporary, path);
	}

	flushFolder(folderOf(path));
}

/** Puts `bytes` at `path`, where nothing is yet, in one step, durable. Throws EEXIST when something is there. */
export function writeFirst(path: string, bytes: Uint8Array, owner?: Owner): void {
	const temporary = `${path}.${process.pid}.part`;
	try {
		system.rmSync(temporary, {force: true});
		writeNew(temporary, bytes, true, owner);
		reveal(temporary, path);
	} finally {
		system.rmSync(temporary, {force: true});
	}
}

/** The names in a folder, sorted; none when it is missing. */
export const listFolder = (path: string): string[] => namesIn(path).sort();

/** The names in a folder, in any order; none when it is missing. */
export function namesIn(path: string): string[] {
	try {
		return system.readdirSync(path);
	} catch (error) {
		if (isMissing(error) || errnoOf(error) === 'ENOTDIR') {
			return [];
		}

		throw ioError(path, error);
	}
}
