// What leaves one snapshot out of a transfer instead of ending it.

import {isPlakarError, type PlakarError} from '../../errors/plakar-error.js';

/** A record that a repository does not have as it should: trying again brings nothing, other snapshots may not need it. */
export const isDamage = (error: unknown): error is PlakarError => isPlakarError(error, 'RECORD_CORRUPT') || isPlakarError(error, 'BACKEND_NOT_FOUND');
