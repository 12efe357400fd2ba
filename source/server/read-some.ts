// Reads as many of the wanted records as one answer should hold; the client asks for the rest again.

import {batchBytes, type Backend} from '../backends/contract.js';
import {maximumHeadBytes, maximumMessageBytes} from '../backends/wire/message.js';
import {toWireError, type WireError} from '../backends/wire/wire-error.js';
import type {RecordId, RecordKind} from '../format/ids.js';
import type {Reply} from './reply.js';

/** Read at once while nothing is known of their sizes beyond those read before. */
const mostAtOnce = 64;

/** At least one result, and about `batchBytes` in all. Memory: that, and one record more. */
export async function readSome(backend: Backend, kind: RecordKind, ids: readonly RecordId[]): Promise<Reply> {
	const results: Array<number | WireError> = [];
	const blobs: Uint8Array[] = [];
	let bytes = 0;
	let largest = batchBytes;
	let atOnce = 1;
	while (results.length < ids.length && bytes < batchBytes) {
		const read = await backend.readBatch(kind, ids.slice(results.length, results.length + atOnce));
		for (const result of read) {
			if (result instanceof Error) {
				results.push(toWireError(result));
			} else if (results.length > 0 && bytes + result.length > maximumMessageBytes - maximumHeadBytes) {
				return {fields: {results}, blobs};
			} else {
				results.push(result.length);
				blobs.push(result);
				bytes += result.length;
			}
		}

		largest = Math.max(1, ...blobs.map(({length}) => length));
		atOnce = Math.min(mostAtOnce, Math.max(1, Math.floor((batchBytes - bytes) / largest)));
	}

	return {fields: {results}, blobs};
}
