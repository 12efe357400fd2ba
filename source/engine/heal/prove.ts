// Proves stored records of any kind, as far as the key allows, one by one or many at a time.

import type {RecordId, RecordKind, SharedKind, SnapshotId} from '../../format/ids.js';
import {decodeHeader, maximumHeaderBytes} from '../../format/snapshot-header.js';
import {verifyEnvelope} from '../../format/sealing.js';
import {Counters} from '../../workers/counters.js';
import {availableLanes} from '../../workers/lane-count.js';
import {openLanes, TaskStream, type Lanes} from '../../workers/lanes.js';
import {verdicts, type Examination, type Verdict} from '../../workers/task.js';
import {proveRecord} from '../../workers/tasks/examine.js';
import type {CallOptions} from '../../backends/contract.js';
import {throwIfAborted} from '../../errors/plakar-error.js';
import {batchesOf, recordsPerTask} from '../check/chunk-reading.js';
import {PackedIds} from '../check/inventory.js';
import {openReferences, sideOf, type Repository} from '../repository.js';

/** Throws RECORD_CORRUPT unless `stored` is the record that `kind` and `id` name. */
export function proveStored({codec}: Repository, kind: RecordKind, id: RecordId, stored: Uint8Array): void {
	if (kind === 'references') {
		openReferences(codec, id as SnapshotId, stored);
	} else if (kind !== 'header') {
		proveRecord(codec, kind, id, stored);
	} else if (codec.sealer.opens) {
		decodeHeader(id as SnapshotId, codec.sealer.unseal('header', id, stored, maximumHeaderBytes));
	} else {
		verifyEnvelope('header', id, stored);
	}
}

export type Examined = {
	readonly state: Verdict['state'];
	readonly reason: string;
	/** Stored bytes; -1 where it is absent. */
	readonly sizeBytes: number;
	/** As in `Inspection`. */
	readonly references: number;
};

/** Ids without repetition, ascending. */
export function packedIds(ids: Iterable<string>): PackedIds {
	const packed = new PackedIds();
	for (const id of [...new Set(ids)].sort()) {
		packed.add(id);
	}

	return packed;
}

/** Reads records of one repository in lanes of its own, which stay open until `close`. */
export class Examiner {
	readonly #lanes: Lanes;

	private constructor(lanes: Lanes) {
		this.#lanes = lanes;
	}

	/** For about `records` records at a time. Without `signal` what it is asked for is read to the end. */
	static async open(repository: Repository, records: number, {signal = new AbortController().signal}: CallOptions = {}): Promise<Examiner> {
		const count = Math.max(1, Math.min(availableLanes(), Math.ceil(records / recordsPerTask)));
		return new Examiner(await openLanes({counters: new Counters(), sides: {source: sideOf(repository)}, signal, count}));
	}

	/** Reads every byte of `ids`, twice before one is called corrupt. Throws CANCELLED. */
	async examine(kind: SharedKind, ids: PackedIds, {signal}: CallOptions = {}): Promise<Map<RecordId, Examined>> {
		const examined = new Map<RecordId, Examined>();
		const stream = new TaskStream(this.#lanes);
		try {
			let first = 0;
			for (const {batch, count} of batchesOf(ids)) {
				throwIfAborted(signal);
				const start = first;
				await stream.add({name: 'examine', kind, ids: batch, read: new Uint8Array(count).fill(1)}, seen => {
					for (let index = 0; index < count; index++) {
						examined.set(ids.at(start + index), verdictAt(seen, index));
					}
				});
				first += count;
			}

			await stream.drain();
			throwIfAborted(signal);
			return examined;
		} finally {
			await stream.drain().catch(() => undefined);
		}
	}

	async close(): Promise<void> {
		await this.#lanes.close();
	}
}

/** Reads every byte of `ids` of each kind where they lie, twice before one is called corrupt. Throws CANCELLED. */
export async function examineAll(repository: Repository, ids: Readonly<Record<SharedKind, PackedIds>>, options: CallOptions): Promise<Record<SharedKind, Map<RecordId, Examined>>> {
	const examiner = await Examiner.open(repository, ids.chunk.count + ids.object.count, options);
	try {
		return {chunk: await examiner.examine('chunk', ids.chunk, options), object: await examiner.examine('object', ids.object, options)};
	} finally {
		await examiner.close();
	}
}

function verdictAt({states, sizes, references, notes}: Examination, index: number): Examined {
	const note = notes.get(index);
	return {
		state: sizes[index]! < 0 ? 'missing' : verdicts[states[index]! - 1] ?? 'unreadable',
		reason: sizes[index]! < 0 ? 'it is not in the store' : note?.reason ?? '', sizeBytes: sizes[index]!, references: references[index]!,
	};
}

export const isSound = (examined: Examined | undefined): boolean => examined?.state === 'sound' || examined?.state === 'sound-on-second-read';
