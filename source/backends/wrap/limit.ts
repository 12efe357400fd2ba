// Holds a backend to a number of bytes a second, whatever it is asked to store.

import type {Backend, CallOptions, StoredRecord} from '../contract.js';
import {wrap} from './wrap.js';

/** Gives leave to move bytes. Shared by every backend that is held to the same limit. */
export type Throttle = {
	/** Resolves when `sizeBytes` may move. Throws CANCELLED when the job is stopped meanwhile. */
	take(sizeBytes: number, options?: CallOptions): Promise<void>;
	/** The most that should move at once, so that a slow line is used evenly; Infinity without a limit. */
	readonly stepBytes: number;
};

/** Consecutive records of together at most a step of the moment, or one that is larger. */
function* partsOf(records: readonly StoredRecord[], throttle: Throttle): Generator<readonly StoredRecord[]> {
	let start = 0;
	let bytes = 0;
	for (const [index, record] of records.entries()) {
		if (index > start && bytes + record.bytes.length > throttle.stepBytes) {
			yield records.slice(start, index);
			start = index;
			bytes = 0;
		}

		bytes += record.bytes.length;
	}

	if (start < records.length) {
		yield start === 0 ? records : records.slice(start);
	}
}

/** `inner`, each byte that is written taken from `throttle` first. Records go in steps that fit the limit of the moment. */
export function withLimit(inner: Backend, throttle: Throttle): Backend {
	return wrap(inner, {
		async stage(snapshot, kind, records, options) {
			const written: boolean[] = [];
			for (const part of partsOf(records, throttle)) {
				await throttle.take(part.reduce((sum, {bytes: {length}}) => sum + length, 0), options);
				written.push(...await inner.stage(snapshot, kind, part, options));
			}

			return written;
		},
		async putSnapshot(snapshot, parts, options) {
			await throttle.take(parts.references.length + parts.header.length, options);
			await inner.putSnapshot(snapshot, parts, options);
		},
		async replace(kind, id, bytes, options) {
			await throttle.take(bytes.length, options);
			await inner.replace(kind, id, bytes, options);
		},
	});
}
