// Tells a SQLite database from any other file by how it begins.

import {closeSync, constants, openSync, readSync} from 'node:fs';

const magic = Buffer.from('SQLite format 3\0', 'latin1');

/** False for what is no regular file, is not there or cannot be read. */
export function isSqliteFile(path: string): boolean {
	try {
		// A pipe would wait for a writer.
		const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			const start = Buffer.alloc(magic.length);
			return readSync(handle, start, 0, start.length, 0) === magic.length && start.equals(magic);
		} finally {
			closeSync(handle);
		}
	} catch {
		return false;
	}
}
