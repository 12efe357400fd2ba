// Waiting that a stopped job does not sit out.

import {setTimeout as delay} from 'node:timers/promises';
import {cancelled, throwIfAborted} from '../errors/plakar-error.js';
import type {Counters} from './counters.js';

/** How long a wait goes without looking up: what a person takes for at once. */
export const sliceMs = 50;

/** Throws CANCELLED once the job, or `signal`, is stopped. */
export function throwIfStopped(counters: Counters, signal?: AbortSignal): void {
	throwIfAborted(signal);
	if (counters.isCancelled) {
		throw cancelled();
	}
}

/** Resolves after `durationMs`; throws CANCELLED within `sliceMs` of the job's being stopped. */
export async function rest(counters: Counters, durationMs: number, signal?: AbortSignal): Promise<void> {
	throwIfStopped(counters, signal);
	for (let leftMs = durationMs; leftMs > 0; leftMs -= sliceMs) {
		await delay(Math.min(leftMs, sliceMs));
		throwIfStopped(counters, signal);
	}
}

/** Resolves once the job is not paused. Throws CANCELLED when it is stopped. Other work of this thread goes on meanwhile. */
export async function restWhilePaused(counters: Counters): Promise<void> {
	while (counters.isPaused) {
		await rest(counters, sliceMs);
	}

	throwIfStopped(counters);
}
