import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {filesystemBackend} from '../../source/backends/filesystem/filesystem.js';
import {ownMark} from '../../source/backends/process-mark.js';
import {system} from '../../source/backends/filesystem/system.js';
import type {RecordId, SnapshotId} from '../../source/format/ids.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, push, run, sync} from '../support/engine.js';
import {endedProcess} from '../support/program.js';
import {fingerprint, makeTree} from '../support/trees.js';
import {describeBackend} from '../suites/backend-suite.js';

const original = {...system};
afterEach(() => {
	Object.assign(system, original);
});

const failWith = (code: string): never => {
	throw Object.assign(new Error(code), {code});
};

describeBackend('filesystem', {factory: filesystemBackend, location: () => join(temporaryFolder(fastPlace), 'repository')});

describe('a place without hard links', () => {
	const withoutLinks = (): void => {
		system.linkSync = () => failWith('EPERM');
	};

	describeBackend('filesystem, lists instead of links', {
		factory: {
			...filesystemBackend,
			async create(...parameters) {
				withoutLinks();
				return filesystemBackend.create(...parameters);
			},
		},
		location: () => join(temporaryFolder(fastPlace), 'repository'),
	});
});

describe('filesystem', () => {
	test('references by hard links: the count is nlink - 1', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(100, 'x')}]);
		const location = await makeRepository(join(folder, 'repository'));
		await push(location, [join(folder, 'tree')]);
		await push(location, [join(folder, 'tree')]);
		const chunks = readdirSync(join(location, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile());
		expect(chunks.map(entry => statSync(join(entry.parentPath, entry.name)).nlink - 1).every(count => count >= 1 && count <= 2)).toBe(true);
		expect(statSync(location).mode & 0o777).toBe(0o700);
	});

	test('a file that has as many names as the filesystem allows is referenced by list, and counted', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(100, 'x')}]);
		const location = await makeRepository(join(folder, 'repository'));
		const source = await makeRepository(join(folder, 'source'));
		await push(source, [join(folder, 'tree')]);
		// In this process, so that the broken link call is seen: lanes are threads of their own.
		const backend = await filesystemBackend.open(location);
		const other = await filesystemBackend.open(source);
		const ids: never[] = [];
		for await (const page of other.list('chunk')) {
			ids.push(...page as never[]);
		}

		const records = await Promise.all(ids.map(async id => ({id, bytes: await other.read('chunk', id)})));
		const store = async (snapshot: never): Promise<void> => {
			const lock = await backend.lock('shared', 'test');
			await backend.begin(snapshot, async () => []);
			await backend.stage(snapshot, 'chunk', records);
			await backend.reference(snapshot, 'chunk', ids);
			await backend.putSnapshot(snapshot, {references: new Uint8Array(1), header: new Uint8Array(1)});
			await backend.commit([snapshot]);
			await lock.release();
		};

		await store('00000000-0000-4000-8000-000000000001' as never);
		system.linkSync = () => failWith('EMLINK');
		await store('00000000-0000-4000-8000-000000000002' as never);
		expect((await backend.inspect('chunk', ids)).map(({references}) => references)).toEqual(ids.map(() => 2));
	});

	test('an interrupted create can be made again; a folder with other files is refused', async () => {
		const folder = temporaryFolder();
		// The first one ends while it tries whether there are hard links, the second where the repository would appear.
		system.unlinkSync = () => failWith('EIO');
		await expect(filesystemBackend.create(join(folder, 'r'), Buffer.from('{}'))).rejects.toMatchObject({code: 'BACKEND_IO'});
		Object.assign(system, original);
		system.linkSync = (existing, path) => String(path).endsWith('/CONFIG') ? failWith('EIO') : original.linkSync(existing, path);
		await expect(filesystemBackend.create(join(folder, 'r'), Buffer.from('{}'))).rejects.toMatchObject({code: 'BACKEND_IO'});
		Object.assign(system, original);
		expect(readdirSync(join(folder, 'r')).filter(name => !['chunks', 'objects', 'snapshots', 'transactions', 'locks', 'purge'].includes(name))).toEqual([]);
		await filesystemBackend.create(join(folder, 'r'), Buffer.from('{}'));
		mkdirSync(join(folder, 'other'));
		writeFileSync(join(folder, 'other/file'), '');
		await expect(filesystemBackend.create(join(folder, 'other'), Buffer.from('{}'))).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
	});

	test.each(['with', 'without'])('of two that create at one place at once, one is told that it is taken (%s hard links)', async kind => {
		const root = join(temporaryFolder(), 'r');
		system.linkSync = (existing, path) => {
			if (String(path) === join(root, 'CONFIG')) {
				writeFileSync(path, 'of the other');
			}

			return kind === 'with' ? original.linkSync(existing, path) : failWith('EPERM');
		};

		await expect(filesystemBackend.create(root, Buffer.from('{}'))).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
		expect(readFileSync(join(root, 'CONFIG'), 'utf8')).toBe('of the other');
		expect(readdirSync(root).filter(name => name.endsWith('.part'))).toEqual([]);
	});

	test.each(['with', 'without'])('a copy without its empty folders is written like any other (%s hard links)', async kind => {
		const folder = temporaryFolder();
		const tree = join(folder, 'tree');
		makeTree(tree, [{path: 'f', content: Buffer.alloc(100, 'x')}]);
		const location = await makeRepository(join(folder, 'repository'));
		if (kind === 'without') {
			writeFileSync(join(location, 'NOLINKS'), '');
		}

		await push(location, [tree]);
		expect(spawnSync('find', [location, '-depth', '-type', 'd', '-empty', '-delete']).status).toBe(0);
		expect(existsSync(join(location, 'locks'))).toBe(false);
		makeTree(tree, Array.from({length: 100}, (_, index) => ({path: `g${index}`, content: Buffer.from(`other ${index}`)})));
		await push(location, [tree]);
		expect(await check(location)).toMatchObject({findings: [], snapshots: 2, snapshotsProven: 2});
	});

	test('no repository is made inside of another', async () => {
		const root = join(temporaryFolder(), 'r');
		await filesystemBackend.create(root, Buffer.from('{}'));
		const before = fingerprint(root);
		for (const place of [join(root, 'inner'), join(root, 'chunks/00/inner')]) {
			await expect(filesystemBackend.create(place, Buffer.from('{}'))).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
		}

		expect(fingerprint(root)).toBe(before);
	});

	test('a full disk is told as one, and nothing is visible', async () => {
		const folder = temporaryFolder();
		const location = await makeRepository(join(folder, 'repository'));
		const backend = await filesystemBackend.open(location);
		const lock = await backend.lock('shared', 'test');
		const snapshot = '00000000-0000-4000-8000-000000000001' as never;
		await backend.begin(snapshot, async () => []);
		system.writeSync = () => failWith('ENOSPC');
		await expect(backend.stage(snapshot, 'chunk', [{id: 'a'.repeat(64) as never, bytes: new Uint8Array(10)}])).rejects.toMatchObject({code: 'BACKEND_FULL', message: `${location} cannot be written: the disk is full.`});
		Object.assign(system, original);
		expect(await backend.unfinished()).toHaveLength(1);
		await lock.release();
		expect((await check(location)).findings).toEqual([]);
	});

	test('locks of the dead are no locks; of another machine only for ten minutes', async () => {
		const folder = temporaryFolder();
		const location = await makeRepository(join(folder, 'repository'));
		const backend = await filesystemBackend.open(location);
		const {pid} = spawnSync('true');
		const holder = (changes: object): string => JSON.stringify({mode: 'exclusive', host: hostname(), pid, purpose: 'cleanup', sinceMs: Date.now(), refreshedMs: Date.now(), ...changes});
		const file = join(location, 'locks/dead.json');
		writeFileSync(file, holder({processMark: ownMark}));
		expect(await backend.locks()).toEqual([]);
		expect(existsSync(file)).toBe(true);
		await (await backend.lock('shared', 'test')).release();
		// A writer clears away what is provably over.
		expect(existsSync(file)).toBe(false);
		const ended = await endedProcess();
		writeFileSync(file, holder({pid: ended.pid, processMark: ownMark}));
		await (await backend.lock('shared', 'test')).release();
		// Without a mark of its process, nobody can tell it from one in another container of this name.
		writeFileSync(file, holder({}));
		await expect(backend.lock('shared', 'test')).rejects.toMatchObject({code: 'BACKEND_LOCKED'});
		writeFileSync(file, holder({refreshedMs: Date.now() - (11 * 60_000)}));
		await (await backend.lock('shared', 'test')).release();
		expect(existsSync(file)).toBe(true);
		writeFileSync(file, holder({refreshedMs: Date.now() - (25 * 3_600_000)}));
		await (await backend.lock('shared', 'test')).release();
		expect(existsSync(file)).toBe(false);
		ended.release();
		writeFileSync(file, holder({pid: process.pid}));
		await expect(backend.lock('shared', 'test')).rejects.toMatchObject({code: 'BACKEND_LOCKED', message: expect.stringContaining('cleanup') as string});
		writeFileSync(file, holder({host: 'elsewhere', pid: 1}));
		await expect(backend.lock('shared', 'test')).rejects.toMatchObject({code: 'BACKEND_LOCKED'});
		writeFileSync(file, holder({host: 'elsewhere', pid: 1, refreshedMs: Date.now() - (11 * 60_000)}));
		await (await backend.lock('shared', 'test')).release();
	});

	test('a lock file that tells nothing keeps everybody out for ten minutes, and is then removed', async () => {
		const location = await makeRepository(join(temporaryFolder(), 'repository'));
		const backend = await filesystemBackend.open(location);
		const file = join(location, 'locks/torn.json');
		for (const text of ['', 'not json', '{"mode": "shared"}', '[]']) {
			writeFileSync(file, text);
			await expect(backend.lock('shared', 'test')).rejects.toMatchObject({
				code: 'BACKEND_LOCKED',
				message: expect.stringContaining(`is locked by an unknown owner for reasons that ${file} does not tell, since`) as string,
				hint: expect.stringMatching(/^Wait: 10 min .* remove it yourself/) as string,
			});
			expect(await backend.locks()).toMatchObject([{mode: 'exclusive', pid: 0}]);
			const longAgo = new Date(Date.now() - (11 * 60_000));
			utimesSync(file, longAgo, longAgo);
			expect(await backend.locks()).toEqual([]);
			expect(existsSync(file)).toBe(true);
			await (await backend.lock('shared', 'test')).release();
			expect(existsSync(file)).toBe(false);
		}
	});

	test('a stray file is never a record', async () => {
		const folder = temporaryFolder();
		const location = await makeRepository(join(folder, 'repository'));
		writeFileSync(join(location, 'chunks/aa', `${'a'.repeat(64)}.tmp`), '');
		writeFileSync(join(location, 'chunks/aa', 'b'.repeat(64)), 'in the wrong bucket');
		mkdirSync(join(location, 'snapshots/aa/not-a-uuid'), {recursive: true});
		expect((await check(location)).findings).toEqual([]);
	});

	test('reading commands change nothing', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(9000, 'x')}]);
		const source = await makeRepository(join(folder, 'source'));
		await push(source, [join(folder, 'tree')]);
		await run({verb: 'clone', source: {location: source}, target: join(folder, 'target')});
		await push(source, [join(folder, 'tree')]);
		const before = [fingerprint(source), fingerprint(join(folder, 'target'))];
		await check(source);
		await check(source, {level: 'fast'});
		await run({verb: 'describe', repository: {location: source}});
		await run({verb: 'plan', source: {location: source}, target: {location: join(folder, 'target')}});
		expect([fingerprint(source), fingerprint(join(folder, 'target'))]).toEqual(before);
	});

	test('CONFIG is readable and the store holds no temporary files after use', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(50_000, 'x')}]);
		const location = await makeRepository(join(folder, 'repository'));
		await push(location, [join(folder, 'tree')]);
		await sync(location, await makeRepository(join(folder, 'other')));
		expect(JSON.parse(readFileSync(join(location, 'CONFIG'), 'utf8'))).toMatchObject({format: 1, hashing: 'blake3', encryption: null});
		for (const name of ['transactions', 'locks', 'purge']) {
			expect(readdirSync(join(location, name))).toEqual([]);
		}

		expect(readdirSync(location, {recursive: true}).filter(name => /STAGED|OWNER|part/.test(String(name)))).toEqual([]);
		rmSync(location, {recursive: true});
	});
});

describe('a survey', () => {
	/** A repository of 100 chunks, and what a survey of them saw. */
	const makeScene = async () => {
		const location = join(temporaryFolder(fastPlace), 'repository');
		const backend = await filesystemBackend.create(location, Buffer.from('{}'));
		const ids = Array.from({length: 100}, (_, index) => index.toString(16).padStart(64, '0') as RecordId);
		const snapshot = '00000000-0000-4000-8000-000000000001' as SnapshotId;
		const lock = await backend.lock('shared', 'test');
		await backend.begin(snapshot, async () => []);
		await backend.stage(snapshot, 'chunk', ids.map(id => ({id, bytes: Buffer.from(id)})));
		await backend.putSnapshot(snapshot, {references: new Uint8Array(1), header: new Uint8Array(1)});
		await backend.commit([snapshot]);
		await lock.release();
		let handles = 0;
		let most = 0;
		system.openSync = ((...parameters: Parameters<typeof system.openSync>) => {
			const handle = original.openSync(...parameters);
			most = Math.max(most, ++handles);
			return handle;
		}) as typeof system.openSync;
		system.closeSync = handle => {
			handles--;
			original.closeSync(handle);
		};
		const survey = async (end = ids.length): Promise<string[]> => {
			const seen: string[] = [];
			await backend.survey!('chunk', ids, Uint8Array.from(ids, () => 1), ({sizeBytes, references}, result) => {
				seen.push(`${sizeBytes} ${references} ${result instanceof Error ? (result as {code?: string}).code : Buffer.from(result ?? []).toString()}`);
				return seen.length < end;
			});
			return seen;
		};

		return {location, ids, survey, sound: ids.map(id => `64 1 ${id}`), handles: () => handles, most: () => most};
	};

	test('holds a bounded number of handles and leaves none open, wherever it ends', async () => {
		const {survey, sound, handles, most} = await makeScene();
		expect(await survey()).toEqual(sound);
		expect(await survey(7)).toEqual(sound.slice(0, 7));
		expect(most()).toBe(32);
		system.fstatSync = () => failWith('EIO');
		await expect(survey()).rejects.toMatchObject({code: 'BACKEND_IO'});
		expect(handles()).toBe(0);
	});

	test('makes do with the handles that the system gives', async () => {
		const {survey, sound, handles} = await makeScene();
		const {openSync} = system;
		system.openSync = ((...parameters: Parameters<typeof system.openSync>) => handles() > 2 ? failWith('EMFILE') : openSync(...parameters)) as typeof system.openSync;
		expect(await survey()).toEqual(sound);
	});

	test('tells apart what is not there, what may not be opened and what cannot be read', async () => {
		const {location, ids, survey, sound, handles} = await makeScene();
		rmSync(join(location, 'chunks/00', ids[5]!));
		const {openSync, readSync} = system;
		system.openSync = ((path: string, flags: number) => path.endsWith(ids[6]!) ? failWith('EACCES') : openSync(path, flags)) as typeof system.openSync;
		let reads = 0;
		system.readSync = ((...parameters: Parameters<typeof readSync>) => ++reads === 6 ? failWith('EIO') : readSync(...parameters)) as typeof system.readSync;
		const seen = await survey();
		expect(seen.slice(5, 8)).toEqual(['-1 0 ', '64 1 BACKEND_DENIED', '64 1 BACKEND_IO']);
		expect(seen.toSpliced(5, 3)).toEqual(sound.toSpliced(5, 3));
		expect(handles()).toBe(0);
	});
});
