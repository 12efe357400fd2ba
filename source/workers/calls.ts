// Calls to a thread that wait for its answers: each is settled, also when the thread ends.

import type {Worker} from 'node:worker_threads';
import {PlakarError} from '../errors/plakar-error.js';
import {reviveError, type PlainError} from '../errors/revive.js';

export type Waiting = {readonly resolve: (answer: never) => void; readonly reject: (error: unknown) => void};
type Answer = {readonly number: number} & ({readonly answer: unknown} | {readonly error: PlainError});
/** A thread may also tell that it waits for others at a medium. */
type Message = Answer | {readonly wait: string};

export type Settling = {
	/** What ended, as a message begins. */
	readonly name: string;
	/** Before the call is settled: the thread has room again. */
	onAnswer?(): void;
	/** It waits at a medium, as this sentence says. */
	onWait?(words: string): void;
	/** After its calls have failed with `error`; may be called twice. */
	onEnd(error: PlakarError): void;
};

/** Settles the calls in `waiting`, by number, as `worker` answers them. One that ends by itself takes its calls with it: they fail, nobody waits for ever. */
export function settleCalls(worker: Worker, waiting: Map<number, Waiting>, {name, onAnswer, onWait, onEnd}: Settling): void {
	const end = (cause: unknown): void => {
		const error = new PlakarError('INTERNAL', {
			message: `${name} ended unexpectedly: ${cause instanceof Error ? cause.message : String(cause)}.`,
			hint: 'Nothing half written is visible. Run the same command again; report it if it happens again.',
			cause,
		});
		for (const {reject} of waiting.values()) {
			reject(error);
		}

		waiting.clear();
		onEnd(error);
	};

	worker.on('message', (message: Message) => {
		if ('wait' in message) {
			onWait?.(message.wait);
			return;
		}

		const call = waiting.get(message.number)!;
		waiting.delete(message.number);
		onAnswer?.();
		if ('error' in message) {
			call.reject(reviveError(message.error));
		} else {
			call.resolve(message.answer as never);
		}
	});
	worker.on('error', end);
	worker.on('exit', () => {
		end(new Error('the thread ended'));
	});
}
