// What the threads of a process staged in a transaction: packed ids, one file for each thread and kind.
//
// A commit reads these instead of looking at every file of the transaction, most of which are links to what was there.

import {threadId} from 'node:worker_threads';
import {hashIdAt, hashSizeBytes, type RecordId, type SharedKind} from '../../format/ids.js';
import {attempt, listFolder, readWhole, system, type Owner} from './system.js';

const prefix = 'STAGED-';
const scratchBytes = 1024 * 1024;

/** Adds `bytes` to the end of a file, which is made when it is missing: all of them, or none when that fails. */
export function appendTo(path: string, bytes: Uint8Array, owner: Owner): void {
	attempt(path, () => {
		const handle = system.openSync(path, 'a', owner.fileMode);
		try {
			const {size} = system.fstatSync(handle);
			if (size === 0) {
				owner.claim(handle);
			}

			try {
				for (let done = 0; done < bytes.length;) {
					done += system.writeSync(handle, bytes, done, bytes.length - done);
				}
			} catch (error) {
				// What comes after half an id would be read as other ids.
				system.ftruncateSync(handle, size);
				throw error;
			}
		} finally {
			system.closeSync(handle);
		}
	});
}

/** Notes packed ids as staged by this thread. */
export function appendToJournal(folder: string, kind: SharedKind, ids: Uint8Array, owner: Owner): void {
	appendTo(`${folder}/${prefix}${kind}-${process.pid}-${threadId}`, ids, owner);
}

const journalsOf = (folder: string): string[] => listFolder(folder).filter(name => name.startsWith(prefix));

/** Bytes of each journal, by path. */
export type JournalSizes = ReadonlyMap<string, number>;

export function journalSizes(folders: Iterable<string>): JournalSizes {
	return new Map([...folders].flatMap(folder => journalsOf(folder).map(name => {
		const path = `${folder}/${name}`;
		return [path, attempt(path, () => system.statSync(path, {throwIfNoEntry: false})?.size ?? 0)] as const;
	})));
}

/** Ids of 32 bytes each; the first `durableBytes` of them are of records that are on the disk. */
export type Journal = {readonly kind: SharedKind; readonly ids: Uint8Array; readonly durableBytes: number};

/** Packed ids, one by one. */
export function* unpackIds(ids: Uint8Array): Generator<RecordId> {
	for (let offset = 0; offset < ids.length; offset += hashSizeBytes) {
		yield hashIdAt(ids, offset) as RecordId;
	}
}

/** Everything that was noted, by all threads; durable is what stands within the first `durable` bytes of its journal. */
export function readJournals(folder: string, durable: JournalSizes): Journal[] {
	return journalsOf(folder).map(name => {
		const path = `${folder}/${name}`;
		const bytes = attempt(folder, () => readWhole(path, new Uint8Array(scratchBytes)));
		const whole = (sizeBytes: number): number => sizeBytes - (sizeBytes % hashSizeBytes);
		return {
			kind: name.startsWith(`${prefix}chunk`) ? 'chunk' : 'object',
			ids: bytes.subarray(0, whole(bytes.length)),
			durableBytes: whole(Math.min(durable.get(path) ?? 0, bytes.length)),
		};
	});
}

export function removeJournals(folder: string): void {
	for (const name of journalsOf(folder)) {
		system.unlinkSync(`${folder}/${name}`);
	}
}

/** How many of some transactions noted each id; read anew when one of their journals has changed. About 100 bytes an id. */
export class Journaled {
	#read = '';
	#counts: Readonly<Record<SharedKind, Map<string, number>>> = {chunk: new Map(), object: new Map()};

	counts(folders: readonly string[], kind: SharedKind): ReadonlyMap<string, number> {
		const now = JSON.stringify([...journalSizes(folders)]);
		if (now !== this.#read) {
			this.#counts = {chunk: new Map(), object: new Map()};
			for (const folder of folders) {
				const seen = new Set<string>();
				for (const {kind: noted, ids} of readJournals(folder, new Map())) {
					for (const id of unpackIds(ids)) {
						// A call that was tried again noted its ids once more.
						if (!seen.has(id)) {
							seen.add(id);
							this.#counts[noted].set(id, (this.#counts[noted].get(id) ?? 0) + 1);
						}
					}
				}
			}

			this.#read = now;
		}

		return this.#counts[kind];
	}
}
