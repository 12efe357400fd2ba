// Waiting that a stopped job does not sit out, and the bound of what it still finishes.

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

export type LateSignal = {
	readonly signal: AbortSignal;
	/** Nobody waits for it any more. */
	end(): void;
};

/** A signal that aborts `delayMs` after `signal` has: for what a stopped job finishes all the same. */
export function lateSignal(signal: AbortSignal, delayMs: number): LateSignal {
	const controller = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const onAbort = (): void => {
		timer = setTimeout(() => {
			controller.abort();
		}, delayMs);
	};

	if (signal.aborted) {
		onAbort();
	} else {
		signal.addEventListener('abort', onAbort, {once: true});
	}

	return {
		signal: controller.signal,
		end() {
			signal.removeEventListener('abort', onAbort);
			clearTimeout(timer);
		},
	};
}
