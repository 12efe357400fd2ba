import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {canonicalLocation, openBackend} from '../../source/backends/registry.js';
import {openHandle} from '../../source/backends/sqlite/connection.js';
import {applicationId, schema} from '../../source/backends/sqlite/schema.js';
import {sqliteBackend} from '../../source/backends/sqlite/sqlite.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {check, makeRepository, plan, push, restored, run} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {heal} from '../support/healing.js';
import {makeHome} from '../support/program.js';
import {idsOf, at, makeScene, meddle} from '../support/sqlite.js';
import {describeTree, fingerprint, makeTree} from '../support/trees.js';
import {describeBackend} from '../suites/backend-suite.js';


describeBackend('sqlite', {factory: sqliteBackend, location: () => at(join(temporaryFolder(fastPlace), 'store.db'))});

describe('a repository file', () => {
	test('is one file at rest, for its owner only, and its spellings are one', async () => {
		const {folder, file, location} = await makeScene();
		expect(readdirSync(join(folder, 'in'))).toEqual(['store.db']);
		expect(statSync(file).mode & 0o777).toBe(0o600);
		symlinkSync(join(folder, 'in'), join(folder, 'link'));
		for (const spelling of [at(file), `sqlite://${file}`, at(join(folder, 'link/store.db')), at(`${folder}/in/../in/store.db`)]) {
			expect(canonicalLocation(spelling)).toBe(location);
		}

		expect(canonicalLocation('sqlite:some.db')).toBe(`sqlite://${process.cwd()}/some.db`);
	});

	test('clones to a folder and back with the same ids, references and content', async () => {
		const {folder, tree, location} = await makeScene();
		const {snapshot} = await push(location, [tree]);
		const [there, back] = [join(folder, 'there'), at(join(folder, 'back.db'))];
		expect(await run({verb: 'clone', source: {location}, target: there})).toMatchObject({receipt: true});
		expect(await run({verb: 'clone', source: {location: there}, target: back})).toMatchObject({receipt: true});
		expect(await idsOf(there)).toEqual(await idsOf(location));
		expect(await idsOf(back)).toEqual(await idsOf(location));
		for (const place of [location, there, back]) {
			expect((await check(place)).findings).toEqual([]);
			const out = join(folder, 'out');
			await run({verb: 'restore', repository: {location: place}, targets: [{snapshot}], folder: out, overwrite: false, dryRun: false});
			expect(describeTree(join(out, tree))).toEqual(describeTree(tree));
			rmSync(out, {recursive: true});
		}
	});

	test('reading commands change nothing and leave nothing', async () => {
		const {folder, tree, location} = await makeScene();
		const other = at(join(folder, 'in/other.db'));
		await run({verb: 'clone', source: {location}, target: other});
		await push(location, [tree]);
		const before = fingerprint(join(folder, 'in'));
		await check(location);
		await check(location, {level: 'fast'});
		await run({verb: 'describe', repository: {location}});
		await plan(location, other);
		expect(fingerprint(join(folder, 'in'))).toBe(before);
	});

	test('is left out of a push of the folder that it lies in', async () => {
		const {folder, location} = await makeScene();
		const {snapshot} = await push(location, [join(folder, 'in')]);
		const out = join(folder, 'out');
		await run({verb: 'restore', repository: {location}, targets: [{snapshot}], folder: out, overwrite: false, dryRun: false});
		expect(readdirSync(join(out, folder, 'in'))).toEqual([]);
	});
});

describe('what is not a repository of ours', () => {
	test.each<[string, (file: string) => void, string]>([
		['a folder', file => mkdirSync(file), 'REPOSITORY_UNRECOGNISED'],
		['an empty file', file => {
			writeFileSync(file, '');
		}, 'REPOSITORY_UNRECOGNISED'],
		['a text', file => {
			writeFileSync(file, 'text '.repeat(1000));
		}, 'REPOSITORY_UNRECOGNISED'],
		['another program\'s database', file => {
			meddle(file, 'CREATE TABLE x (a); INSERT INTO x VALUES (1)');
		}, 'REPOSITORY_UNRECOGNISED'],
		['a newer layout', file => {
			meddle(file, `PRAGMA application_id = ${applicationId}; PRAGMA user_version = 99; ${schema}`);
		}, 'FORMAT_NEWER'],
		['a trigger among our tables', file => {
			meddle(file, `PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1; ${schema}; CREATE TRIGGER t AFTER INSERT ON lock BEGIN DELETE FROM record; END`);
		}, 'REPOSITORY_UNRECOGNISED'],
		['a view in place of a table', file => {
			meddle(file, `PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1; ${schema}; DROP TABLE config; CREATE VIEW config AS SELECT 1 AS number, randomblob(1000000000) AS bytes`);
		}, 'REPOSITORY_UNRECOGNISED'],
	])('%s is told as such, left as it is, and never overwritten', async (_, make, code) => {
		const folder = temporaryFolder(fastPlace);
		const file = join(folder, 'file.db');
		make(file);
		const before = fingerprint(folder);
		await expect(sqliteBackend.open(at(file))).rejects.toMatchObject({code});
		await expect(sqliteBackend.create(at(file), Buffer.from('{}'))).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
		expect(fingerprint(folder)).toBe(before);
	});

	test('an id that is no id, or bytes that are none, end in words', async () => {
		const {file, location} = await makeScene();
		meddle(file, 'UPDATE record SET id = zeroblob(5) WHERE number = (SELECT max(number) FROM record)');
		const backend = await openBackend(location);
		await expect((async () => {
			for await (const page of backend.list('chunk')) {
				expect(page.every(id => id.length === 64)).toBe(true);
			}

			for await (const page of backend.list('object')) {
				expect(page.every(id => id.length === 64)).toBe(true);
			}
		})()).rejects.toMatchObject({code: 'BACKEND_CORRUPT'});
		await backend.close();
	});
});

describe('the medium\'s own examination', () => {
	test.each(['fast', 'full'] as const)('names lost rows and broken references at level %s', async level => {
		const {file, location} = await makeScene();
		meddle(file, 'PRAGMA foreign_keys = OFF; DELETE FROM content WHERE record = 1; DELETE FROM record WHERE number = 2');
		const {findings} = await check(location, {level});
		const medium = findings.filter(({kind}) => kind === 'medium').map(({reason}) => reason);
		expect(medium).toContainEqual(expect.stringContaining('of reference refers to a record that is not there'));
		expect(medium).toContain('1 records have lost their bytes');
	});

	test('names a page that is in use and listed as free, which no examination of a single table sees', async () => {
		const {file, location} = await makeScene();
		meddle(file, 'CREATE TABLE passing (bytes BLOB); INSERT INTO passing VALUES (zeroblob(200000)); DROP TABLE passing');
		expect((await check(location)).findings).toEqual([]);
		const handle = openHandle(file, true);
		const used = handle.prepare('SELECT rootpage FROM sqlite_schema WHERE name = \'content\'').pluck().get() as number;
		handle.close();
		// https://www.sqlite.org/fileformat2.html#the_freelist: the head of the file names a page that lists those that are free.
		const bytes = readFileSync(file);
		const list = (bytes.readUInt32BE(32) - 1) * 16_384;
		expect(bytes.readUInt32BE(list + 4)).toBeGreaterThan(0);
		bytes.writeUInt32BE(used, list + 8);
		writeFileSync(file, bytes);
		const {findings} = await check(location, {level: 'fast'});
		expect(findings).toContainEqual(expect.objectContaining({kind: 'medium', reason: expect.stringContaining(`2nd reference to page ${used}`) as string}));
	});

	test('names damaged pages wherever they are, and the check never throws', async () => {
		const {file, location} = await makeScene();
		const sound = readFileSync(file);
		const pages = sound.length / 16_384;
		let named = 0;
		for (let page = 1; page < pages; page += 1) {
			const broken = Buffer.from(sound);
			broken.fill(0xa5, page * 16_384, (page * 16_384) + 64);
			writeFileSync(file, broken);
			const level = page % 2 === 0 ? 'fast' : 'full';
			try {
				const {findings, complete} = await check(location, {level});
				named += findings.some(({kind, reason}) => kind === 'medium' && reason !== '') || findings.some(({kind}) => kind.startsWith('corrupt')) ? 1 : 0;
				expect(complete && findings.length === 0 && level === 'full', `page ${page}`).toBe(false);
			} catch (error) {
				// Its CONFIG or its tables themselves are gone: it cannot be opened at all.
				expect(error, `page ${page}`).toMatchObject({code: expect.stringMatching(/BACKEND_CORRUPT|REPOSITORY_UNRECOGNISED|CONFIG_CORRUPT/) as string});
			}
		}

		expect(named).toBeGreaterThan(pages / 2);
		writeFileSync(file, sound);
		expect((await check(location)).findings).toEqual([]);
	});
});

test('a difference of two files is what their listings say, page by page, and is not told where references are missing', async () => {
	const {folder, tree, file, location} = await makeScene();
	const target = at(join(folder, 'target.db'));
	await run({verb: 'clone', source: {location}, target});
	makeTree(tree, [{path: 'new', content: randomBytes(30_000)}]);
	const {snapshot} = await push(location, [tree]);
	// More than a page, and bytes that no text has.
	meddle(file, `INSERT INTO record (kind, id, size) VALUES (1, zeroblob(32), 1), (1, x'${'ff00c0'.repeat(10)}8000', 1), (1, x'${'ff'.repeat(32)}', 1);
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO record (kind, id, size) SELECT 1, randomblob(32), 1 FROM n`);
	const handle = openHandle(file, true);
	const rows = handle.prepare('SELECT lower(hex(id)) FROM record WHERE kind = 1 ORDER BY id').pluck().all();
	const count = handle.prepare('SELECT count(*) FROM reference JOIN snapshot ON number = snapshot WHERE id = ?').pluck().get(snapshot) as number;
	handle.close();
	const [ours, theirs] = [await idsOf(location), await idsOf(target)];
	expect(ours.chunk).toEqual(rows);
	const backend = await openBackend(location);
	for (const kind of ['chunk', 'object'] as const) {
		const pages: string[] = [];
		const differ = async (other: string, references: number): Promise<boolean> =>
			backend.difference!(other, kind, new Map([[snapshot, references]]), ids => void pages.push(Buffer.from(ids).toString('hex')));
		expect([await differ(target, count + 1), pages]).toEqual([false, []]);
		// Several may be under way at once; a file lacks nothing of itself.
		expect(await Promise.all([differ(target, count), differ(location, count)])).toEqual([true, true]);
		expect(pages.length).toBe(kind === 'chunk' ? 2 : 1);
		expect(pages.join('')).toBe(ours[kind].filter(id => !theirs[kind].includes(id)).join(''));
	}

	await backend.close();
	// The plan by listings, from a source that has lost a reference, is the same plan.
	const before = await plan(location, target);
	meddle(file, 'DELETE FROM reference WHERE record = (SELECT max(record) FROM reference)');
	expect((await plan(location, target)).classes).toEqual(before.classes);
});

describe('a user who may not write', () => {
	test('reads, and is told in words why writing fails', async () => {
		if (process.getuid?.() !== 0) {
			process.stderr.write('\n*** NOT TESTED: a file of another user. This needs root. ***\n');
			return;
		}

		const {folder, tree, file, location} = await makeScene();
		const home = makeHome();
		for (const [path, mode] of [[folder, 0o755], [join(folder, 'in'), 0o755], [file, 0o644], [home.folder, 0o755]] as const) {
			chmodSync(path, mode);
		}

		chownSync(home.home, 65_534, 65_534);
		const before = fingerprint(join(folder, 'in'));
		expect(home.run(`on ${location} ls`, {uid: 65_534})).toMatchObject({status: 0});
		expect(home.run(`on ${location} check`, {uid: 65_534})).toMatchObject({status: 0});
		expect(home.run(`on ${location} push ${tree}`, {uid: 65_534})).toMatchObject({status: 1, stderr: expect.stringContaining('may not be written by this user') as string});
		expect(fingerprint(join(folder, 'in'))).toBe(before);
		chmodSync(file, 0o600);
		expect(home.run(`on ${location} ls`, {uid: 65_534})).toMatchObject({status: 1, stderr: expect.stringContaining('may not be read by this user') as string});
	});

	test('cannot undo what a dead process left half written; whoever may write undoes it by reading', async () => {
		const {folder, file, location} = await makeScene();
		// A process that dies while pages are being written: the journal that it leaves is what undoes them.
		const script = `const D = require('better-sqlite3'); const d = new D(process.argv[1]); d.pragma('journal_mode = PERSIST'); d.pragma('cache_size = 2'); d.pragma('synchronous = OFF');
			d.exec('BEGIN; UPDATE content SET bytes = zeroblob(20000)'); process.kill(process.pid, 'SIGKILL')`;
		spawnSync(process.execPath, ['-e', script, file], {cwd: process.cwd()});
		expect(statSync(`${file}-journal`).size).toBeGreaterThan(0);
		if (process.getuid?.() === 0) {
			const home = makeHome();
			for (const [path, mode] of [[folder, 0o755], [join(folder, 'in'), 0o755], [file, 0o644], [`${file}-journal`, 0o644], [home.folder, 0o755]] as const) {
				chmodSync(path, mode);
			}

			chownSync(home.home, 65_534, 65_534);
			expect(home.run(`on ${location} ls`, {uid: 65_534})).toMatchObject({status: 1, stderr: expect.stringContaining('must be undone first') as string});
		}

		expect((await check(location)).findings).toEqual([]);
	});
});

test('what it stores is what its file has in use: it grows with a push, and not by being read', async () => {
	const folder = temporaryFolder();
	const location = await makeRepository(`sqlite:${join(folder, 'store.db')}`);
	const backend = await openBackend(location);
	const taken = async (): Promise<number> => (await backend.storedSize!())!.bytes;
	const before = await taken();
	makeTree(join(folder, 'tree'), [{path: 'file', content: randomBytes(300_000)}]);
	await push(location, [join(folder, 'tree')]);
	const after = await taken();
	expect(after - before).toBeGreaterThan(300_000);
	expect(after).toBeLessThanOrEqual(statSync(join(folder, 'store.db')).size);
	expect(await taken()).toBe(after);
	expect((await run({verb: 'describe', repository: {location}})).stored).toEqual({bytes: after, exact: true});
	await backend.close();
});

test('content that is gone, changed or of another size is healed from a clone on another medium', async () => {
	const {folder, file, location, tree} = await makeScene();
	const clone = join(folder, 'clone');
	await run({verb: 'clone', source: {location}, target: clone});
	const before = await idsOf(location);
	meddle(file, 'DELETE FROM content WHERE record % 3 = 0; UPDATE content SET bytes = zeroblob(length(bytes)) WHERE record % 3 = 1; DELETE FROM header; DELETE FROM reference_list');
	expect((await check(location)).findings.length).toBeGreaterThan(20);
	// That the file itself has lost bytes is no record, and mended with the records.
	expect(await heal(location, clone)).toMatchObject({receipt: true, left: 0, cannot: 1});
	expect((await check(location)).findings).toEqual([]);
	expect(await idsOf(location)).toEqual(before);
	const [snapshot] = before.header as [SnapshotId];
	expect(await restored(location, snapshot, tree)).toEqual(await restored(clone, snapshot, tree));
});
