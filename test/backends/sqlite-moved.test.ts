// What becomes of a repository file that is moved or replaced, and of the journals beside it.

import {randomBytes, randomUUID} from 'node:crypto';
import {copyFileSync, existsSync, readdirSync, renameSync, rmSync, symlinkSync, watch, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import type Sqlite from 'better-sqlite3';
import {expect, test} from 'vitest';
import {WriteConnection} from '../../source/backends/sqlite/connection.js';
import {sqliteBackend} from '../../source/backends/sqlite/sqlite.js';
import type {RecordId, SnapshotId} from '../../source/format/ids.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {factoryWith, temporaryServer} from '../support/server.js';
import {until} from '../support/until.js';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof Sqlite;
const config = Buffer.from('{"a": "CONFIG"}');

test('a new file is made without a journal: a crash leaves none behind', async () => {
	const folder = temporaryFolder(fastPlace);
	const seen = new Set<string | null>();
	const watcher = watch(folder, (_, name) => {
		seen.add(name);
	});
	const backend = await sqliteBackend.create(`sqlite:${join(folder, 'store.db')}`, config);
	await until('the file was seen', () => seen.has('store.db'));
	watcher.close();
	await backend.close();
	expect([...seen].sort()).toEqual(['store.db', `store.db.${process.pid}.part`]);
});

test('a file has pages of 16 KiB, and is written with foreign keys and through a rollback journal that is flushed', async () => {
	const file = join(temporaryFolder(fastPlace), 'store.db');
	await (await sqliteBackend.create(`sqlite:${file}`, config)).close();
	const writer = new WriteConnection(file);
	const settings = await writer.write(() => ['page_size', 'foreign_keys', 'journal_mode', 'synchronous'].map(name => writer.handle.pragma(name, {simple: true})));
	const full = 2;
	expect(settings).toEqual([16 * 1024, 1, 'persist', full]);
	await expect(writer.write(() => writer.handle.exec('INSERT INTO reference (snapshot, record) VALUES (1, 1)'))).rejects.toMatchObject({code: 'BACKEND_FAILED', message: expect.stringContaining('FOREIGNKEY')});
	writer.close();
	expect(existsSync(`${file}-journal`)).toBe(false);
});

test('a new file is not made where the journal of a lost one would be undone in it', async () => {
	const folder = temporaryFolder(fastPlace);
	const [file, lost] = [join(folder, 'store.db'), join(folder, 'lost.db')];
	const handle = new Database(lost);
	handle.exec('PRAGMA journal_mode = PERSIST; PRAGMA cache_size = 1; CREATE TABLE t (x); BEGIN; INSERT INTO t SELECT randomblob(4000) FROM json_each(\'[1,2,3,4,5,6,7,8,9]\')');
	copyFileSync(`${lost}-journal`, `${file}-journal`);
	handle.close();
	await expect(sqliteBackend.create(`sqlite:${file}`, config)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS', message: expect.stringContaining(`${file}-journal is left`) as string});
	expect(existsSync(file)).toBe(false);
	expect(existsSync(`${file}-journal`)).toBe(true);
	rmSync(`${file}-journal`);
	await (await sqliteBackend.create(`sqlite:${file}`, config)).close();
});

test('a new file is not made where the write-ahead log of a lost one would be taken for its own', async () => {
	const folder = temporaryFolder(fastPlace);
	const [file, lost] = [join(folder, 'store.db'), join(folder, 'lost.db')];
	const handle = new Database(lost);
	handle.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
	copyFileSync(`${lost}-wal`, `${file}-wal`);
	handle.close();
	await expect(sqliteBackend.create(`sqlite:${file}`, config)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS', message: expect.stringContaining(`${file}-wal is left`) as string});
	expect(readdirSync(folder).sort()).toEqual(['lost.db', 'store.db-wal']);
	rmSync(`${file}-wal`);
	const backend = await sqliteBackend.create(`sqlite:${file}`, config);
	expect(Buffer.from(await backend.readConfig())).toEqual(config);
	await backend.close();
});

test('a file that took the place of one with a write-ahead log is not read through that log', async () => {
	const folder = temporaryFolder(fastPlace);
	const [file, lost] = [join(folder, 'store.db'), join(folder, 'lost.db')];
	await (await sqliteBackend.create(`sqlite:${file}`, config)).close();
	const handle = new Database(lost);
	handle.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
	copyFileSync(`${lost}-wal`, `${file}-wal`);
	handle.close();
	await expect(sqliteBackend.open(`sqlite:${file}`)).rejects.toMatchObject({code: 'UNSUPPORTED', message: expect.stringContaining(`${file}-wal is the write-ahead log of another database`) as string});
	expect(readdirSync(folder).sort()).toEqual(['lost.db', 'store.db', 'store.db-wal']);
	rmSync(`${file}-wal`);
	const backend = await sqliteBackend.open(`sqlite:${file}`);
	expect(Buffer.from(await backend.readConfig())).toEqual(config);
	await backend.close();
});

test('a new file is not made in the place of a link, nor where there is no folder', async () => {
	const folder = temporaryFolder(fastPlace);
	const file = join(folder, 'store.db');
	symlinkSync(join(folder, 'nowhere'), file);
	const taken = {code: 'REPOSITORY_EXISTS', message: `${file} is taken: there is a link already.`};
	await expect(sqliteBackend.assertFree!(`sqlite:${file}`)).rejects.toMatchObject(taken);
	await expect(sqliteBackend.create(`sqlite:${file}`, config)).rejects.toMatchObject(taken);
	expect(readdirSync(folder)).toEqual(['store.db']);
	await expect(sqliteBackend.assertFree!(`sqlite:${folder}/no/store.db`)).rejects.toMatchObject({
		code: 'BACKEND_NOT_FOUND', message: `${folder}/no is not there.`, hint: 'Make that folder first, or choose another place.',
	});
});

test('a journal at rest is in nobody\'s way', async () => {
	const file = join(temporaryFolder(fastPlace), 'store.db');
	writeFileSync(`${file}-journal`, Buffer.alloc(512));
	const backend = await sqliteBackend.create(`sqlite:${file}`, config);
	expect(Buffer.from(await backend.readConfig())).toEqual(config);
	await backend.close();
});

test.each(['moved', 'removed', 'replaced'])('a file that was %s while it was open is neither read nor written any more, and the error says so', async what => {
	const folder = temporaryFolder(fastPlace);
	const file = join(folder, 'store.db');
	const backend = await sqliteBackend.create(`sqlite:${file}`, config);
	await (await sqliteBackend.create(`sqlite:${join(folder, 'other.db')}`, config)).close();
	const snapshot = randomUUID() as SnapshotId;
	expect(Buffer.from(await backend.readConfig())).toEqual(config);
	await backend.lock('shared', 'test');
	await backend.begin(snapshot, async () => []);
	if (what === 'removed') {
		rmSync(file);
	} else {
		renameSync(...(what === 'moved' ? [file, join(folder, 'away.db')] : [join(folder, 'other.db'), file]) as [string, string]);
	}

	await expect(backend.readConfig()).rejects.toMatchObject({code: 'BACKEND_FAILED', message: expect.stringContaining('was moved, removed or replaced') as string});
	const record = {id: randomBytes(32).toString('hex') as RecordId, bytes: Buffer.from('x')};
	await expect(backend.stage(snapshot, 'chunk', [record])).rejects.toMatchObject({code: 'BACKEND_FAILED', message: expect.stringContaining('was moved, removed or replaced') as string});
	await backend.close();
	expect(readdirSync(folder).filter(name => name.endsWith('.db')).length).toBe(what === 'moved' ? 2 : 1);
});

test('a file that another program keeps with a write-ahead log is read while that has it open, never written, and left as it is otherwise', async () => {
	const folder = temporaryFolder(fastPlace);
	const [file, foreign] = [join(folder, 'store.db'), join(folder, 'foreign.db')];
	await (await sqliteBackend.create(`sqlite:${file}`, config)).close();
	const [other, stranger] = [new Database(file), new Database(foreign)];
	other.pragma('journal_mode = WAL');
	other.exec('UPDATE config SET number = 1');
	const backend = await sqliteBackend.open(`sqlite:${file}`);
	expect(Buffer.from(await backend.readConfig())).toEqual(config);
	await expect(backend.lock('shared', 'test')).rejects.toMatchObject({code: 'UNSUPPORTED', message: expect.stringContaining('write-ahead log') as string});
	await backend.close();
	other.close();
	stranger.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
	stranger.close();
	await expect(sqliteBackend.open(`sqlite:${file}`)).rejects.toMatchObject({code: 'UNSUPPORTED', hint: expect.stringContaining('journal_mode = DELETE') as string});
	await expect(sqliteBackend.open(`sqlite:${foreign}`)).rejects.toMatchObject({code: 'REPOSITORY_UNRECOGNISED', message: expect.stringContaining('another program') as string});
	expect(readdirSync(folder)).toEqual(['foreign.db', 'store.db']);
});

test('a server tells once that a file was replaced, then serves the one that is there', async () => {
	const folder = temporaryFolder(fastPlace);
	const [file, other] = [join(folder, 'store.db'), join(folder, 'other.db')];
	await (await sqliteBackend.create(`sqlite:${file}`, config)).close();
	await (await sqliteBackend.create(`sqlite:${other}`, Buffer.from('{"another": "CONFIG"}'))).close();
	const server = await temporaryServer();
	const client = await factoryWith({}).open(`plakar://127.0.0.1:${server.port}/${server.serve(`sqlite:${file}`)}`);
	expect(Buffer.from(await client.readConfig())).toEqual(config);
	renameSync(other, file);
	await expect(client.readConfig()).rejects.toMatchObject({code: 'BACKEND_FAILED', message: expect.stringContaining('was moved, removed or replaced') as string});
	expect(Buffer.from(await client.readConfig()).toString()).toBe('{"another": "CONFIG"}');
	await client.close();
});
