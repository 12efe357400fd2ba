// Several connections, threads and processes at one SQLite file.

import {spawn, spawnSync} from 'node:child_process';
import {randomBytes, randomUUID} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {ownMark} from '../../source/backends/process-mark.js';
import type {Backend} from '../../source/backends/contract.js';
import {openHandle, ReadConnection, WriteConnection} from '../../source/backends/sqlite/connection.js';
import type {RecordId, SnapshotId} from '../../source/format/ids.js';
import {Counters} from '../../source/engine/counters.js';
import {check, push, run, sync} from '../support/engine.js';
import {makeHome} from '../support/program.js';
import {program} from '../terminal/pty.js';
import {idsOf, makeScene, meddle} from '../support/sqlite.js';
import {makeTree} from '../support/trees.js';
import {until} from '../support/until.js';

const newId = (): RecordId => randomBytes(32).toString('hex') as RecordId;
const newSnapshot = (): SnapshotId => randomUUID() as SnapshotId;
const refuseAll = async (): Promise<boolean[]> => [];
const parts = {references: Buffer.from('r'), header: Buffer.from('h')};

describe('several at work', () => {
	test('a reader goes on beside a writer, waits while it finishes, and says who is in the way in the end', async () => {
		const {file, location} = await makeScene();
		const backend = await openBackend(location);
		const writer = openHandle(file, false);
		writer.exec('BEGIN IMMEDIATE; INSERT INTO lock VALUES (\'x\', \'shared\', \'h\', 1, \'p\', 1, 1)');
		expect(await backend.locks()).toEqual([]);
		writer.exec('COMMIT; BEGIN EXCLUSIVE');
		const waiting = backend.readConfig();
		const impatient = new ReadConnection(file);
		await expect(impatient.read(() => 1, {waitMs: 20})).rejects.toMatchObject({code: 'BACKEND_LOCKED'});
		const stopped = AbortSignal.timeout(10);
		await expect(impatient.read(() => 1, {signal: stopped})).rejects.toMatchObject({code: 'CANCELLED'});
		writer.exec('COMMIT');
		expect((await waiting).length).toBeGreaterThan(0);
		writer.close();
		impatient.close();
		await backend.close();
	});

	test('a job that waits for another process says so, and goes on once it is free', async () => {
		const {file, location} = await makeScene();
		const other = openHandle(file, false);
		other.exec('BEGIN EXCLUSIVE');
		const told: string[] = [];
		await run({verb: 'describe', repository: {location}}, {onEvent(event) {
			if (event.type === 'notice') {
				told.push(event.text);
				other.exec('COMMIT');
			}
		}});
		expect(told).toEqual([`${file} is being written: waiting for that to end, for up to 75 s.`]);
		other.close();
	});

	test('a writer that waits long for a reader does not end what waits behind it in its own process', async () => {
		const {tree, location: source} = await makeScene();
		const {file, location: target} = await makeScene();
		makeTree(tree, [{path: 'more', content: randomBytes(100_000)}]);
		await push(source, [tree]);
		const other = openHandle(file, false);
		other.exec('BEGIN');
		other.prepare('SELECT count(*) FROM config').get();
		let toldMs: number | undefined;
		const told: string[] = [];
		const sent = sync(source, target, {onEvent(event) {
			if (event.type === 'notice') {
				toldMs ??= performance.now();
				told.push(event.text);
			}
		}});
		// As long as one call used to wait for its turn.
		await until('ten seconds of reading', () => toldMs !== undefined && performance.now() - toldMs > 10_000);
		other.exec('ROLLBACK');
		other.close();
		await sent;
		expect(told[0]).toBe(`${file} is being read: waiting for that to end, for up to 60 s.`);
		expect((await check(target)).findings).toEqual([]);
		expect((await idsOf(target)).header).toEqual(expect.arrayContaining((await idsOf(source)).header));
	});

	test('a thread of a job that waits says so, once for all of them', async () => {
		const {tree, location: source} = await makeScene();
		const {file, location: target} = await makeScene();
		makeTree(tree, Array.from({length: 200}, (_, index) => ({path: `more ${index}`, content: randomBytes(20_000)})));
		await push(source, [tree]);
		const other = openHandle(file, false);
		let isHeld = false;
		const told: string[] = [];
		const counters = new Counters();
		counters.setLimit(2_000_000);
		const sent = sync(source, target, {counters, onEvent(event) {
			if (event.type === 'notice') {
				told.push(event.text);
				other.exec('COMMIT');
			}
		}});
		await until('the file is held while the lanes write', () => {
			try {
				if (counters.get('recordsWritten') > 0 && !isHeld) {
					other.exec('BEGIN IMMEDIATE');
					isHeld = true;
				}
			} catch {
				// A lane has it.
			}

			return isHeld;
		});
		await sent;
		expect(told).toEqual([`${file} is being written: waiting for that to end, for up to 75 s.`]);
		other.close();
	});

	test('a writer that finds another one all the time gives up with its own error, and nothing is half done', async () => {
		const {file} = await makeScene();
		const other = openHandle(file, false);
		other.exec('BEGIN IMMEDIATE');
		const writer = new WriteConnection(file);
		await expect(writer.write(() => 1, {waitMs: 20})).rejects.toMatchObject({code: 'BACKEND_LOCKED', retryable: true});
		other.exec('COMMIT');
		expect(await writer.write(() => 1)).toBe(1);
		await expect(writer.write(() => {
			writer.prepare('DELETE FROM config').run();
			throw new Error('in the middle');
		})).rejects.toThrow();
		expect(other.prepare('SELECT count(*) FROM config').pluck().get()).toBe(1);
		other.close();
		writer.close();
	});

	test('two processes push into one file at once', async () => {
		const {tree, location} = await makeScene();
		const home = makeHome();
		const codes = await Promise.all([1, 2].map(async () => new Promise(resolve => {
			spawn(process.execPath, [program, 'on', location, 'push', '--no-cache', tree], {env: {...process.env, HOME: home.home}, stdio: 'ignore'}).once('exit', resolve);
		})));
		expect(codes).toEqual([0, 0]);
		expect((await idsOf(location)).header).toHaveLength(3);
		expect((await check(location)).findings).toEqual([]);
	});

	test('locks of the dead are no locks and are cleared away', async () => {
		const {file, location} = await makeScene();
		const {pid} = spawnSync('true');
		const insert = (host: string, process_: number | undefined, refreshed: number, id = 'dead'): void => {
			meddle(file, `DELETE FROM lock; INSERT INTO lock VALUES ('${id}', 'exclusive', '${host}', ${process_}, 'cleanup', ${refreshed}, ${refreshed})`);
		};

		const backend = await openBackend(location);
		const {host} = (await backend.lock('shared', 'x').then(async lock => {
			await lock.release();
			return lock;
		})).holder;
		// Without a mark of its process, nobody can tell it from one in another container of this name.
		insert(host, pid, Date.now());
		await expect(backend.lock('shared', 'test')).rejects.toMatchObject({code: 'BACKEND_LOCKED'});
		insert(host, pid, Date.now(), `dead ${ownMark}`);
		await (await backend.lock('shared', 'test')).release();
		insert(host, process.pid, Date.now());
		await expect(backend.lock('shared', 'test')).rejects.toMatchObject({code: 'BACKEND_LOCKED', message: expect.stringContaining('cleanup') as string});
		insert('elsewhere', 1, Date.now() - (11 * 60_000));
		await (await backend.lock('shared', 'test')).release();
		await backend.close();
		const handle = openHandle(file, false);
		expect(handle.prepare('SELECT count(*) FROM lock').pluck().get()).toBe(0);
		handle.close();
	});
});

describe('transactions that meet', () => {
	async function begun(backend: Backend, count: number): Promise<SnapshotId[]> {
		await backend.lock('shared', 'test');
		const snapshots = Array.from({length: count}, newSnapshot);
		for (const snapshot of snapshots) {
			await backend.begin(snapshot, refuseAll);
			await backend.putSnapshot(snapshot, parts);
		}

		return snapshots;
	}

	test('a record outlives the transaction that staged it where another relies on it', async () => {
		const {location} = await makeScene();
		const backend = await openBackend(location);
		const [first, second] = await begun(backend, 2) as [SnapshotId, SnapshotId];
		const [kept, dropped] = [newId(), newId()];
		await backend.stage(first, 'chunk', [{id: kept, bytes: Buffer.from('x')}, {id: dropped, bytes: Buffer.from('y')}]);
		await backend.reference(second, 'chunk', [kept]);
		await backend.rollback(first);
		await backend.commit([second]);
		expect(await backend.inspect('chunk', [kept, dropped])).toEqual([{sizeBytes: 1, references: 1, reserved: 0}, {sizeBytes: -1, references: 0, reserved: 0}]);
		expect(await backend.unfinished()).toEqual([]);
		await backend.close();
		expect((await check(location)).findings.filter(({kind}) => kind === 'medium')).toEqual([]);
	});

	test('being asked for reservations leaves nothing whose collection ends the process', async () => {
		const {location} = await makeScene();
		const backend = await openBackend(location);
		const [snapshot] = await begun(backend, 1) as [SnapshotId];
		const id = newId();
		await backend.stage(snapshot, 'chunk', [{id, bytes: Buffer.from('x')}]);
		let garbage: unknown[] = [];
		for (let round = 0; round < 50; round += 1) {
			expect(await backend.inspect('chunk', [id])).toMatchObject([{references: 0}]);
			// Node 24 bears no object of SQLite's library among what is collected in the middle of a function.
			for (let part = 0; part < 200; part += 1) {
				garbage = new Array(1000).fill(part);
			}
		}

		expect(garbage).toHaveLength(1000);
		await backend.rollback(snapshot);
		await backend.close();
	});

	test('a record that is reserved is not removed', async () => {
		const {location} = await makeScene();
		const backend = await openBackend(location);
		const [first, second] = await begun(backend, 2) as [SnapshotId, SnapshotId];
		const id = newId();
		await backend.stage(first, 'chunk', [{id, bytes: Buffer.from('x')}]);
		await backend.commit([first]);
		await backend.reference(second, 'chunk', [id]);
		await backend.dereference(first);
		expect(await backend.inspect('chunk', [id])).toEqual([{sizeBytes: 1, references: 0, reserved: 1}]);
		expect(await backend.remove('chunk', [id])).toEqual([id]);
		await backend.rollback(second);
		expect(await backend.remove('chunk', [id])).toEqual([]);
		await backend.close();
	});
});
