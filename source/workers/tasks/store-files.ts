// Reads files, cuts them into chunks and stages what the repository lacks.

import {closeSync, constants, openSync, readSync} from 'node:fs';
import {isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import {toPlainError, type PlainError} from '../../errors/revive.js';
import {displayPath, pathForSystem, type PathBytes} from '../../format/paths.js';
import {ContentStore, emptyDraft, type Draft} from '../content-store.js';
import type {Lane} from '../lane.js';
import type {FileToStore, TaskAnswer, Tasks} from '../task.js';

// O_NONBLOCK: a fifo that took a file's place must not stop the lane for ever. O_NOFOLLOW: nor may a symlink lead elsewhere.
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

function attempt<Result>(path: PathBytes, action: () => Result): Result {
	try {
		return action();
	} catch (error) {
		const errno = (error as NodeJS.ErrnoException).code ?? 'unknown';
		throw new PlakarError('PATH_UNREADABLE', {
			message: `${displayPath(path)} cannot be read (${errno}).`,
			hint: 'The snapshot records the path without its content; mend the cause and push again.',
			context: {errno},
			cause: error,
		});
	}
}

/** Reads one file to its end, whatever its size was when it was listed. A file that cannot be read has `error`. */
async function storeFile(store: ContentStore, {path, sizeBytes}: FileToStore): Promise<{readonly draft: Draft; readonly error?: PlainError}> {
	const draft = emptyDraft();
	try {
		const handle = attempt(path, () => openSync(pathForSystem(path), openFlags));
		try {
			await store.add(draft, space => attempt(path, () => readSync(handle, space, 0, space.length, null)), sizeBytes);
		} finally {
			closeSync(handle);
		}
	} catch (error) {
		if (!isPlakarError(error, 'PATH_UNREADABLE')) {
			throw error;
		}

		return {draft, error: toPlainError(error)};
	}

	return {draft};
}

/** Memory: the cutter's window and one batch of sealed records. */
export async function storeFiles(lane: Lane, {snapshot, files}: Tasks['store']['request']): Promise<TaskAnswer<'store'>> {
	const store = new ContentStore(lane, snapshot);
	const results: Array<Awaited<ReturnType<typeof storeFile>>> = [];
	for (const file of files) {
		lane.counters.waitWhilePaused();
		lane.counters.setLane(lane.index, 'reading', '', file.sizeBytes);
		results.push(await storeFile(store, file));
		lane.counters.add('filesDone', 1);
	}

	await store.flush();
	return {files: results.map(({draft, error}) => ({...store.finish(draft), error}))};
}
