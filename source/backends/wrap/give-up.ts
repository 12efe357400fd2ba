// Asks a medium that cannot be reached once: work that waits behind a failed call does not wait for its own silence.

import {isPlakarError, type PlakarError} from '../../errors/plakar-error.js';
import type {Backend} from '../contract.js';
import {promiseMethods, wrapCalls} from './wrap.js';

/**
 * `inner`, until one of its calls throws BACKEND_UNAVAILABLE: every call that begins after that throws the same at once.
 * For jobs that such an error ends, outside of every retry.
 */
export function withGiveUp(inner: Backend): Backend {
	let failure: PlakarError | undefined;
	return wrapCalls(inner, promiseMethods.filter(name => name !== 'close'), async (_, call) => {
		if (failure !== undefined) {
			throw failure;
		}

		try {
			return await call();
		} catch (error) {
			if (isPlakarError(error, 'BACKEND_UNAVAILABLE')) {
				failure = error;
			}

			throw error;
		}
	});
}
