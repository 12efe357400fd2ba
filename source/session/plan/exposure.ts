// Before sealed content becomes readable somewhere else, a word is typed: no single key may do that.

import {displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import {askText} from '../dialogs.js';

/** What must be typed. */
export const exposureWord = 'readable';

/** Asks for the word; calls `onAgreed` only when it was given. What else is typed is asked again. */
export function askForExposure(application: Application, place: string, onAgreed: () => void, problem?: string): void {
	askText(application, {
		title: 'Content becomes readable', problem,
		lines: [
			`The source is encrypted, ${displayText(place)} is not: whoever gets at its files can read what is sent, names and content, now and later.`, '',
			`Type the word ${exposureWord} to go on; Esc writes nothing.`,
		],
		onSubmit(given) {
			if (given.trim() === exposureWord) {
				onAgreed();
			} else {
				askForExposure(application, place, onAgreed, given.trim() === '' ? undefined : 'That is another word. Nothing was written.');
			}
		},
	});
}
