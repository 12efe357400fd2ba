import {randomUUID} from 'node:crypto';
import {expect, test} from 'vitest';
import {memoryBackend} from '../../../source/backends/memory.js';
import {createTally, withMeter} from '../../../source/backends/wrap/meter.js';
import {wrap} from '../../../source/backends/wrap/wrap.js';
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

test('counts what a survey reads', async () => {
	const tally = createTally();
	const inner = wrap(await memoryBackend.create(`memory:${randomUUID()}`, Buffer.from('CONFIG')), {
		async survey(_kind, ids, read, visit) {
			for (const index of ids.keys()) {
				visit({sizeBytes: 10, references: 1, reserved: 0}, read[index] === 1 ? Buffer.alloc(10) : undefined, index);
			}
		},
	});
	const seen: boolean[] = [];
	await withMeter(inner, {tally}).survey!('chunk', ['1', '2', '3'].map(digit => digit.repeat(64) as RecordId), Uint8Array.of(1, 0, 1), (_, result) => seen.push(result !== undefined) > 0);
	expect({seen, ...tally}).toMatchObject({seen: [true, false, true], calls: 1, recordsRead: 2, bytesRead: 20});
});
