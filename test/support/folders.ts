// Temporary folders of a test, removed when it has ended.

import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

/** Memory where there is such a filesystem: for tests that flush hundreds of times. */
export const fastPlace = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A new empty folder; it and all in it is removed after the test. */
export function temporaryFolder(place = tmpdir()): string {
	const folder = mkdtempSync(join(place, 'plakar-tui-test-'));
	onTestFinished(() => {
		rmSync(folder, {recursive: true, force: true});
	});
	return folder;
}
