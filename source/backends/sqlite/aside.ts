// The file beside its place in which a clone is filled: it gets its name in one step, once it is whole and at rest.

import {join} from 'node:path';
import {isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import {attempt, flushFolder, folderOf, isThere, namesIn, reveal, system} from '../filesystem/system.js';
import {lockedBy} from '../lock-holder.js';
import {WriteConnection} from './connection.js';
import {assertVacant, flushFile} from './create-file.js';
import {dropOwnLocks, liveLocks} from './locks.js';

/** Seen by everybody who lists the folder: it may be large. */
export const asidePath = (path: string): string => `${path}.clone.part`;

const statsOf = (path: string): ReturnType<typeof system.lstatSync> => attempt(path, () => system.lstatSync(path, {throwIfNoEntry: false}));

/**
 * See `Aside.tidy`. A new file is linked to its name and then loses the name under which it was made, twice: when it is
 * made here, and when it is whole. Whoever died in between left both. Written under two names a database is lost, for each
 * has a journal of its own.
 */
export function tidyAside(path: string): void {
	const aside = asidePath(path);
	const beside = statsOf(aside);
	if (beside?.isSymbolicLink() === true) {
		throw new PlakarError('REPOSITORY_EXISTS', {
			message: `The clone to ${path} would be filled in ${aside}, and a link to somewhere else is there.`,
			hint: 'Remove that link, then run the same command again.',
			context: {path: aside},
		});
	}

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

/** See `Aside.publish`. Nothing is written to the file once it has its name. */
export async function publishAside(path: string): Promise<void> {
	const aside = asidePath(path);
	const writer = new WriteConnection(aside);
	try {
		await dropOwnLocks(writer);
		writer.close();
		flushFile(aside);
		// SQLite's own lock takes over from the row that is gone: nobody begins to write while the name changes.
		await writer.write(() => {
			const [other] = liveLocks(writer);
			if (other !== undefined) {
				throw lockedBy(aside, other);
			}

			assertVacant(path);
			attempt(path, () => {
				// It undoes nothing: this transaction could not have begun before it did.
				system.rmSync(`${aside}-journal`, {force: true});
				reveal(aside, path);
			});
		});
	} catch (error) {
		const isTaken = isThere((error as Error).cause) || (isPlakarError(error, 'REPOSITORY_EXISTS') && statsOf(path) !== undefined);
		throw isTaken ? arrived(path, aside, error) : error;
	} finally {
		writer.close();
	}
}

const arrived = (path: string, aside: string, cause: unknown): PlakarError => new PlakarError('REPOSITORY_EXISTS', {
	message: `Something has come to ${path} while it was being cloned to.`,
	hint: `The whole clone is in ${aside}: move away what is in its place and run the same command again, or give this file another name yourself.`,
	context: {path},
	cause,
});
