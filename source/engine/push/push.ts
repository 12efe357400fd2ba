// Makes a snapshot of file trees: one walk, unchanged files from the cache, the others through the lanes, one commit.

import {randomUUID} from 'node:crypto';
import {resolve} from 'node:path';
import type {SnapshotId} from '../../format/ids.js';
import {openLanes} from '../../workers/lanes.js';
import type {VerbOptions} from '../events.js';
import type {PushReport} from '../jobs.js';
import {assertOpens, sideOf} from '../repository.js';
import {cacheFile, CacheReader} from './file-cache.js';
import {CacheOutdated, PushRun, type PushInput, type RunSetup} from './push-run.js';
import {assertOutside, placesOf, resolveRoots} from './walk.js';

/**
 * Stores `paths` as one snapshot. Unreadable paths are recorded as errors of the snapshot and told as `trouble` events.
 * The repository itself is left out, which is told. Throws PATH_NOT_FOUND and, for a path in it, PATH_EXISTS before anything is written, PASSPHRASE_NEEDED, BACKEND_FULL, CANCELLED; then nothing is visible.
 * Memory does not grow with the tree, but for 36 bytes a reference.
 */
export async function push(input: PushInput, options: VerbOptions): Promise<PushReport> {
	const {repository, counters} = input;
	assertOpens(repository);
	const roots = resolveRoots(input.paths.map(path => resolve(path)));
	assertOutside(roots, placesOf(repository.backend));
	const lock = await repository.backend.lock('shared', 'push', options);
	const lanes = await openLanes({counters, sides: {targets: [sideOf(repository)]}, signal: options.signal});
	try {
		const attempt = async (useCache: boolean): Promise<PushReport> =>
			runOnce({input, roots, lanes, options, snapshot: randomUUID() as SnapshotId}, useCache);
		try {
			return await attempt(input.useCache);
		} catch (error) {
			if (!(error instanceof CacheOutdated)) {
				throw error;
			}

			options.onEvent({type: 'notice', text: 'The local cache names records that the repository no longer has; every file is read again.'});
			return await attempt(false);
		}
	} finally {
		await lanes.close();
		await lock.release();
	}
}

async function runOnce(setup: Omit<RunSetup, 'cache'>, useCache: boolean): Promise<PushReport> {
	const {input: {repository: {backend, config}}, roots, snapshot, options} = setup;
	await backend.begin(snapshot, async (_, records) => records.map(() => false), options);
	const cache = useCache ? new CacheReader(cacheFile(config.repositoryId, roots.map(({resolved}) => resolved))) : undefined;
	try {
		return await new PushRun({...setup, cache}).run();
	} catch (error) {
		try {
			await backend.rollback(snapshot);
		} catch {
			// What ended the push says more; what it left costs space only.
		}

		throw error;
	} finally {
		cache?.close();
	}
}
