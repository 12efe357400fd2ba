// Before sealed content becomes readable somewhere else, a word is typed: no single key may do that.

import {displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import {askText} from '../dialogs.js';

/** What must be typed. */
export const exposureWord = 'readable';

function exposureLine(places: readonly string[]): string {
	const named = places.map(place => displayText(place)).join(', ');
	return places.length === 1
		? `The source is encrypted, ${named} is not: whoever gets at its files can read what is sent, names and content, now and later.`
		: `What is sent comes from an encrypted repository, and these are not encrypted: ${named}. Whoever gets at their files can read it, names and content, now and later.`;
}

/** Asks for the word, with all `places` where content becomes readable; calls `onAgreed` only when it was given. What else is typed is asked again. */
export function askForExposure(application: Application, places: readonly string[], onAgreed: () => void, problem?: string): void {
	askText(application, {
		title: 'Content becomes readable', problem,
		lines: [
			exposureLine(places), '',
			`Type the word ${exposureWord} to go on; Esc writes nothing.`,
		],
		onSubmit(given) {
			if (given.trim() === exposureWord) {
				onAgreed();
			} else {
				askForExposure(application, places, onAgreed, given.trim() === '' ? undefined : 'That is another word. Nothing was written.');
			}
		},
	});
}
