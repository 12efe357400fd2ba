// Makes the file of an empty repository: whole and durable before it has its name.

import {PlakarError} from '../../errors/plakar-error.js';
import {assertWritable, attempt, folderOf, isThere, reveal, system, writeNew} from '../filesystem/system.js';
import {isHotJournal, isWriteAheadLog} from '../sqlite-magic.js';
import {openHandle} from './connection.js';
import {databaseError} from './failure.js';
import {applicationId, layoutVersion, pageBytes, schema} from './schema.js';

const taken = (path: string, what: string): PlakarError => new PlakarError('REPOSITORY_EXISTS', {
	message: `${path} is taken: there is ${what} already.`,
	hint: 'Choose a place where nothing is yet.',
	context: {path},
});

/** SQLite would undo with a journal, or do with a log, in the new file what was half done in another one. */
function assertNothingLeft(path: string): void {
	const [journal, log] = [`${path}-journal`, `${path}-wal`];
	if (isHotJournal(journal)) {
		throw left(path, journal, 'Put that database back and run ls on it, which undoes what was half done; or remove this journal if it is lost for good.');
	}

	if (isWriteAheadLog(log)) {
		throw left(path, log, `Put that database back and run: sqlite3 ${path} 'PRAGMA journal_mode = DELETE'; or remove this log if it is lost for good.`);
	}
}

const left = (path: string, leftover: string, hint: string): PlakarError => new PlakarError('REPOSITORY_EXISTS', {
	message: `${leftover} is left of a database that was being written at ${path} and is no longer there.`,
	hint,
	context: {path, leftover},
});

/** Writes a whole empty repository to `temporary`, durably. */
function writeEmpty(temporary: string, path: string, config: Uint8Array): void {
	// Made here, so that nobody else may read it; SQLite gives its journal the same mode.
	attempt(temporary, () => {
		writeNew(temporary, new Uint8Array(0));
	});
	const handle = openHandle(temporary, false);
	try {
		handle.pragma(`page_size = ${pageBytes}`);
		// Nobody knows this file yet: a crash leaves a stray one, which no location names. Flushed once, when it is whole.
		handle.pragma('journal_mode = MEMORY');
		handle.pragma('synchronous = OFF');
		handle.pragma(`application_id = ${applicationId}`);
		handle.pragma(`user_version = ${layoutVersion}`);
		handle.exec(schema);
		handle.prepare('INSERT INTO config (number, bytes) VALUES (1, ?)').run(config);
	} catch (error) {
		throw databaseError(temporary, error, path);
	} finally {
		handle.close();
	}

	flushFile(temporary);
}

/** Makes what was written to a file durable. No connection of this process may have it open: it would lose SQLite's locks. */
export function flushFile(path: string): void {
	attempt(path, () => {
		const file = system.openSync(path, 'r');
		try {
			system.fsyncSync(file);
		} finally {
			system.closeSync(file);
		}
	});
}

/**
 * Throws REPOSITORY_EXISTS when anything is at `path`, also a link that leads nowhere; or beside it, with `leftover` in
 * the context, what a lost file there has still to undo or to do.
 */
export function assertVacant(path: string): void {
	const stats = attempt(path, () => system.lstatSync(path, {throwIfNoEntry: false}));
	if (stats !== undefined) {
		throw taken(path, stats.isDirectory() ? 'a folder' : (stats.isSymbolicLink() ? 'a link' : 'a file'));
	}

	assertNothingLeft(path);
}

/** Throws REPOSITORY_EXISTS, BACKEND_NOT_FOUND, BACKEND_READ_ONLY or BACKEND_DENIED unless a file can be made at `path`. */
export function assertFree(path: string): void {
	assertVacant(path);
	assertWritable(folderOf(path));
}

/**
 * An empty repository at `path`, with CONFIG. Throws REPOSITORY_EXISTS when anything is there. A clone is filled afterwards
 * by transactions as everywhere, aside: without a journal it would be faster, but an interrupted one would have to begin
 * again.
 */
export function createFile(path: string, config: Uint8Array): void {
	assertVacant(path);
	const temporary = `${path}.${process.pid}.part`;
	try {
		system.rmSync(temporary, {force: true});
		writeEmpty(temporary, path, config);
		attempt(path, () => {
			reveal(temporary, path);
		});
	} catch (error) {
		throw isThere((error as Error).cause) ? taken(path, 'a file') : error;
	} finally {
		system.rmSync(temporary, {force: true});
	}
}
