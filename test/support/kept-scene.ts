// What several tests of a file begin with: made once, and copied for each.

import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll} from 'vitest';
import {fastPlace, temporaryFolder} from './folders.js';
import {makeHome, type Home} from './program.js';

export type KeptScene<Made> = {
	/** For a test that proves that nothing in it changes. */
	original(): Home & {readonly made: Made};
	/** A copy of the calling test's own, removed after it; what `make` answered is handed on as it is, its paths being those of the original. */
	copy(): Home & {readonly made: Made};
};

/** What `make` prepares in a home, when a test first asks for it; it is removed after the last test of the file. */
export function keepScene<Made>(make: (home: Home) => Made): KeptScene<Made> {
	let kept: (Home & {readonly made: Made}) | undefined;
	const original = (): Home & {readonly made: Made} => {
		if (kept === undefined) {
			const home = makeHome(mkdtempSync(join(fastPlace, 'plakar-tui-test-')));
			folders.push(home.folder);
			kept = {...home, made: make(home)};
		}

		return kept;
	};

	const folders: string[] = [];
	afterAll(() => {
		for (const folder of folders) {
			rmSync(folder, {recursive: true, force: true});
		}
	});

	return {
		original,
		copy() {
			const {folder, made} = original();
			const place = temporaryFolder(fastPlace);
			// With their hard links: by these a repository in a folder counts who refers to a record.
			execFileSync('cp', ['-a', `${folder}/.`, place]);
			return {...makeHome(place), made};
		},
	};
}
