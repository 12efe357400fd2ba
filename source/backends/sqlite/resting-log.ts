// Databases that another program keeps with a write-ahead log: told by the head of the file, before SQLite opens it.

import {existsSync} from 'node:fs';
import {PlakarError} from '../../errors/plakar-error.js';
import {headOfSqliteFile, isWriteAheadLog} from '../sqlite-magic.js';

// https://www.sqlite.org/fileformat2.html#the_database_header
const headBytes = 100;
const readVersionAt = 19;
const loggedVersion = 2;
const applicationIdAt = 68;

/**
 * The application id of the database at `path` when it has a write-ahead log and nobody has it open: SQLite would make
 * "-wal" and "-shm" beside it, only to read it, and leave both. Undefined for any other file.
 */
export function restingLog(path: string): number | undefined {
	const head = headOfSqliteFile(path, headBytes);
	return head?.[readVersionAt] === loggedVersion && !existsSync(`${path}-shm`) ? head.readUInt32BE(applicationIdAt) : undefined;
}

/**
 * Throws UNSUPPORTED when a log lies beside a database that says it has none: it is that of another file which had this
 * name, and SQLite would take what stands in it for pages of this one.
 */
export function assertNoStrangeLog(path: string): void {
	const log = `${path}-wal`;
	const head = isWriteAheadLog(log) ? headOfSqliteFile(path, headBytes) : undefined;
	if (head !== undefined && head[readVersionAt] !== loggedVersion) {
		throw new PlakarError('UNSUPPORTED', {
			message: `${log} is the write-ahead log of another database that had this name; ${path} itself keeps none.`,
			hint: 'Move that log away, and the file of that name and "-shm" if there is one; then run the same command again.',
			context: {path, leftover: log},
		});
	}
}

/** What such a file cannot be used for, and how to make it one that can. */
export const loggedFile = (path: string, what: string): PlakarError => new PlakarError('UNSUPPORTED', {
	message: `${path} cannot be ${what}: another program has given it a write-ahead log.`,
	hint: `Close what has it open, then run: sqlite3 ${path} 'PRAGMA journal_mode = DELETE'`,
	context: {path},
});
