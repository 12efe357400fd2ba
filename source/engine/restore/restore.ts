// Makes a snapshot's paths again below a folder: what stands in the way is left as it is or moved aside, never removed, and nothing is made through a symlink.

import {resolve} from 'node:path';
import {cancelled, isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import {openLanes} from '../../workers/lanes.js';
import type {VerbOptions} from '../events.js';
import type {RestoreReport} from '../jobs.js';
import {assertOpens, sideOf} from '../repository.js';
import {holesBelow, type Holes} from './holes.js';
import {assertRoom, lacksRoom} from './room.js';
import {RestoreRun, type RestoreInput} from './restore-run.js';

/**
 * Restores every target. A path that cannot be made is told as `trouble` and counted; the others are made.
 * Throws, before anything is written: PATH_NOT_FOUND when a target's path is not in its snapshot; PATH_EXISTS,
 * BACKEND_DENIED, BACKEND_READ_ONLY when nothing can be made in the folder; BACKEND_FULL when it has not enough room, which
 * a dry run tells by its numbers. Throws BACKEND_UNAVAILABLE when the repository can no longer be reached: what was made
 * until then is whole. Reads each index twice, three times where holes decide on the room. Memory: directories and files of several names.
 */
export async function restoreSnapshots(input: RestoreInput, options: VerbOptions): Promise<RestoreReport> {
	const {repository, counters, targets, dryRun} = input;
	assertOpens(repository);
	const expected = await lookAhead(input, options);
	if (dryRun) {
		return expected;
	}

	assertRoom(expected);
	const lanes = await openLanes({counters, sides: {source: sideOf(repository)}, signal: options.signal});
	const run = new RestoreRun({...input, tidies: true}, lanes, options);
	try {
		for (const target of targets) {
			await run.restore(target);
		}

		return run.report();
	} catch (error) {
		throw options.signal.aborted ? cancelled(run.keptWords()) : isPlakarError(error, 'BACKEND_UNAVAILABLE') ? brokenOff(error, run.keptWords()) : error;
	} finally {
		await lanes.close();
		run.close();
	}
}

const brokenOff = (error: PlakarError, keptWords: string): PlakarError => new PlakarError('BACKEND_UNAVAILABLE', {
	message: `${error.message} ${keptWords}`,
	hint: 'When it can be reached again, run the same command again: it makes what is missing.',
	context: error.context,
	cause: error,
});

/** What the run would do. It is told where nothing else is to be done; the holes in it are counted where they decide whether there is room. */
async function lookAhead(input: RestoreInput, options: VerbOptions): Promise<RestoreReport> {
	const quiet = {...options, onEvent: () => undefined};
	const look = async (told: VerbOptions, holes?: Holes): Promise<RestoreReport> => {
		const preview = new RestoreRun({...input, dryRun: true, tidies: !input.dryRun, holes}, undefined, told);
		for (const target of input.targets) {
			await preview.restore(target);
		}

		return preview.report();
	};

	const report = await look(input.dryRun ? options : quiet);
	const holes = lacksRoom(report) ? holesBelow(resolve(input.folder), input.repository) : undefined;
	return holes === undefined ? report : look(quiet, holes);
}
