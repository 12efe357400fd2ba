// A disk that is soon full: a filesystem in memory, mounted for one test.

import {spawnSync} from 'node:child_process';
import {onTestFinished} from 'vitest';
import {temporaryFolder} from './folders.js';

/** Where a filesystem of `size` is mounted until the test has ended; undefined, and said loudly, where there can be none. */
export function temporaryDisk(size: string): string | undefined {
	const place = temporaryFolder();
	if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},nr_inodes=4000`, 'none', place]).status !== 0) {
		process.stderr.write('\n*** NOT TESTED: a full disk. This needs root and a machine that lets tests mount a tmpfs. ***\n');
		return undefined;
	}

	onTestFinished(() => {
		spawnSync('umount', [place]);
	});
	return place;
}

/** Hands over such a place; does nothing where there can be none. */
export function withSmallDisk(size: string, use: (place: string) => void): void {
	const place = temporaryDisk(size);
	if (place !== undefined) {
		use(place);
	}
}
