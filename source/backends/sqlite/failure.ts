// What a failure of SQLite means to the engine.

import {accessSync, constants} from 'node:fs';
import {PlakarError} from '../../errors/plakar-error.js';
import type {ErrorCode} from '../../errors/codes.js';

/** SQLite's extended result code as a word; empty for what is no failure of SQLite. */
export const sqliteCode = (error: unknown): string => {
	const code = (error as {code?: unknown} | undefined)?.code;
	return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
};

/** Another connection is at work; the same call may succeed in a moment. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(?:BUSY|LOCKED)/.test(sqliteCode(error));

const isCorrupt = (error: unknown): boolean => sqliteCode(error).startsWith('SQLITE_CORRUPT');

/** What `look` answers, or where it met a damaged place of the file, what `instead` does. */
export function orIfDamaged<Result>(look: () => Result, instead: (error: unknown) => Result): Result {
	try {
		return look();
	} catch (error) {
		if (!isCorrupt(error)) {
			throw error;
		}

		return instead(error);
	}
}

/** A process died while it was writing: what it left half done must be undone before anything can be read. */
export const needsRecovery = (error: unknown): boolean => ['SQLITE_READONLY_ROLLBACK', 'SQLITE_READONLY_RECOVERY'].includes(sqliteCode(error));

/** Of a file that was opened: both go on past what is damaged. */
const damagedHint = 'Run check to see what is lost. Sync what can still be read to another repository, or clone another copy to a new place.';

type Meaning = {readonly code: ErrorCode; readonly words: string; readonly hint: string};

/** By the first part of the code that is listed, longest first. */
const meanings: ReadonlyArray<readonly [string, Meaning]> = [
	['SQLITE_BUSY', {code: 'BACKEND_LOCKED', words: 'is being written by another process all the time', hint: 'Wait until that has finished, then run the same command again.'}],
	['SQLITE_LOCKED', {code: 'BACKEND_LOCKED', words: 'is being written by another process all the time', hint: 'Wait until that has finished, then run the same command again.'}],
	['SQLITE_FULL', {code: 'BACKEND_FULL', words: 'cannot grow: the disk is full', hint: 'Free some space and run the same command again; every snapshot that is listed is whole.'}],
	['SQLITE_CORRUPT', {code: 'BACKEND_CORRUPT', words: 'is damaged inside', hint: damagedHint}],
	['SQLITE_NOTADB', {code: 'BACKEND_CORRUPT', words: 'is no longer a database', hint: 'Something else has written to it. Clone it anew from a repository that holds its snapshots.'}],
	['SQLITE_TOOBIG', {code: 'BACKEND_FAILED', words: 'cannot hold a record that large', hint: 'SQLite stores at most 1 GB in one record: use a repository folder instead.'}],
	['SQLITE_NOMEM', {code: 'BACKEND_IO', words: 'cannot be read or written: there is no memory left', hint: 'End other programs, then run the same command again.'}],
	['SQLITE_IOERR', {code: 'BACKEND_IO', words: 'cannot be read or written', hint: 'Look at the disk and its cable, then run the same command again.'}],
];

const odd: Meaning = {code: 'BACKEND_FAILED', words: 'cannot be read or written', hint: 'Check what stands at this path; nothing half written is visible.'};
const denied: Meaning = {code: 'BACKEND_DENIED', words: 'may not be written by this user', hint: 'Run as the user who owns the file; its folder must be writable too, for SQLite\'s journal.'};
const readOnly: Meaning = {code: 'BACKEND_READ_ONLY', words: 'cannot be written: it lies on a read-only filesystem', hint: 'Mount it for writing, or choose another target.'};
const unreadable: Meaning = {code: 'BACKEND_DENIED', words: 'may not be read by this user', hint: 'Run as the user who owns the file, or mend its permissions.'};
const gone: Meaning = {code: 'BACKEND_FAILED', words: 'was moved, removed or replaced while it was open', hint: 'Put it back, together with the file of that name and "-journal" if there is one, then run the same command again.'};

function refusal(path: string, mode: number): string {
	try {
		accessSync(path, mode);
		return '';
	} catch (error) {
		return (error as NodeJS.ErrnoException).code ?? 'unknown';
	}
}

/** SQLite says only that it could not: the file, then its folder, tell why. */
function refusalMeaning(path: string): Meaning {
	if (refusal(path, constants.R_OK) === 'EACCES') {
		return unreadable;
	}

	for (const place of [path, path.slice(0, Math.max(1, path.lastIndexOf('/')))]) {
		const errno = refusal(place, constants.W_OK);
		if (errno !== '') {
			return errno === 'EROFS' ? readOnly : denied;
		}
	}

	return odd;
}

function meaningOf(path: string, code: string): Meaning {
	if (code === 'SQLITE_READONLY_DBMOVED' || refusal(path, constants.F_OK) === 'ENOENT') {
		return gone;
	}

	if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_PERM') || code.startsWith('SQLITE_AUTH')) {
		return refusalMeaning(path);
	}

	return meanings.find(([start]) => code.startsWith(start))?.[1] ?? odd;
}

/** The error that tells `error` as one of the file at `path`, which is called `name` in words. */
export function databaseError(path: string, error: unknown, name = path): PlakarError {
	if (error instanceof PlakarError) {
		return error;
	}

	const sqlite = sqliteCode(error);
	const {code, words, hint} = meaningOf(path, sqlite);
	return new PlakarError(code, {
		message: `${name} ${words}${code === 'BACKEND_FAILED' || code === 'BACKEND_IO' || code === 'BACKEND_CORRUPT' ? ` (${sqlite === '' ? String(error) : sqlite})` : ''}.`,
		hint,
		context: {path, sqlite, gone: words === gone.words},
		cause: error,
	});
}

/** Others were at work in the file for as long as was waited for them. */
export const busyFile = (path: string, others: 'read' | 'written', cause: unknown): PlakarError => new PlakarError('BACKEND_LOCKED', {
	message: `${path} is being ${others} by another process all the time.`,
	hint: 'Wait until that has finished, then run the same command again.',
	context: {path, sqlite: sqliteCode(cause)},
	cause,
});

/** Another file, or none, stands now where the one that is open stood. */
export const goneFile = (path: string): PlakarError => new PlakarError(gone.code, {message: `${path} ${gone.words}.`, hint: gone.hint, context: {path, gone: true}});

/** What stands in the file is not what this program writes. */
export const corruptFile = (path: string, reason: string): PlakarError => new PlakarError('BACKEND_CORRUPT', {
	message: `${path} is damaged inside: ${reason}.`,
	hint: damagedHint,
	context: {path, reason},
});

/** One record cannot be read: its bytes, or the way to them, lie where the file is damaged. */
export const lostRecord = (path: string, record: string, cause?: unknown): PlakarError => new PlakarError('RECORD_CORRUPT', {
	message: `The ${record} cannot be read: ${path} is damaged inside.`,
	hint: damagedHint,
	context: {path, reason: 'it lies where the file is damaged', sqlite: sqliteCode(cause)},
	cause,
});

/** The file cannot be opened as a repository any more, or says nothing of what it holds: only another copy helps. */
export const lostFile = (path: string, what: string, cause?: unknown): PlakarError => new PlakarError('BACKEND_CORRUPT', {
	message: `${path} is damaged: ${what}${sqliteCode(cause) === '' ? '' : ` (${sqliteCode(cause)})`}.`,
	hint: `Move it aside, and make it anew from another copy of the repository: plakar-tui on COPY clone to sqlite:${path}`,
	context: {path, reason: what, sqlite: sqliteCode(cause)},
	cause,
});
