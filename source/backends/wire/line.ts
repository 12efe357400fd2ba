// A line to a server: what carries one request and brings its answer, over HTTP or a pipe.

import {hostname} from 'node:os';
import {setTimeout as delay} from 'node:timers/promises';
import {isPlakarError, throwIfAborted, type PlakarError} from '../../errors/plakar-error.js';
import type {CallOptions} from '../contract.js';
import {Fields} from './fields.js';
import {decodeMessage, encodeMessage, type Head} from './message.js';
import type {Client, Operation} from './operations.js';
import {reviveWireError} from './wire-error.js';

export type Line = {
	/** Who is at the other end, for words. */
	readonly peer: string;
	/** What the requests of this line are for, where the connection carries those for several places. */
	readonly place?: string | undefined;
	/** What last ended a connection on which locks had been taken; never set where locks outlive connections. */
	readonly lastBreak?: PlakarError | undefined;
	/**
	 * Carries one message there and brings the answer. Throws BACKEND_UNAVAILABLE (retryable) when the line breaks, stalls
	 * or cannot be made, PROTOCOL_ERROR, AUTHENTICATION_FAILED, CANCELLED.
	 */
	carry(message: Buffer, options?: CallOptions): Promise<Uint8Array>;
	/** Calls that are not answered by then fail; those that begin later throw CANCELLED. */
	close(): Promise<void>;
};

/** This process, as locks name it. */
export const thisClient = (): Client => ({host: hostname(), pid: process.pid});

/** One round trip. Throws what the server threw, and what `Line.carry` throws. */
export async function ask(line: Line, operation: Operation, fields: Head = {}, blobs: readonly Uint8Array[] = [], options: CallOptions = {}): Promise<Fields> {
	throwIfAborted(options.signal);
	const message = encodeMessage({op: operation, client: thisClient(), ...(line.place === undefined ? {} : {place: line.place}), ...fields}, blobs);
	const answer = new Fields(decodeMessage(await line.carry(message, options), line.peer), line.peer);
	if (answer.has('error')) {
		throw reviveWireError(answer.value('error'), line.peer);
	}

	return answer;
}

/** With waits of at most 0.1 + 0.2 + 0.4 s: a broken line is usually whole again at once. */
const maximumTries = 4;

const firstWaitMs = 100;
/** After a failure that took longer than this, another try would only multiply the wait. */
const patienceMs = 5000;

/** Runs an idempotent call again when its line broke. For calls that wrap/retry.ts does not repeat. */
export async function persist<Result>(call: () => Promise<Result>): Promise<Result> {
	const startedMs = performance.now();
	for (let attempt = 1; ; attempt++) {
		try {
			return await call();
		} catch (error) {
			if (attempt === maximumTries || !isPlakarError(error, 'BACKEND_UNAVAILABLE') || performance.now() - startedMs > patienceMs) {
				throw error;
			}

			await delay(Math.random() * firstWaitMs * (2 ** (attempt - 1)));
		}
	}
}
