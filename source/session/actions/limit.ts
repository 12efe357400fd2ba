// Asking for a rate limit: for a job that runs, and for a plan before it is carried out.

import {displayText} from '../../format/paths.js';
import {parseBytes} from '../../format/units.js';
import type {Application} from '../application.js';
import {askText} from '../dialogs.js';

/** Asks for bytes a second, 0 for no limit. What is no size changes nothing and says so. */
export function askForLimit(application: Application, onLimit: (bytesPerSecond: number) => void): void {
	askText(application, {
		title: 'Limit the rate', lines: ['At most so many bytes a second are written: 500K, 1.5MiB; 0 is no limit.'],
		onSubmit(text) {
			const bytes = parseBytes(text);
			if (bytes === undefined) {
				application.notice(`${displayText(JSON.stringify(text))} is no size; the limit stays as it was.`);
			} else {
				onLimit(bytes);
			}
		},
	});
}
