// The ids in all buckets of a kind. Many are read beside this thread, the next bucket while this one is worked on.

import {throwIfAborted} from '../../errors/plakar-error.js';
import {readEntries} from './foreign.js';
import {buckets} from './layout.js';
import {packEntries, packNames} from './pack-names.js';
import {namesIn, system} from './system.js';

/** So many names in a bucket, 64 times as many in all, are worth the loading of a foreign call. */
const manyNames = 128;
/** Folders that are read at a time: the threads of two cores. */
const foldersAhead = 2;
/** Some 6,000 names of ids. */
const entriesBytes = 512 * 1024;

type Ahead = {
	readonly bucket: string;
	/** Undefined where the folder cannot be opened. */
	readonly handle: number | undefined;
	readonly entries: Uint8Array;
	/** Bytes of the first entries; undefined where there is no telling. */
	readonly length: Promise<number | undefined>;
};

/** What `list` yields of the kind in `folder`, 32 bytes an id, in any order. Throws what listing a folder throws. */
export async function* listPackedIn(folder: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
	const [first, ...rest] = buckets;
	throwIfAborted(signal);
	const names = namesIn(`${folder}/${first!}`);
	if (names.length > 0) {
		yield packNames(names, first!);
	}

	yield* names.length < manyNames ? listByNames(folder, rest, signal) : listByEntries(folder, rest, signal);
}

function* listByNames(folder: string, rest: readonly string[], signal: AbortSignal | undefined): Generator<Uint8Array> {
	for (const bucket of rest) {
		throwIfAborted(signal);
		const names = namesIn(`${folder}/${bucket}`);
		if (names.length > 0) {
			yield packNames(names, bucket);
		}
	}
}

async function* listByEntries(folder: string, rest: readonly string[], signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
	const ahead: Ahead[] = [];
	let next = 0;
	const begin = (entries: Uint8Array): void => {
		const bucket = rest[next++];
		if (bucket !== undefined) {
			const handle = openedFolder(`${folder}/${bucket}`);
			ahead.push({bucket, handle, entries, length: handle === undefined ? Promise.resolve(undefined) : readEntries(handle, entries)});
		}
	};

	try {
		for (let count = 0; count < foldersAhead; count++) {
			begin(Buffer.allocUnsafeSlow(entriesBytes));
		}

		while (ahead.length > 0) {
			const [reading] = ahead as [Ahead];
			const pages = await pagesOf(reading) ?? [packNames(namesIn(`${folder}/${reading.bucket}`), reading.bucket)];
			ahead.shift();
			close(reading);
			begin(reading.entries);
			throwIfAborted(signal);
			yield* pages;
		}
	} finally {
		// The kernel may still be writing into their memory.
		await Promise.all(ahead.map(async ({length}) => length));
		ahead.forEach(close);
	}
}

/** All of a bucket; undefined where its entries cannot be read, or not to their end. */
async function pagesOf({bucket, handle, entries, length}: Ahead): Promise<Uint8Array[] | undefined> {
	const pages: Uint8Array[] = [];
	for (let bytes = await length; bytes !== 0; bytes = await readEntries(handle!, entries)) {
		if (bytes === undefined) {
			return undefined;
		}

		pages.push(packEntries(entries.subarray(0, bytes), bucket));
	}

	return pages;
}

/** What stands in the way is told by listing it by name. */
function openedFolder(path: string): number | undefined {
	try {
		return system.openSync(path, 'r');
	} catch {
		return undefined;
	}
}

function close({handle}: Ahead): void {
	if (handle !== undefined) {
		system.closeSync(handle);
	}
}
