// The file beside its place in which a clone is filled: it gets its name in one step, once it is whole and at rest.

import {join} from 'node:path';
import {isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import {attempt, flushFolder, folderOf, isThere, namesIn, reveal, system} from '../filesystem/system.js';
import {WriteConnection} from './connection.js';
import {assertVacant, flushFile} from './create-file.js';
import {dropOwnLocks} from './locks.js';

/** Seen by everybody who lists the folder: it may be large. */
export const asidePath = (path: string): string => `${path}.clone.part`;

const statsOf = (path: string): ReturnType<typeof system.statSync> => attempt(path, () => system.statSync(path, {throwIfNoEntry: false}));

/**
 * See `Aside.tidy`. A new file is linked to its name and then loses the name under which it was made, twice: when it is
 * made here, and when it is whole. Whoever died in between left both. Written under two names a database is lost, for each
 * has a journal of its own.
 */
export function tidyAside(path: string): void {
	const aside = asidePath(path);
	const beside = statsOf(aside);
	if (beside === undefined || !beside.isFile() || beside.nlink === 1) {
		return;
	}

	const isTwin = (name: string): boolean => {
		const stats = statsOf(name);
		return stats?.ino === beside.ino && stats.dev === beside.dev;
	};

	const folder = folderOf(path);
	const made = namesIn(folder).map(name => join(folder, name)).filter(name => name.startsWith(`${aside}.`) && isTwin(name));
	const unneeded = isTwin(path) ? [...made, aside] : made;
	attempt(aside, () => {
		for (const name of unneeded) {
			system.rmSync(name, {force: true});
		}

		flushFolder(folder);
	});
	if ((statsOf(aside)?.nlink ?? 1) > 1) {
		throw new PlakarError('REPOSITORY_EXISTS', {
			message: `${aside} is a second name of a file that has another name elsewhere.`,
			hint: 'Remove this name, then run the same command again.',
			context: {path: aside},
		});
	}
}

/** See `Aside.publish`. */
export async function publishAside(path: string): Promise<void> {
	const aside = asidePath(path);
	try {
		assertVacant(path);
		await bringToRest(aside);
		flushFile(aside);
		attempt(path, () => {
			reveal(aside, path);
		});
	} catch (error) {
		const isTaken = isThere((error as Error).cause) || (isPlakarError(error, 'REPOSITORY_EXISTS') && statsOf(path) !== undefined);
		throw isTaken ? arrived(path, aside, error) : error;
	} finally {
		await endLocks(statsOf(aside) === undefined ? path : aside);
	}
}

const arrived = (path: string, aside: string, cause: unknown): PlakarError => new PlakarError('REPOSITORY_EXISTS', {
	message: `Something has come to ${path} while it was being cloned to.`,
	hint: `The whole clone is in ${aside}: move away what is in its place and run the same command again, or give this file another name yourself.`,
	context: {path},
	cause,
});

/** The journal goes with its last user; one that is still there belongs to somebody who came by, or who died. */
async function bringToRest(aside: string): Promise<void> {
	if (statsOf(`${aside}-journal`) === undefined) {
		return;
	}

	const writer = new WriteConnection(aside);
	try {
		await writer.write(() => undefined);
	} finally {
		writer.close();
	}

	if (statsOf(`${aside}-journal`) !== undefined) {
		throw new PlakarError('BACKEND_LOCKED', {
			message: `${aside} is whole, but another process is writing to it.`,
			hint: 'Wait until that has finished, then run the same command again.',
			context: {path: aside},
		});
	}
}

/** What cannot be removed goes stale with this process. */
async function endLocks(path: string): Promise<void> {
	const writer = new WriteConnection(path);
	try {
		await dropOwnLocks(writer);
	} catch {
		// The clone is as whole with a stale lock in it.
	} finally {
		writer.close();
	}
}
