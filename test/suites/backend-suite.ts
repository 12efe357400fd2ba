// What every backend must do, alone and under each wrapper: describeBackend is the whole test of a medium.

import {describe, expect, test} from 'vitest';
import type {Backend, BackendFactory} from '../../source/backends/contract.js';
import type {RecordId, SnapshotId} from '../../source/format/ids.js';
import {verifyEnvelope} from '../../source/format/sealing.js';
import {acceptAll, alone, collect, config, newId, newSnapshot, record, refuseAll, sealedRecord, store, wrappers} from './backend-scene.js';

export type BackendSetup = {
	readonly factory: BackendFactory;
	/** A location where nothing is. */
	readonly location: () => string;
};

export function describeBackend(name: string, {factory, location}: BackendSetup): void {
	describe.each(wrappers)(`${name} %s`, (_, wrapped) => {
		const create = async (): Promise<Backend> => wrapped(await factory.create(location(), config));

		test('creates once, opens again, and says what is missing', async () => {
			const place = location();
			await expect(factory.open(place)).rejects.toMatchObject({code: 'REPOSITORY_NOT_FOUND'});
			await factory.assertFree?.(place);
			await factory.create(place, config);
			await expect(factory.assertFree === undefined ? factory.create(place, config) : factory.assertFree(place)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
			await expect(factory.create(place, config)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
			const backend = wrapped(await factory.open(place));
			expect(Buffer.from(await backend.readConfig())).toEqual(config);
			await backend.writeConfig(Buffer.from('new'));
			expect(Buffer.from(await backend.readConfig()).toString()).toBe('new');
		});

		test('shows a record only once its transaction is committed, then whole', async () => {
			const backend = await create();
			const one = record();
			const snapshot = newSnapshot();
			const lock = await backend.lock('shared', 'test');
			await backend.begin(snapshot, refuseAll);
			expect(await backend.stage(snapshot, 'chunk', [one])).toEqual([true]);
			expect(await collect(backend.list('header'))).toEqual([]);
			await expect(backend.read('header', snapshot)).rejects.toMatchObject({code: 'BACKEND_NOT_FOUND'});
			await backend.reference(snapshot, 'chunk', [one.id]);
			await backend.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
			expect(await collect(backend.list('header'))).toEqual([]);
			await backend.commit([snapshot]);
			await lock.release();
			expect(await collect(backend.list('header'))).toEqual([snapshot]);
			expect(Buffer.from(await backend.read('chunk', one.id))).toEqual(one.bytes);
			expect(Buffer.from(await backend.read('header', snapshot)).toString()).toBe('h');
			expect(Buffer.from(await backend.read('references', snapshot)).toString()).toBe('r');
			expect(await backend.unfinished()).toEqual([]);
		});

		test('lists in ascending order, and goes on after a given id', async () => {
			const backend = await create();
			const records = Array.from({length: 300}, () => record(1));
			await store(backend, records);
			const sorted = records.map(({id}) => id).sort();
			expect(await collect(backend.list('chunk'))).toEqual(sorted);
			expect(await collect(backend.list('object'))).toEqual([]);
			for (const index of [0, 100, 298, 299]) {
				expect(await collect(backend.list('chunk', sorted[index]))).toEqual(sorted.slice(index + 1));
			}
		});

		test('lists the same in packed form, where it has one', async () => {
			const backend = await create();
			await store(backend, Array.from({length: 300}, () => record(1)));
			for (const kind of backend.listPacked === undefined ? [] : ['chunk', 'object'] as const) {
				const packed: string[] = [];
				for await (const page of backend.listPacked!(kind)) {
					packed.push(Buffer.from(page).toString('hex'));
				}

				expect(packed.join('').match(/.{64}/g)?.sort() ?? []).toEqual(await collect(backend.list(kind)));
			}
		});

		test('two transactions that store the same record end with one, referenced twice', async () => {
			const backend = await create();
			const one = record();
			const [first, second] = [newSnapshot(), newSnapshot()];
			const lock = await backend.lock('shared', 'test');
			for (const snapshot of [first, second]) {
				await backend.begin(snapshot, refuseAll);
			}

			expect(await backend.stage(first, 'chunk', [one])).toEqual([true]);
			await backend.stage(second, 'chunk', [one]);
			for (const snapshot of [second, first]) {
				await backend.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
				await backend.commit([snapshot]);
			}

			await lock.release();
			expect(await collect(backend.list('chunk'))).toEqual([one.id]);
			expect(Buffer.from(await backend.read('chunk', one.id))).toEqual(one.bytes);
			expect((await backend.inspect('chunk', [one.id]))[0]).toMatchObject({references: backend.supports.references === 'links' ? 2 : -1, reserved: 0});
		});

		test('leaves a record that is there as it is', async () => {
			const backend = await create();
			const one = record();
			await store(backend, [one]);
			const snapshot = newSnapshot();
			const lock = await backend.lock('shared', 'test');
			await backend.begin(snapshot, refuseAll);
			expect(await backend.stage(snapshot, 'chunk', [{id: one.id, bytes: Buffer.from('other')}])).toEqual([false]);
			await backend.rollback(snapshot);
			await lock.release();
			expect(Buffer.from(await backend.read('chunk', one.id))).toEqual(one.bytes);
		});

		test('refers to a record that was visible before it was staged', async () => {
			const backend = await create();
			const [one, own, snapshot] = [record(), record(), newSnapshot()];
			await store(backend, [one]);
			const lock = await backend.lock('shared', 'test');
			await backend.begin(snapshot, refuseAll);
			expect(await backend.stage(snapshot, 'chunk', [one, own])).toEqual([false, true]);
			await backend.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
			await backend.commit([snapshot]);
			await lock.release();
			const held = backend.supports.references === 'links' ? [one.id, own.id].sort() : [];
			expect(await collect(backend.listReferences(snapshot, 'chunk'))).toEqual(held);
		});

		test('answers a batch record by record', async () => {
			const backend = await create();
			const records = [record(0), record(1), record(70_000), record(2_000_000)];
			await store(backend, records, [], 'object');
			const absent = newId();
			const results = await backend.readBatch('object', [...records.map(({id}) => id), absent]);
			expect(results.slice(0, 4).map(result => result instanceof Error ? result : Buffer.compare(result, records[results.indexOf(result)]!.bytes))).toEqual([0, 0, 0, 0]);
			expect(results[4]).toMatchObject({code: 'BACKEND_NOT_FOUND'});
			const visited: unknown[] = [];
			await backend.visit('object', [...records.map(({id}) => id), absent], (result, index) => {
				visited.push(result instanceof Error ? (result as {code?: string}).code : Buffer.compare(result, records[index]!.bytes));
			});
			expect(visited).toEqual([0, 0, 0, 0, 'BACKEND_NOT_FOUND']);
			expect(await backend.sizes('object', [...records.map(({id}) => id), absent])).toEqual([0, 1, 70_000, 2_000_000, -1]);
		});

		test('surveys as it inspects and visits, where it can', async () => {
			const backend = await create();
			const records = [record(0), record(1), record(2_000_000), ...Array.from({length: 100}, () => record(10))];
			await store(backend, records);
			const ids = [...records.map(({id}) => id), newId()];
			const read = Uint8Array.from(ids, (_, index) => index === 1 ? 0 : 1);
			const inspections = await backend.inspect('chunk', ids);
			for (const end of backend.survey === undefined ? [] : [ids.length - 1, 2, 50]) {
				const seen: number[] = [];
				await backend.survey!('chunk', ids, read, (inspection, result, index) => {
					expect(inspection).toEqual(inspections[index]);
					expect(result === undefined ? undefined : Buffer.compare(result as Uint8Array, records[index]!.bytes)).toBe(index === 1 || index === records.length ? undefined : 0);
					seen.push(index);
					return index < end;
				});
				expect(seen).toEqual(Array.from({length: end + 1}, (_, index) => index));
			}
		});

		test('refuses names that are no names', async () => {
			const backend = await create();
			for (const id of ['', '..', '../../CONFIG', 'A'.repeat(64), `${'a'.repeat(63)}/`] as RecordId[]) {
				await expect(backend.read('chunk', id)).rejects.toMatchObject({code: 'FORMAT_INVALID'});
				await expect(backend.sizes('chunk', [id])).rejects.toMatchObject({code: 'FORMAT_INVALID'});
			}

			await expect(backend.begin('not-a-uuid' as SnapshotId, refuseAll)).rejects.toMatchObject({code: 'FORMAT_INVALID'});
		});

		test('counts references and reservations apart', async () => {
			const backend = await create();
			const [one, two] = [record(), record()];
			const first = await store(backend, [one, two]);
			await store(backend, [], [one.id]);
			const lock = await backend.lock('shared', 'test');
			const open = newSnapshot();
			await backend.begin(open, refuseAll);
			await backend.reference(open, 'chunk', [two.id]);
			const counts = backend.supports.references === 'links' ? [2, 1] : [-1, -1];
			const inspections = await backend.inspect('chunk', [one.id, two.id, newId()]);
			expect(inspections.map(({references}) => references).slice(0, 2)).toEqual(counts);
			if (backend.supports.references === 'links') {
				expect(inspections.map(({reserved}) => reserved)).toEqual([0, 1, 0]);
				expect(await collect(backend.listReferences(first, 'chunk'))).toEqual([one.id, two.id].sort());
			}

			expect(inspections[2]!.sizeBytes).toBe(-1);
			await backend.rollback(open);
			await lock.release();
			expect((await backend.inspect('chunk', [two.id]))[0]!.references).toBe(counts[1]);
		});

		test('tells which records to reference are nowhere', async () => {
			const backend = await create();
			const [one, absent] = [record(), newId()];
			await store(backend, [one]);
			const lock = await backend.lock('shared', 'test');
			const snapshot = newSnapshot();
			await backend.begin(snapshot, refuseAll);
			expect(await backend.reference(snapshot, 'chunk', [one.id, absent])).toEqual([absent]);
			await lock.release();
		});

		test('commits several at once, the second relying on what the first staged', async () => {
			const backend = await create();
			const one = record();
			const [first, second] = [newSnapshot(), newSnapshot()];
			const lock = await backend.lock('shared', 'test');
			await backend.begin(first, refuseAll);
			await backend.stage(first, 'chunk', [one]);
			await backend.begin(second, refuseAll);
			expect(await backend.reference(second, 'chunk', [one.id])).toEqual([]);
			for (const snapshot of [first, second]) {
				await backend.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
			}

			await backend.commit([first, second]);
			await lock.release();
			expect(await collect(backend.list('header'))).toEqual([first, second].sort());
			const [inspection] = await backend.inspect('chunk', [one.id]);
			expect(inspection!.references).toBe(backend.supports.references === 'links' ? 2 : -1);
		});

		test('who relied on a record that had to yield to its twin relies on the twin', async () => {
			const backend = await create();
			const {id, bytes} = record();
			const [first, second, third] = [newSnapshot(), newSnapshot(), newSnapshot()];
			const lock = await backend.lock('shared', 'test');
			for (const snapshot of [first, second, third]) {
				await backend.begin(snapshot, refuseAll);
				await backend.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
			}

			await backend.stage(first, 'chunk', [{id, bytes}]);
			expect(await backend.reference(third, 'chunk', [id])).toEqual([]);
			await backend.stage(second, 'chunk', [{id, bytes}]);
			expect(await backend.reference(second, 'chunk', [id])).toEqual([]);
			for (const snapshot of [second, first, third]) {
				await backend.commit([snapshot]);
			}

			await lock.release();
			expect(await backend.inspect('chunk', [id])).toEqual([{sizeBytes: bytes.length, references: backend.supports.references === 'links' ? 3 : -1, reserved: 0}]);
		});

		test('takes up what a dead process staged, as far as it is accepted', async () => {
			const place = location();
			const backend = wrapped(await factory.create(place, config));
			const [good, torn] = [sealedRecord(), sealedRecord()];
			const bad = {id: torn.id, bytes: Buffer.from(torn.bytes)};
			bad.bytes[20]! ^= 1;
			const snapshot = newSnapshot();
			const first = await backend.lock('shared', 'first');
			await backend.begin(snapshot, refuseAll);
			await backend.stage(snapshot, 'chunk', [good, bad]);
			await first.release();
			expect(await backend.unfinished()).toMatchObject([{snapshot, active: false}]);
			expect((await collect(backend.listStaged(snapshot))).map(({id}) => id)).toEqual([good.id, bad.id].sort());

			const next = wrapped(await factory.open(place));
			const lock = await next.lock('shared', 'second');
			const refused: RecordId[] = [];
			await next.begin(snapshot, async (kind, records) => records.map(({id, bytes}) => {
				try {
					verifyEnvelope(kind, id, bytes);
					return true;
				} catch {
					refused.push(id);
					return false;
				}
			}));
			expect(refused).toEqual([bad.id]);
			expect(await next.stage(snapshot, 'chunk', [good, torn])).toEqual([false, true]);
			await next.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
			await next.commit([snapshot]);
			await lock.release();
			expect(Buffer.from(await next.read('chunk', good.id))).toEqual(good.bytes);
			expect(Buffer.from(await next.read('chunk', bad.id))).toEqual(torn.bytes);
		});

		test('refuses a snapshot that is committed', async () => {
			const backend = await create();
			const snapshot = await store(backend, [record()]);
			await expect(backend.begin(snapshot, acceptAll)).rejects.toMatchObject({code: 'SNAPSHOT_CONFLICT'});
		});

		test('lets many add, and only one remove', async () => {
			const backend = await create();
			const [one, two] = [await backend.lock('shared', 'a'), await backend.lock('shared', 'b')];
			await expect(backend.lock('exclusive', 'c')).rejects.toMatchObject({code: 'BACKEND_LOCKED'});
			expect(await backend.locks()).toHaveLength(2);
			await one.release();
			await two.release();
			const alone = await backend.lock('exclusive', 'c');
			await expect(backend.lock('shared', 'd')).rejects.toMatchObject({code: 'BACKEND_LOCKED'});
			await alone.release();
			expect(await backend.locks()).toEqual([]);
		});

		test('removes only what nobody references', async () => {
			const backend = await create();
			const [kept, freed] = [record(), record()];
			await store(backend, [kept]);
			const snapshot = await store(backend, [freed]);
			await alone(backend, async () => backend.dereference(snapshot));
			expect(await collect(backend.list('header'))).not.toContain(snapshot);
			if (backend.supports.references === 'links') {
				expect(await alone(backend, async () => backend.remove('chunk', [kept.id, freed.id]))).toEqual([kept.id]);
				expect(await collect(backend.list('chunk'))).toEqual([kept.id]);
			}
		});

		test('replaces a record in place and keeps its references', async () => {
			const backend = await create();
			const one = record();
			await store(backend, [one]);
			await store(backend, [], [one.id]);
			const before = await backend.inspect('chunk', [one.id]);
			await alone(backend, async () => backend.replace('chunk', one.id, Buffer.from('mended')));
			expect(Buffer.from(await backend.read('chunk', one.id)).toString()).toBe('mended');
			expect((await backend.inspect('chunk', [one.id]))[0]!.references).toBe(before[0]!.references);
		});

		test('restores a missing record with the references of those that need it', async () => {
			const backend = await create();
			const lost = record();
			const former = await store(backend, [lost]);
			await alone(backend, async () => {
				await backend.dereference(former);
				await backend.remove('chunk', [lost.id]);
			});
			const holder = await store(backend, [record()]);
			const absent = newSnapshot();
			// Twice: what was begun and cut off is ended by the same call.
			for (const text of ['restored', 'restored again']) {
				await alone(backend, async () => backend.replace('chunk', lost.id, Buffer.from(text), {holders: [holder, absent]}));
				expect(Buffer.from(await backend.read('chunk', lost.id)).toString()).toBe(text);
				expect(await backend.inspect('chunk', [lost.id])).toEqual([{sizeBytes: text.length, references: backend.supports.references === 'links' ? 1 : -1, reserved: 0}]);
			}

			expect(await collect(backend.list('chunk'))).toContain(lost.id);
			expect(await collect(backend.list('header'))).toEqual([holder]);
			if (backend.supports.references === 'links') {
				expect(await collect(backend.listReferences(holder, 'chunk'))).toContain(lost.id);
				expect(await alone(backend, async () => backend.remove('chunk', [lost.id]))).toEqual([lost.id]);
			}
		});

		test('replaces what belongs to a snapshot', async () => {
			const backend = await create();
			const snapshot = await store(backend, [record()]);
			for (const kind of ['header', 'references'] as const) {
				await alone(backend, async () => backend.replace(kind, snapshot, Buffer.from(`mended ${kind}`)));
				expect(Buffer.from(await backend.read(kind, snapshot)).toString()).toBe(`mended ${kind}`);
			}

			expect(await collect(backend.list('header'))).toEqual([snapshot]);
		});

		test('a record that is replaced while an unfinished transaction holds it is held as it is now', async () => {
			const backend = await create();
			const one = record();
			await store(backend, [one]);
			const before = await backend.lock('shared', 'test');
			const snapshot = newSnapshot();
			await backend.begin(snapshot, refuseAll);
			await backend.reference(snapshot, 'chunk', [one.id]);
			await before.release();
			await alone(backend, async () => backend.replace('chunk', one.id, Buffer.from('mended')));
			const lock = await backend.lock('shared', 'test');
			await backend.begin(snapshot, refuseAll);
			await backend.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
			await backend.commit([snapshot]);
			await lock.release();
			expect(await backend.inspect('chunk', [one.id])).toEqual([{sizeBytes: 6, references: backend.supports.references === 'links' ? 2 : -1, reserved: 0}]);
		});

		test('stops when it is told to', async () => {
			const backend = await create();
			const one = record();
			await store(backend, [one]);
			const options = {signal: AbortSignal.abort()};
			await expect(backend.read('chunk', one.id, options)).rejects.toMatchObject({code: 'CANCELLED'});
			await expect(backend.readBatch('chunk', [one.id], options)).rejects.toMatchObject({code: 'CANCELLED'});
			await expect(collect(backend.list('chunk', undefined, options))).rejects.toMatchObject({code: 'CANCELLED'});
			await expect(backend.lock('shared', 'x', options)).rejects.toMatchObject({code: 'CANCELLED'});
		});

		test('states once and for all what it supports', async () => {
			const backend = await create();
			expect(Object.isFrozen(backend.supports)).toBe(true);
		});
	});
}
