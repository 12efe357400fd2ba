// Tells keys that a slow line brought together from a paste that no marks stand around.

import {graphemes, keyOfSequence, keyOfText, noise} from './keys.js';
import {isPartial, withoutSequences} from './sequences.js';

/** Keys that fingers are ahead of a line: more of them, and not one that is held down, are a paste. */
const maximumKeysAhead = 4;

/** `crowd`: several keys. */
export type Arrival = 'key' | 'crowd' | 'paste';

/** What answers questions and starts what was planned is never taken from a crowd: that needs a look at the screen. */
export const isAnswer = (key: string): boolean => key === 'y' || key === 'enter';

/** What `text` is, which came at once. */
export function arrivalOf(text: string): Arrival {
	let others = 0;
	const rest = withoutSequences(text, sequence => {
		others += keyOfSequence(sequence) === undefined ? 0 : 1;
	});
	const keys = new Set<string>();
	let count = 0;
	for (const {segment, index} of graphemes.segment(rest)) {
		if (segment === '\u001B') {
			if (isPartial(rest.slice(index))) {
				break;
			}

			others++;
		} else if (!noise.test(segment)) {
			keys.add(keyOfText(segment));
			count++;
		}

		if (count > maximumKeysAhead && keys.size > 1) {
			return 'paste';
		}
	}

	return count + others > 1 ? 'crowd' : 'key';
}
