// Calls of the C library that Node has no name for. Where they cannot be reached, everything works without them.

import {createRequire} from 'node:module';
import {constants, endianness} from 'node:os';

type Advise = (handle: number, offset: number, length: number, advice: number) => number;
type SyncFilesystem = {(handle: number): number; async(handle: number, done: (error: unknown, result: number) => void): void};
/** Writes entries of the folder behind `handle` into `entries`; answers how many bytes, 0 at the end, below 0 when it failed. */
type ReadEntries = {async(handle: number, entries: Uint8Array, length: number, done: (error: unknown, result: number) => void): void};
type Koffi = {load(path: null): {func(prototype: string): unknown}; errno(): number};

const require = createRequire(import.meta.url);
/** POSIX_FADV_WILLNEED of fcntl.h on Linux. */
const willNeed = 3;
/** Loading the foreign call takes as long as some hundred files: who reads few does without. */
const filesBeforeLoading = 256;
let files = 0;
let advise: Advise | undefined;
let syncCall: {readonly call: SyncFilesystem | undefined} | undefined;
let entriesCall: {readonly call: ReadEntries | undefined} | undefined;

/** What `load` makes of koffi, on Linux; undefined where that does not work. */
function fromKoffi<Call>(load: (koffi: Koffi) => Call | undefined): Call | undefined {
	try {
		return process.platform === 'linux' ? load(require('koffi') as Koffi) : undefined;
	} catch {
		return undefined;
	}
}

/** The whole file behind `handle` will be read. Returns at once and never fails: it is advice. */
export function announce(handle: number): void {
	if (++files === filesBeforeLoading) {
		advise = fromKoffi(koffi => koffi.load(null).func('int posix_fadvise(int handle, int64_t offset, int64_t length, int advice)') as Advise);
	}

	advise?.(handle, 0, 0, willNeed);
}

function loadSyncFilesystem(koffi: Koffi): SyncFilesystem | undefined {
	const call = koffi.load(null).func('int syncfs(int handle)') as SyncFilesystem;
	// No file is open under this number: a kernel that has the call says so.
	return call(-1) !== 0 && koffi.errno() === constants.errno.EBADF ? call : undefined;
}

/** Flushes the filesystem of an open file, beside this thread. Resolves to whether that succeeded; undefined without such a call. */
export function syncFilesystem(handle: number): Promise<boolean> | undefined {
	syncCall ??= {call: fromKoffi(loadSyncFilesystem)};
	const {call} = syncCall;
	return call && new Promise(resolve => {
		call.async(handle, (error, result) => {
			resolve(error === null && result === 0);
		});
	});
}

const loadReadEntries = (koffi: Koffi): ReadEntries | undefined => endianness() === 'LE'
	? koffi.load(null).func('int64_t getdents64(int handle, void *entries, size_t length)') as ReadEntries
	: undefined;

/**
 * The next entries of an open folder, as the kernel packs them (getdents64(2)), read beside this thread into `entries`,
 * which must be left alone until then. Resolves to their bytes, 0 at the end; undefined when it failed, or without such a call.
 */
export async function readEntries(handle: number, entries: Uint8Array): Promise<number | undefined> {
	entriesCall ??= {call: fromKoffi(loadReadEntries)};
	const {call} = entriesCall;
	return call && new Promise(resolve => {
		call.async(handle, entries, entries.length, (error, result) => {
			resolve(error === null && result >= 0 ? result : undefined);
		});
	});
}
