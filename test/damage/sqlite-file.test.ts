// A repository file that has lost pages: what can be read of it is read, what cannot is told, and nothing is written to it.

import {randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openHandle} from '../../source/backends/sqlite/connection.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {keepScene} from '../support/kept-scene.js';
import type {Home} from '../support/program.js';
import {temporaryServer} from '../support/server.js';
import {check, makeRepository, restored, run, sync} from '../support/engine.js';
import {fingerprint, makeTree} from '../support/trees.js';

const pageBytes = 16 * 1024;

type Scene = Home & {readonly file: string; readonly place: string; readonly location: string; readonly copy: string; readonly snapshots: readonly [string, string, string]; readonly bytes: Buffer};

/** Three snapshots, one after the other in the file, a clone of all, and one from before them. */
const kept = keepScene(home => {
	mkdirSync(join(home.folder, 'in'));
	home.run('create -no-encryption sqlite:in/store.db');
	home.run('on sqlite:in/store.db clone to sqlite:early.db');
	const snapshots = [0, 1, 2].map(index => {
		makeTree(join(home.folder, `tree${index}`), Array.from({length: 12}, (_, number) => ({path: `${number}`, content: randomBytes(60_000)})));
		return home.run(`on sqlite:in/store.db push tree${index}`).stdout.trim();
	}) as [string, string, string];
	home.run('on sqlite:in/store.db clone to copy');
	return snapshots;
});

function makeScene(): Scene {
	const home = kept.copy();
	const place = join(home.folder, 'in');
	const file = join(place, 'store.db');
	return {...home, file, place, location: `sqlite:${file}`, copy: join(home.folder, 'copy'), snapshots: home.made, bytes: readFileSync(file)};
}

function truncateToTwoThirds({file, bytes}: Scene): void {
	truncateSync(file, Math.floor(bytes.length * 2 / 3));
}

/** Overwrites the root page of a table or an index. */
function destroyTree({file, bytes}: Scene, name: string): void {
	const handle = openHandle(file, true);
	const page = handle.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name) as number;
	handle.close();
	bytes.fill(0xa5, (page - 1) * pageBytes, page * pageBytes);
	writeFileSync(file, bytes);
}

describe('a file that has lost its last third', () => {
	test('is checked to the end: what is lost is named, with who needs it', () => {
		const scene = makeScene();
		truncateToTwoThirds(scene);
		const before = fingerprint(scene.place);
		for (const flags of ['', ' --fast']) {
			const {status, stdout, stderr} = scene.run(`on ${scene.location} check${flags}`);
			expect(status).toBe(3);
			expect(stdout).toMatch(/^medium sqlite:\/\/.*store\.db: .*invalid page number/m);
			expect(stderr).toContain('sync what can be read to another repository, or clone another copy to a new place');
			expect(stdout).not.toContain(scene.snapshots[0]);
		}

		const {stdout} = scene.run(`on ${scene.location} check`);
		expect(stdout).toMatch(/^corrupt-chunk [\da-f]{64}: it lies where the file is damaged$/m);
		expect(stdout).toContain(`needed by ${scene.snapshots[2]}`);
		expect(fingerprint(scene.place)).toBe(before);
	});

	test('still gives what it holds: to ls, restore and sync', async () => {
		const scene = makeScene();
		truncateToTwoThirds(scene);
		const before = fingerprint(scene.place);
		const {location, copy, snapshots: [first, , last]} = scene;
		const listed = scene.run(`on ${location} ls`);
		expect(listed.status).toBe(0);
		expect(listed.stdout.split('\n').filter(line => scene.snapshots.some(id => line.includes(id)))).toHaveLength(3);
		const tree = join(kept.original().folder, 'tree0');
		expect(await restored(location, first as SnapshotId, tree)).toEqual(await restored(copy, first as SnapshotId, tree));
		scene.run('create -no-encryption rest');
		const {status, stderr} = scene.run(`on ${location} sync to rest`);
		expect(status).toBe(3);
		expect(stderr).toMatch(new RegExp(`^not sent to .*: ${last}: .*store\\.db is damaged inside`, 'm'));
		const rest = scene.run('on rest ls').stdout;
		expect([rest.includes(first), rest.includes(last)]).toEqual([true, false]);
		expect(scene.run('on rest check')).toMatchObject({status: 0});
		expect(fingerprint(scene.place)).toBe(before);
	});

	test('is written by nobody, and that is said', () => {
		const scene = makeScene();
		truncateToTwoThirds(scene);
		const before = fingerprint(scene.place);
		for (const line of [`on ${scene.location} push tree0`, `on ${scene.location} heal --from copy --apply`, `on ${scene.location} sync with copy`]) {
			expect(scene.run(line), line).toMatchObject({status: 1, stderr: expect.stringMatching(/store\.db is damaged inside \(SQLITE_CORRUPT\)\.\nRun check to see what is lost\. Sync what can still be read to another repository/) as string});
		}

		expect(fingerprint(scene.place)).toBe(before);
	});

	test('is read over a network as it is here', async () => {
		const scene = makeScene();
		truncateToTwoThirds(scene);
		const before = fingerprint(scene.place);
		const server = await temporaryServer();
		const location = `plakar://127.0.0.1:${server.port}/${server.serve(scene.location, {add: false, remove: false})}`;
		const {findings, snapshotsAffected} = await check(location);
		expect(findings.filter(({kind, snapshots}) => kind === 'corrupt-chunk' && snapshots.includes(scene.snapshots[2] as SnapshotId)).length).toBeGreaterThan(0);
		expect(snapshotsAffected).toBeLessThan(3);
		const target = await makeRepository(join(scene.folder, 'over'));
		const {snapshots, damaged} = await sync(location, target);
		expect(snapshots).toContain(scene.snapshots[0]);
		expect(damaged.map(({snapshot}) => snapshot)).toContain(scene.snapshots[2]);
		expect((await check(target)).findings).toEqual([]);
		expect(fingerprint(scene.place)).toBe(before);
	});
});

const nothingLeft: ReadonlyArray<readonly [string, (scene: Scene) => void, RegExp]> = [
	['all but two pages', ({file}) => {
		truncateSync(file, pageBytes * 2);
	}, /^medium sqlite:\/\/.*store\.db: the list of its snapshots cannot be read$/m],
	['all but one page', ({file}) => {
		truncateSync(file, pageBytes);
	}, /^medium sqlite:\/\/.*store\.db: it has lost its CONFIG$/m],
	['where its tables are', ({file, bytes}) => {
		bytes.fill(0xff, 105, 135);
		writeFileSync(file, bytes);
	}, /^medium sqlite:\/\/.*store\.db: what it says of its tables cannot be read$/m],
	['a letter of what its tables are', ({file, bytes}) => {
		bytes.write('o', bytes.indexOf('CREATE TABLE lock') + 16);
		writeFileSync(file, bytes);
	}, /^medium sqlite:\/\/.*store\.db: what it says of its tables is not what this program has written$/m],
	['its name as ours', ({file, bytes}) => {
		bytes.writeUInt32BE(1, 68);
		writeFileSync(file, bytes);
	}, /^medium sqlite:\/\/.*store\.db: its head does not name this program any more$/m],
	['its first page', ({file, bytes}) => {
		bytes.fill(0, 0, pageBytes);
		writeFileSync(file, bytes);
	}, /^medium sqlite:\/\/.*store\.db: its first page is destroyed$/m],
];

test.each(nothingLeft)('a file that has lost %s is a finding, and its hint works', (_, damage, expected) => {
	const scene = makeScene();
	const {file, folder, location, place} = scene;
	damage(scene);
	const before = fingerprint(place);
	const hint = `Move it aside, and make it anew from another copy of the repository: plakar-tui on COPY clone to sqlite:${file}\n`;
	for (const target of ['', ` ${scene.snapshots[0]}`]) {
		const {status, stdout, stderr} = scene.run(`on ${location} check${target}`);
		expect({status, stdout, stderr}).toEqual({status: 3, stdout: expect.stringMatching(expected) as string, stderr: expect.stringContaining(hint) as string});
	}

	for (const line of ['ls', 'sync to copy', 'push tree0']) {
		expect(scene.run(`on ${location} ${line}`), line).toMatchObject({status: 1, stderr: expect.stringContaining('store.db') as string});
	}

	expect(scene.run(`on ${location} ls`).stderr).toContain(hint);
	expect(fingerprint(place)).toBe(before);
	renameSync(file, join(folder, 'aside.db'));
	expect(scene.run(`on copy clone to ${location}`)).toMatchObject({status: 0});
	expect(scene.run(`on ${location} check`)).toMatchObject({status: 0});
});

describe('a file in which a tree is destroyed', () => {
	test('that of the index of records: every snapshot is named as damaged', () => {
		const scene = makeScene();
		destroyTree(scene, 'visible_record');
		const before = fingerprint(scene.place);
		const {status, stdout} = scene.run(`on ${scene.location} check`);
		expect(status).toBe(3);
		expect(stdout).toMatch(/^medium /m);
		expect(stdout).toMatch(/^missing-chunk /m);
		for (const id of scene.snapshots) {
			expect(stdout).toContain(`needed by ${id}`);
		}

		expect(scene.run(`on ${scene.location} ls`)).toMatchObject({status: 0});
		expect(fingerprint(scene.place)).toBe(before);
	});

	test.each([
		['snapshot', 3, /^corrupt-header .*: it lies where the file is damaged$/m],
		['sqlite_autoindex_snapshot_1', 0, /^medium /m],
	] as const)('%s: the snapshots are listed all the same, none is dropped', (name, listed, expected) => {
		const scene = makeScene();
		destroyTree(scene, name);
		const before = fingerprint(scene.place);
		const {status, stdout, stderr} = scene.run(`on ${scene.location} ls`);
		expect(status).toBe(listed);
		const checked = scene.run(`on ${scene.location} check`);
		expect(checked).toMatchObject({status: 3, stdout: expect.stringMatching(expected) as string});
		for (const id of scene.snapshots) {
			expect(stdout + stderr).toContain(id);
		}

		expect(fingerprint(scene.place)).toBe(before);
	});

	test.each(['reference', 'reference_by_record', 'lock', 'content'])('%s: SQLite files can be compared and synced from', async name => {
		const scene = makeScene();
		destroyTree(scene, name);
		const before = fingerprint(scene.place);
		expect(scene.run(`on ${scene.location} check`)).toMatchObject({status: 3, stdout: expect.stringMatching(/^medium /m) as string});
		const {snapshots, damaged} = await sync(scene.location, `sqlite:${join(scene.folder, 'early.db')}`);
		expect([snapshots.length, damaged.length]).toEqual(name === 'content' ? [0, 3] : [3, 0]);
		expect((await run({verb: 'describe', repository: {location: scene.location}})).snapshots).toHaveLength(3);
		expect(fingerprint(scene.place)).toBe(before);
	});
});
