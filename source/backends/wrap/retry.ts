// Tries again what may succeed later: exponential backoff with jitter, a bounded number of times.

import {setTimeout as delay} from 'node:timers/promises';
import {cancelled, isRetryable} from '../../errors/plakar-error.js';
import type {Backend, CallOptions, Page, ReadResult} from '../contract.js';
import type {RecordId, RecordKind} from '../../format/ids.js';
import {wrap, wrapCalls, type PromiseMethod} from './wrap.js';

export type RetryOptions = {
	readonly onRetry?: ((error: unknown, attempt: number) => void) | undefined;
	/** Waits; throws CANCELLED when there is no more use in waiting. */
	readonly sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
	readonly random?: (() => number) | undefined;
};

/** Waits of 0.1, 0.2, 0.4, 0.8, 1.6 and twice 3.2 s, 9.5 s together: a line that is set up anew is back by then. Longer is a matter for the operator. */
const maximumTries = 8;
const firstWaitMs = 100;
const longestWaitMs = 3200;
/** After failures that took this long, as silence on a line does, another try would only multiply the wait. */
const patienceMs = 10_000;

/** Idempotent calls. `lock` is not among them: who waits for a lock should say so. */
const repeated: readonly PromiseMethod[] = [
	'readConfig', 'read', 'sizes', 'inspect', 'unfinished', 'freeSpace', 'locks', 'stage', 'reference', 'putSnapshot', 'writeConfig', 'replace',
];

/** Every call that is tried again, beside `list`. */
export const retriedMethods: readonly PromiseMethod[] = [...repeated, 'readBatch', 'visit'];

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
	try {
		await delay(ms, undefined, {signal});
	} catch {
		throw cancelled();
	}
}

/** Every method takes its options last, if any. */
const signalOf = (parameters: readonly unknown[]): AbortSignal | undefined => (parameters.at(-1) as CallOptions | undefined)?.signal;

/**
 * `inner`, with retryable failures tried again. A listing goes on after the last page that was handed out, a visit after
 * the last record, unless it was over by then. An abort ends the waiting at once, with CANCELLED.
 */
export function withRetry(inner: Backend, {onRetry, sleep = sleepUnlessAborted, random = Math.random}: RetryOptions = {}): Backend {
	/** Waits before the next try, or throws `error` when there is none. */
	const pause = async (error: unknown, attempt: number, startedMs: number, signal: AbortSignal | undefined): Promise<void> => {
		if (attempt === maximumTries || !isRetryable(error) || performance.now() - startedMs > patienceMs) {
			throw error;
		}

		onRetry?.(error, attempt);
		const wholeMs = Math.min(longestWaitMs, firstWaitMs * (2 ** (attempt - 1)));
		// Never less than half: dice that fall low time after time would use up all tries within a second.
		await sleep(wholeMs * (1 + random()) / 2, signal);
	};

	const again = async <Result>(call: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> => {
		const startedMs = performance.now();
		for (let attempt = 1; ; attempt++) {
			try {
				return await call();
			} catch (error) {
				await pause(error, attempt, startedMs, signal);
			}
		}
	};

	const outer = wrapCalls(inner, repeated, async (_, call, parameters) => again(call, signalOf(parameters)));
	return wrap(outer, {
		async readBatch(kind: RecordKind, ids: readonly RecordId[], options?: CallOptions) {
			const results = await again(async () => inner.readBatch(kind, ids, options), options?.signal);
			return Promise.all(results.map(async (result, index): Promise<ReadResult> => {
				if (!(result instanceof Error) || !isRetryable(result)) {
					return result;
				}

				try {
					return await outer.read(kind, ids[index]!, options);
				} catch (error) {
					return error as Error;
				}
			}));
		},
		async visit(kind, ids, visit, options) {
			let next = 0;
			await again(async () => {
				const first = next;
				await inner.visit(kind, first === 0 ? ids : ids.slice(first), (result, index) => {
					next = first + index + 1;
					visit(result, first + index);
				}, options);
			}, options?.signal);
		},
		...(inner.survey === undefined ? {} : {
			async survey(kind, ids, read, visit, options) {
				let next = 0;
				let isOver = false;
				await again(async () => {
					const first = next;
					if (isOver) {
						return;
					}

					await inner.survey!(kind, ids.slice(first), read.subarray(first), (inspection, result, index) => {
						next = first + index + 1;
						isOver = !visit(inspection, result, first + index);
						return !isOver;
					}, options);
				}, options?.signal);
			},
		} satisfies Partial<Backend>),
		async* list(kind, after, options): AsyncGenerator<Page<RecordId>> {
			let last = after;
			let startedMs = performance.now();
			for (let attempt = 1; ;) {
				try {
					for await (const page of inner.list(kind, last, options)) {
						yield page;
						last = page.at(-1) ?? last;
						attempt = 1;
						startedMs = performance.now();
					}

					return;
				} catch (error) {
					await pause(error, attempt++, startedMs, options?.signal);
				}
			}
		},
	});
}
