// How much room there is at a place where nothing may be yet.

import {dirname} from 'node:path';
import {statfs} from 'node:fs/promises';

/** Free bytes for this user around `path`, an absolute one, or undefined when the filesystem does not tell. */
export async function freeSpaceAround(path: string): Promise<number | undefined> {
	for (let place = path; ; place = dirname(place)) {
		try {
			const {bavail, bsize} = await statfs(place);
			return bavail * bsize;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || place === dirname(place)) {
				return undefined;
			}
		}
	}
}
