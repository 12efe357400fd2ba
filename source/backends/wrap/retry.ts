// Tries again what may succeed later: exponential backoff with full jitter, a bounded number of times.

import {setTimeout as delay} from 'node:timers/promises';
import {isRetryable} from '../../errors/plakar-error.js';
import type {Backend, CallOptions, ReadResult} from '../contract.js';
import type {RecordId, RecordKind} from '../../format/ids.js';
import {wrap, wrapCalls, type PromiseMethod} from './wrap.js';

export type RetryOptions = {
	readonly onRetry?: (error: unknown, attempt: number) => void;
	/** Waits; replaced by tests. */
	readonly sleep?: (ms: number) => Promise<unknown>;
	readonly random?: () => number;
};

/** Six tries wait for at most 0.1 + 0.2 + 0.4 + 0.8 + 1.6 s: longer is a matter for the operator. */
const maximumTries = 6;
const firstWaitMs = 100;

/** Idempotent calls. `lock` is not among them: who waits for a lock should say so. */
const retried: readonly PromiseMethod[] = [
	'readConfig', 'read', 'sizes', 'inspect', 'unfinished', 'freeSpace', 'locks', 'stage', 'reference', 'putSnapshot', 'writeConfig', 'replace',
];

export function withRetry(inner: Backend, {onRetry, sleep = delay, random = Math.random}: RetryOptions = {}): Backend {
	const again = async <Result>(call: () => Promise<Result>): Promise<Result> => {
		for (let attempt = 1; ; attempt++) {
			try {
				return await call();
			} catch (error) {
				if (attempt === maximumTries || !isRetryable(error)) {
					throw error;
				}

				onRetry?.(error, attempt);
				await sleep(random() * firstWaitMs * (2 ** (attempt - 1)));
			}
		}
	};

	const outer = wrapCalls(inner, retried, async (_, call) => again(call));
	return wrap(outer, {
		async readBatch(kind: RecordKind, ids: readonly RecordId[], options?: CallOptions) {
			const results = await again(async () => inner.readBatch(kind, ids, options));
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
	});
}
