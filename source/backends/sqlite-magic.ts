// Tells a SQLite database, and a journal that holds something to undo, from any other file by how it begins.

import {closeSync, constants, openSync, readSync} from 'node:fs';

const magic = Buffer.from('SQLite format 3\0', 'latin1');
/** One that is at rest begins with zeros. */
const journalMagic = Buffer.from('d9d505f920a163d7', 'hex');

/** False for what is no regular file, is not there or cannot be read. */
export const isSqliteFile = (path: string): boolean => beginsWith(path, magic);

/** Whether the rollback journal at `path` is one of a transaction that never ended. False where `isSqliteFile` is. */
export const isHotJournal = (path: string): boolean => beginsWith(path, journalMagic);

function beginsWith(path: string, expected: Buffer): boolean {
	try {
		// A pipe would wait for a writer.
		const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			const start = Buffer.alloc(expected.length);
			return readSync(handle, start, 0, start.length, 0) === expected.length && start.equals(expected);
		} finally {
			closeSync(handle);
		}
	} catch {
		return false;
	}
}
