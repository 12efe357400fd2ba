// Tells a SQLite database, a journal that holds something to undo and a write-ahead log from any other file by how it begins.

import {closeSync, constants, openSync, readSync} from 'node:fs';

const magic = Buffer.from('SQLite format 3\0', 'latin1');
/** One that is at rest begins with zeros. */
const journalMagic = Buffer.from('d9d505f920a163d7', 'hex');
/** https://www.sqlite.org/fileformat2.html#the_write_ahead_log: the last bit tells how its checksums are made. */
const logMagics = [Buffer.from('377f0682', 'hex'), Buffer.from('377f0683', 'hex')];

/** False for what is no regular file, is not there or cannot be read. */
export const isSqliteFile = (path: string): boolean => beginsWith(path, magic);

/** Whether the rollback journal at `path` is one of a transaction that never ended. False where `isSqliteFile` is. */
export const isHotJournal = (path: string): boolean => beginsWith(path, journalMagic);

/** Whether the file at `path` is a write-ahead log. False where `isSqliteFile` is. */
export const isWriteAheadLog = (path: string): boolean => logMagics.some(logMagic => beginsWith(path, logMagic));

const beginsWith = (path: string, expected: Buffer): boolean => startOf(path, expected.length)?.equals(expected) === true;

/** The head of the SQLite database at `path`; undefined where `isSqliteFile` is false, and for a file that is shorter. */
export function headOfSqliteFile(path: string, sizeBytes: number): Buffer | undefined {
	const head = startOf(path, sizeBytes);
	return head?.subarray(0, magic.length).equals(magic) === true ? head : undefined;
}

/** The first bytes of a file; undefined where it has fewer, or cannot be read. */
function startOf(path: string, sizeBytes: number): Buffer | undefined {
	const start = readStart(path, sizeBytes);
	return start.length === sizeBytes ? start : undefined;
}

/** The first bytes of a file, or as many as it has; none where it cannot be read. */
export function readStart(path: string, sizeBytes: number): Buffer {
	try {
		// A pipe would wait for a writer.
		const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			const start = Buffer.alloc(sizeBytes);
			return start.subarray(0, readSync(handle, start, 0, sizeBytes, 0));
		} finally {
			closeSync(handle);
		}
	} catch {
		return Buffer.alloc(0);
	}
}
