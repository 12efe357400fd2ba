import {randomUUID} from 'node:crypto';
import {expect, test} from 'vitest';
import {memoryBackend} from '../../../source/backends/memory.js';
import {createTally, withMeter} from '../../../source/backends/wrap/meter.js';
import type {RecordId, SnapshotId} from '../../../source/format/ids.js';

test('counts calls, records and bytes each way, of the kinds asked for', async () => {
	const inner = await memoryBackend.create(`memory:${randomUUID()}`, Buffer.from('CONFIG'));
	const [all, chunks] = [createTally(), createTally()];
	const backend = withMeter(withMeter(inner, {tally: all}), {tally: chunks, kinds: ['chunk']});
	const ids = ['1', '2'].map(digit => digit.repeat(64) as RecordId);
	const snapshot = randomUUID() as SnapshotId;
	await backend.begin(snapshot, async () => []);
	await backend.stage(snapshot, 'chunk', ids.map(id => ({id, bytes: Buffer.alloc(10)})));
	await backend.putSnapshot(snapshot, {references: Buffer.alloc(3), header: Buffer.alloc(4)});
	await backend.commit([snapshot]);
	expect(all).toEqual({calls: 4, recordsRead: 0, bytesRead: 0, recordsWritten: 4, bytesWritten: 27});
	expect(chunks).toMatchObject({calls: 4, recordsWritten: 2, bytesWritten: 20});

	await backend.read('chunk', ids[0]!);
	await backend.readBatch('chunk', [...ids, '3'.repeat(64) as RecordId]);
	await backend.visit('chunk', ids, () => undefined);
	await backend.read('header', snapshot as never);
	expect(all).toMatchObject({calls: 8, recordsRead: 6, bytesRead: 54});
	expect(chunks).toMatchObject({calls: 8, recordsRead: 5, bytesRead: 50});
});
