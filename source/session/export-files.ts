// Writes what a person keeps of the screen to new files, and says how that went.

import {writeFile} from 'node:fs/promises';
import {displayText} from '../format/paths.js';
import type {Application} from './application.js';

export type Export = {readonly file: string; readonly content: string | Uint8Array};

/** Never over a file that is there; readable by its owner alone. `subject` ("The plan") begins the sentence of a failure. */
export async function exportFiles(application: Application, exports: readonly Export[], {subject, done}: {readonly subject: string; readonly done: string}): Promise<void> {
	await application.work(async () => {
		try {
			for (const {file, content} of exports) {
				await writeFile(file, content, {mode: 0o600, flag: 'wx'});
			}

			application.notice(done);
		} catch (error) {
			application.notice(`${subject} was not written: ${displayText((error as Error).message)}`);
		}
	});
}
