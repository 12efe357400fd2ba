// The pieces that the tests of every backend are made of: records, snapshots, and what a backend may be wrapped in.

import {randomBytes, randomUUID} from 'node:crypto';
import {expect} from 'vitest';
import type {Backend, StoredRecord} from '../../source/backends/contract.js';
import {withLimit} from '../../source/backends/wrap/limit.js';
import {createTally, withMeter} from '../../source/backends/wrap/meter.js';
import {retriedMethods, withRetry} from '../../source/backends/wrap/retry.js';
import {wrapCalls, promiseMethods} from '../../source/backends/wrap/wrap.js';
import {throwIfAborted} from '../../source/errors/plakar-error.js';
import type {RecordId, SharedKind, SnapshotId} from '../../source/format/ids.js';
import {createSealer} from '../../source/format/sealing.js';
import {withFaults} from '../faults/fault-backend.js';
import {seed} from '../support/random.js';

export const config = Buffer.from('{"a": "CONFIG"}');
export const newId = (): RecordId => randomBytes(32).toString('hex') as RecordId;
export const newSnapshot = (): SnapshotId => randomUUID() as SnapshotId;
export const record = (size = 100): StoredRecord => ({id: newId(), bytes: randomBytes(size)});
const sealer = createSealer({compression: 'none', encrypted: false, randomBytes});
export const sealedRecord = (): StoredRecord => {
	const id = newId();
	return {id, bytes: Buffer.from(sealer.seal('chunk', id, randomBytes(100)))};
};

export const refuseAll = async (_: SharedKind, records: readonly StoredRecord[]): Promise<boolean[]> => records.map(() => false);
export const acceptAll = async (_: SharedKind, records: readonly StoredRecord[]): Promise<boolean[]> => records.map(() => true);

export async function collect<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
	const items: Item[] = [];
	for await (const page of pages) {
		items.push(...page);
	}

	return items;
}

export const wrappers: ReadonlyArray<readonly [string, (backend: Backend) => Backend]> = [
	['alone', backend => backend],
	['under retry', backend => withRetry(backend)],
	['under a pass-through', backend => wrapCalls(backend, promiseMethods, async (_, call) => call())],
	['under a meter', backend => withMeter(backend, {tally: createTally()})],
	['under a limit, in steps of 64 bytes', backend => withLimit(backend, {stepBytes: 64, async take(_, options) {
		throwIfAborted(options?.signal);
	}})],
	[`under retry over a medium that fails now and then (SEED=${seed})`, backend => withRetry(withFaults(backend, {
		seed, chances: {drop: 0.05, busy: 0.05, delay: 0.2}, methods: retriedMethods,
	}), {async sleep(_, signal) {
		throwIfAborted(signal);
	}})],
];

/** Stores `records` as a snapshot of their own. */
export async function store(backend: Backend, records: readonly StoredRecord[], references: readonly RecordId[] = [], kind: SharedKind = 'chunk'): Promise<SnapshotId> {
	const snapshot = newSnapshot();
	const lock = await backend.lock('shared', 'test');
	await backend.begin(snapshot, refuseAll);
	await backend.stage(snapshot, kind, records);
	expect(await backend.reference(snapshot, kind, [...records.map(({id}) => id), ...references])).toEqual([]);
	await backend.putSnapshot(snapshot, {references: Buffer.from('references'), header: Buffer.from(`header ${snapshot}`)});
	await backend.commit([snapshot]);
	await lock.release();
	return snapshot;
}

/** What removes or replaces does it under the exclusive lock. */
export async function alone<Result>(backend: Backend, use: () => Promise<Result>): Promise<Result> {
	const lock = await backend.lock('exclusive', 'test');
	return use().finally(async () => lock.release());
}
