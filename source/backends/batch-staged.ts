// Staged records in batches that may be held in memory.

import {batchBytes, batchRecords, type StagedRecord} from './contract.js';

export function* batchStaged(page: readonly StagedRecord[]): Generator<readonly StagedRecord[]> {
	let batch: StagedRecord[] = [];
	let bytes = 0;
	for (const record of page) {
		if (batch.length > 0 && (batch.length === batchRecords || bytes + record.sizeBytes > batchBytes)) {
			yield batch;
			batch = [];
			bytes = 0;
		}

		batch.push(record);
		bytes += record.sizeBytes;
	}

	if (batch.length > 0) {
		yield batch;
	}
}
