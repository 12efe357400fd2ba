// A backend at the other end of a line: the contract, call by call, over whatever carries messages.

import {randomUUID} from 'node:crypto';
import {throwIfAborted} from '../../errors/plakar-error.js';
import {assertRecordId, type RecordId, type RecordKind, type SharedKind, type SnapshotId} from '../../format/ids.js';
import {batchRecords, type Backend, type BackendManifest, type CallOptions, type Inspection, type Page, type ReadResult, type StagedRecord, type StoredRecord} from '../contract.js';
import {packIds, type Fields} from './fields.js';
import {ask, persist, type Line} from './line.js';
import {pageIds, type Operation} from './operations.js';
import {RemoteLocks} from './remote-locks.js';
import {holderOf} from './holder.js';
import {reviveWireError} from './wire-error.js';
import type {Head} from './message.js';

/** Keys of batches whose answer was lost; more are lost at once only when everything is. */
const maximumLostBatches = 256;
const mostTransactions = 8192;
const mostLocks = 1024;

export type RemoteSettings = {
	readonly location: string;
	/** Whether another thread can open `location` and write to the same transactions. */
	readonly reopenable: boolean;
};

/** What the server says of itself when a repository is opened or created. */
export function openRemote(line: Line, greeting: Fields, {location, reopenable}: RemoteSettings): Backend {
	const call = async (operation: Operation, fields: Head = {}, blobs: readonly Uint8Array[] = [], options: CallOptions = {}): Promise<Fields> =>
		ask(line, operation, fields, blobs, options);
	const locks = new RemoteLocks(line, call);
	const lostBatches = new Map<RecordId, string>();

	/** `ids` in batches that one message takes. */
	const inBatches = async <Result>(ids: readonly RecordId[], one: (batch: readonly RecordId[]) => Promise<readonly Result[]>): Promise<Result[]> => {
		const results: Result[] = [];
		for (let start = 0; start < ids.length; start += batchRecords) {
			results.push(...await one(ids.length <= batchRecords ? ids : ids.slice(start, start + batchRecords)));
		}

		return results;
	};

	/** The server answers as many records as one message may hold; the rest is asked for again. */
	async function* readPieces(kind: RecordKind, ids: readonly RecordId[], options: CallOptions | undefined): AsyncGenerator<ReadResult[]> {
		throwIfAborted(options?.signal);
		for (let start = 0; start < ids.length;) {
			const wanted = ids.slice(start, start + batchRecords);
			const answer = await call('readBatch', {kind}, [packIds(kind, wanted)], options);
			const results = resultsOf(answer, wanted.length, line.peer);
			start += results.length;
			yield results;
		}
	}

	const readAll = async (kind: RecordKind, ids: readonly RecordId[], options: CallOptions | undefined): Promise<ReadResult[]> => {
		const results: ReadResult[] = [];
		for await (const piece of readPieces(kind, ids, options)) {
			results.push(...piece);
		}

		return results;
	};

	async function* pagesOf(operation: Operation, kind: RecordKind, fields: Head, options: CallOptions | undefined, start?: RecordId): AsyncGenerator<Page<RecordId>> {
		for (let after = start; ;) {
			const answer = await persist(async () => call(operation, {...fields, kind, ...(after === undefined ? {} : {after})}, [], options));
			const ids = answer.ids(kind, pageIds);
			assertAscending(answer, ids, after);
			after = ids.at(-1);
			if (ids.length > 0) {
				yield ids;
			}

			if (!answer.flag('more') || after === undefined) {
				return;
			}
		}
	}

	/** When the answer to this very batch was lost, the server is asked for it first: nothing is sent twice. */
	const stageOnce = async (snapshot: SnapshotId, kind: SharedKind, records: readonly StoredRecord[], options: CallOptions | undefined): Promise<boolean[]> => {
		const ids = records.map(({id}) => id);
		const packed = packIds(kind, ids);
		const first = ids[0]!;
		const lost = lostBatches.get(first);
		const key = lost ?? randomUUID();
		if (lost !== undefined) {
			const outcome = await locks.callUnder('outcome', {snapshot, key}, [], options);
			if (outcome.flag('known')) {
				lostBatches.delete(first);
				return outcome.flags('written', records.length);
			}
		}

		try {
			const answer = await locks.callUnder('stage', {snapshot, kind, key}, [packed, ...records.map(({bytes}) => bytes)], options);
			lostBatches.delete(first);
			return answer.flags('written', records.length);
		} catch (error) {
			if (lostBatches.size < maximumLostBatches) {
				lostBatches.set(first, key);
			}

			throw error;
		}
	};

	return {
		location,
		supports: manifestOf(greeting, reopenable),
		refusesWrites: greeting.has('add') && !greeting.flag('add'),
		async readConfig(options) {
			return (await call('readConfig', {}, [], options)).blob(0);
		},
		async read(kind, id, options) {
			const [result] = await readAll(kind, [id], options);
			if (result instanceof Error) {
				throw result;
			}

			return result!;
		},
		readBatch: readAll,
		async visit(kind, ids, visit, options) {
			let index = 0;
			for await (const piece of readPieces(kind, ids, options)) {
				for (const result of piece) {
					visit(result, index++);
				}
			}
		},
		list: (kind, after, options) => pagesOf('list', kind, {}, options, after),
		async sizes(kind, ids, options) {
			throwIfAborted(options?.signal);
			return inBatches(ids, async batch => (await call('sizes', {kind}, [packIds(kind, batch)], options)).numbers('sizes', batch.length));
		},
		async inspect(kind, ids, options) {
			return inBatches(ids, async batch => inspectionsOf(await call('inspect', {kind}, [packIds(kind, batch)], options), batch.length));
		},
		listReferences: (snapshot, kind, options) => pagesOf('listReferences', kind, {snapshot}, options),
		async unfinished(options) {
			const answer = await call('unfinished', {}, [], options);
			return answer.items('transactions', mostTransactions).map(item => ({snapshot: item.snapshot(), active: item.flag('active'), startedAtMs: item.number('startedAtMs')}));
		},
		async* listStaged(snapshot, options) {
			for (const kind of ['chunk', 'object'] as const) {
				for (let after: RecordId | undefined; ;) {
					const answer = await persist(async () => call('listStaged', {snapshot, kind, ...(after === undefined ? {} : {after})}, [], options));
					const ids = answer.ids(kind, pageIds);
					assertAscending(answer, ids, after);
					const sizes = answer.numbers('sizes', ids.length);
					if (ids.length > 0) {
						yield ids.map((id, index): StagedRecord => ({kind, id, sizeBytes: sizes[index]!}));
					}

					after = ids.at(-1);
					if (!answer.flag('more') || after === undefined) {
						break;
					}
				}
			}
		},
		async freeSpace(options) {
			return freeBytesIn(await call('freeSpace', {}, [], options));
		},
		// A server that does not say that it can tell is not asked.
		...(greeting.has('storedSize') && greeting.flag('storedSize') ? {
			async storedSize(options?: CallOptions) {
				const answer = await call('storedSize', {}, [], options);
				return answer.has('bytes') ? {bytes: answer.number('bytes'), exact: answer.flag('exact')} : undefined;
			},
		} : {}),
		async locks(options) {
			return (await call('locks', {}, [], options)).items('locks', mostLocks).map(item => holderOf(item));
		},
		async close() {
			await locks.close();
			await line.close();
		},
		lock: async (mode, purpose, options) => locks.take(mode, purpose, options),
		async begin(snapshot, accept, options) {
			assertRecordId('header', snapshot);
			const key = randomUUID();
			const answer = await persist(async () => locks.callUnder('begin', {snapshot, session: locks.current, key}, [], options));
			for (const [index, kind] of (['chunk', 'object'] as const).entries()) {
				// The server has looked at every byte; what it dropped is told as records without any.
				const dropped = answer.ids(kind, Number.MAX_SAFE_INTEGER, index);
				if (dropped.length > 0) {
					await accept(kind, dropped.map(id => ({id, bytes: new Uint8Array(0)})));
				}
			}
		},
		async stage(snapshot, kind, records, options) {
			throwIfAborted(options?.signal);
			return records.length === 0 ? [] : stageOnce(snapshot, kind, records, options);
		},
		async reference(snapshot, kind, ids, options) {
			return inBatches(ids, async batch => (await locks.callUnder('reference', {snapshot, kind}, [packIds(kind, batch)], options)).ids(kind, batch.length));
		},
		async putSnapshot(snapshot, {references, header}, options) {
			await locks.callUnder('putSnapshot', {snapshot}, [references, header], options);
		},
		async commit(snapshots, options) {
			const key = randomUUID();
			await persist(async () => locks.callUnder('commit', {key}, [packIds('header', snapshots)], options));
		},
		async rollback(snapshot, options) {
			await persist(async () => call('rollback', {snapshot}, [], options));
		},
		async replace(kind, id, bytes, options) {
			assertRecordId(kind, id);
			const holders = options?.holders ?? [];
			await locks.callUnder('replace', {kind, id, ...(holders.length === 0 ? {} : {holders: holders.length})}, [bytes, ...(holders.length === 0 ? [] : [packIds('header', holders)])], options);
		},
		async writeConfig(bytes, options) {
			await call('writeConfig', {}, [bytes], options);
		},
		async dereference(snapshot, options) {
			await locks.callUnder('dereference', {snapshot}, [], options);
		},
		async remove(kind, ids, options) {
			return inBatches(ids, async batch => (await locks.callUnder('remove', {kind}, [packIds(kind, batch)], options)).ids(kind, batch.length));
		},
	};
}

const manifestOf = (greeting: Fields, reopenable: boolean): BackendManifest => Object.freeze({
	references: greeting.oneOf('references', ['links', 'lists']),
	freeSpace: greeting.flag('freeSpace'),
	parallelWrites: greeting.flag('parallelWrites'),
	locks: true,
	reopenable,
	nativeDifference: false,
});

/** What an answer to `freeSpace` says; undefined where the server does not know. */
export const freeBytesIn = (answer: Fields): number | undefined => answer.has('bytes') ? answer.number('bytes') : undefined;

/** Results are sizes, or errors of single records; at least one, or asking again would never end. */
function resultsOf(answer: Fields, wanted: number, peer: string): ReadResult[] {
	const results = answer.value('results');
	if (!Array.isArray(results) || results.length === 0 || results.length > wanted) {
		return answer.fail('results');
	}

	let blob = 0;
	return results.map((result: unknown): ReadResult => typeof result === 'number' ? answer.blob(blob++) : reviveWireError(result, peer));
}

function inspectionsOf(answer: Fields, count: number): Inspection[] {
	const [sizes, references, reserved] = [answer.numbers('sizes', count), answer.numbers('references', count), answer.numbers('reserved', count)];
	return sizes.map((sizeBytes, index) => ({sizeBytes, references: references[index]!, reserved: reserved[index]!}));
}

/** A listing that does not ascend would be merged wrongly, or never end. */
function assertAscending(answer: Fields, ids: readonly RecordId[], after: RecordId | undefined): void {
	let last = after ?? '';
	for (const id of ids) {
		if (id <= last) {
			answer.fail('ascending ids');
		}

		last = id;
	}
}
