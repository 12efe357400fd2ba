// The error for bytes that are not what they claim to be.

import {PlakarError} from '../errors/plakar-error.js';

/** RECORD_CORRUPT for `subject`, with the reason in words. */
export const corrupt = (subject: string, reason: string, cause?: unknown): PlakarError => new PlakarError('RECORD_CORRUPT', {
	message: `${subject} is damaged: ${reason}.`,
	hint: 'Run check to see what else is damaged; heal restores a record from a repository that holds a sound copy.',
	context: {reason},
	cause,
});
