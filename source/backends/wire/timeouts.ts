// How long a line may be silent before it counts as dead.

import {PlakarError} from '../../errors/plakar-error.js';

export type Timeouts = {
	/** For a connection to be made. */
	readonly connectMs: number;
	/** Without one byte in either direction. A server at work sends a sign of life every few seconds. */
	readonly stallMs: number;
};

const defaultSeconds = 30;
const maximumSeconds = 3600;
/** Nobody waits longer than this for a mere connection. */
const maximumConnectMs = 15_000;

/** A server that is still at work says so this often; well below any sensible timeout of a client. */
export const heartbeatMs = 2000;

/** From `PLAKAR_TIMEOUT`, in seconds. Throws USAGE for what is no such number. */
export function timeoutsFrom(environment: NodeJS.ProcessEnv): Timeouts {
	const given = environment['PLAKAR_TIMEOUT'];
	const seconds = given === undefined || given === '' ? defaultSeconds : Number(given);
	if (!(seconds > 0 && seconds <= maximumSeconds)) {
		throw new PlakarError('USAGE', {
			message: `PLAKAR_TIMEOUT is ${JSON.stringify(given)}, not a number of seconds up to ${maximumSeconds}.`,
			hint: `Set it to the seconds after which a silent line counts as dead, or leave it out for ${defaultSeconds}.`,
		});
	}

	return {connectMs: Math.min(maximumConnectMs, seconds * 1000), stallMs: seconds * 1000};
}
