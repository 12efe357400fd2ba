// Reads many files in order, the next ones opened and announced meanwhile: a disk answers many in the time of one.

import type {Stats} from 'node:fs';
import type {ReadResult} from '../contract.js';
import {announce} from './foreign.js';
import {attempt, errnoOf, ioError, isMissing, readFlags, readOpened, system} from './system.js';

/** Enough to keep a disk's queue full; every lane holds as many handles. */
const filesAhead = 32;

export type Reading = {
	readonly count: number;
	readonly pathAt: (index: number) => string;
	/** Whether to read the file, beside looking at it. */
	readonly isRead: (index: number) => boolean;
	/** Results lie here where they fit in. */
	readonly scratch: Uint8Array;
};

/** Gets `stats` undefined for a file that is not there, `result` undefined for one that was not to be read; false ends the reading. */
export type Reader = (stats: Stats | undefined, result: ReadResult | undefined, index: number) => boolean;

type Opened = {readonly stats: Stats | undefined; readonly handle?: number; readonly failure?: unknown};

/** Throws what looking at a file throws, unless it is not there; what opening or reading it throws is its result. */
export function readAhead({count, pathAt, isRead, scratch}: Reading, read: Reader): void {
	const ahead: Opened[] = [];
	let next = 0;
	const openMore = (): void => {
		while (next < count && ahead.length < filesAhead) {
			const opened = isRead(next) ? open(pathAt(next)) : {stats: look(pathAt(next))};
			if (ahead.length > 0 && isShortOfHandles(opened.failure)) {
				break;
			}

			ahead.push(opened);
			next++;
		}
	};

	try {
		for (let index = 0; index < count; index++) {
			openMore();
			const {stats, handle, failure} = ahead.shift()!;
			const path = pathAt(index);
			const result = handle === undefined ? (failure === undefined ? undefined : ioError(path, failure)) : readAndClose(path, handle, scratch);
			if (!read(stats, result, index)) {
				break;
			}
		}
	} finally {
		for (const {handle} of ahead) {
			if (handle !== undefined) {
				system.closeSync(handle);
			}
		}
	}
}

/** The next files are opened once the files at hand are closed. */
const isShortOfHandles = (failure: unknown): boolean => ['EMFILE', 'ENFILE'].includes(errnoOf(failure));

const look = (path: string): Stats | undefined => attempt(path, () => system.statSync(path, {throwIfNoEntry: false}));

/** Looking through the handle spares the system to find the place a second time. */
function open(path: string): Opened {
	let handle: number;
	try {
		handle = system.openSync(path, readFlags);
	} catch (failure) {
		return isMissing(failure) ? {stats: undefined} : openedBadly(path, failure);
	}

	try {
		const stats = system.fstatSync(handle);
		announce(handle);
		return {stats, handle};
	} catch (error) {
		system.closeSync(handle);
		throw ioError(path, error);
	}
}

/** What cannot be opened may still be looked at; what is gone by then is not there. */
function openedBadly(path: string, failure: unknown): Opened {
	const stats = look(path);
	return stats === undefined ? {stats} : {stats, failure};
}

function readAndClose(path: string, handle: number, scratch: Uint8Array): ReadResult {
	try {
		try {
			return readOpened(handle, scratch);
		} finally {
			system.closeSync(handle);
		}
	} catch (error) {
		return ioError(path, error);
	}
}
