// Where a restore cannot do all that it was asked for: nothing else is put in the place of what was lost, and what is said is true.

import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {wrapCalls} from '../../../source/backends/wrap/wrap.js';
import {Counters} from '../../../source/engine/counters.js';
import type {RestoreReport, SnapshotTarget} from '../../../source/engine/jobs.js';
import {restoreSnapshots} from '../../../source/engine/restore/restore.js';
import {PlakarError} from '../../../source/errors/plakar-error.js';
import {makeRepository, memoryLocation, push, run} from '../../support/engine.js';
import {fastPlace, temporaryFolder} from '../../support/folders.js';
import {openInline, quietly} from '../../support/inline.js';
import {makeHome} from '../../support/program.js';
import {describeTree, makeTree} from '../../support/trees.js';

type Restored = RestoreReport & {readonly troubles: readonly string[]};

async function restore(location: string, targets: readonly SnapshotTarget[], folder: string, overwrite: boolean): Promise<Restored> {
	const troubles: string[] = [];
	const report = await run({verb: 'restore', repository: {location}, targets, folder, overwrite, dryRun: false}, {
		onEvent(event) {
			if (event.type === 'trouble') {
				troubles.push(event.error.message);
			}
		},
	});
	return {...report, troubles};
}

const isRoot = process.getuid?.() === 0;

test('two snapshots of one path: what a person had there is kept, not what the first one put there', async () => {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	const out = join(folder, 'out');
	const location = await makeRepository(memoryLocation());
	const targets: SnapshotTarget[] = [];
	for (const content of ['one', 'the second']) {
		makeTree(tree, [{path: 'a', content: Buffer.from(content)}]);
		targets.push({snapshot: (await push(location, [tree])).snapshot, path: tree as never});
	}

	mkdirSync(join(out, tree), {recursive: true});
	writeFileSync(join(out, tree, 'a'), 'a letter of mine');
	const {asideFolder, replaced, failed, troubles} = await restore(location, targets, out, true);
	expect(readFileSync(join(asideFolder!, tree, 'a'), 'utf8')).toBe('a letter of mine');
	expect(readFileSync(join(out, tree, 'a'), 'utf8')).toBe('one');
	expect({replaced, failed, troubles}).toEqual({replaced: 1, failed: 1, troubles: [expect.stringMatching(/a is left as it is: what stood there before is kept as .*before-/) as string]});
});

test.each([true, false])('a damaged file of two names is under none of them (something there: %s)', async isThere => {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	const out = join(folder, 'out');
	makeTree(tree, [{path: 'a', content: Buffer.alloc(3000, 'the content ')}]);
	linkSync(join(tree, 'a'), join(tree, 'b'));
	const location = await makeRepository(join(folder, 'repository'), {compression: 'none'});
	const {snapshot} = await push(location, [tree]);
	const chunk = readdirSync(join(location, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile())
		.map(entry => join(entry.parentPath, entry.name)).find(file => readFileSync(file).includes('the content'))!;
	const bytes = readFileSync(chunk);
	bytes[bytes.length - 1]! ^= 0x10;
	writeFileSync(chunk, bytes);
	const [first, second] = ['a', 'b'].map(name => join(out, tree, name)) as [string, string];
	if (isThere) {
		mkdirSync(join(out, tree), {recursive: true});
		writeFileSync(first, 'mine');
	}

	const report = await restore(location, [{snapshot, path: tree as never}], out, true);
	expect(report).toMatchObject({failed: 2, replaced: 0, bytesWritten: 0});
	expect(report).not.toHaveProperty('asideFolder');
	expect(report.troubles).toEqual([expect.stringMatching(/^The chunk \w+ is damaged/), expect.stringContaining(`${second} could not be restored: it is another name of ${first}`)]);
	expect(existsSync(second)).toBe(false);
	expect(isThere ? readFileSync(first, 'utf8') : existsSync(first)).toBe(isThere ? 'mine' : false);
});

test('a stop is told once, not for each file that was on its way', async () => {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	makeTree(tree, Array.from({length: 300}, (_, index) => ({path: `file ${index}`, content: Buffer.from(`content ${index}`)})));
	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	const stop = new AbortController();
	const troubles: string[] = [];
	let paths = 0;
	await expect(run({verb: 'restore', repository: {location}, targets: [{snapshot}], folder: join(folder, 'out'), overwrite: false, dryRun: false}, {
		signal: stop.signal,
		onEvent(event) {
			if (event.type === 'trouble') {
				troubles.push(event.error.message);
			} else if (event.type === 'path' && ++paths === 200) {
				stop.abort();
			}
		},
	})).rejects.toMatchObject({code: 'CANCELLED', message: expect.stringContaining('The paths restored so far are whole.') as string});
	expect(troubles).toEqual([]);
});

test('a repository that can no longer be reached is told once and asked no more; the next run makes the rest', async () => {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	const out = join(folder, 'out');
	makeTree(tree, Array.from({length: 3000}, (_, index) => ({path: `folder/file ${index}`, content: Buffer.from(`content ${index}`)})));
	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	const troubles: string[] = [];
	let isDead = false;
	let asked = 0;
	const repository = await openInline(location, backend => wrapCalls(backend, ['read', 'readBatch', 'visit'], async (_, call) => {
		if (isDead) {
			asked++;
			throw new PlakarError('BACKEND_UNAVAILABLE', {message: 'It was silent.', hint: 'This is a test.'});
		}

		return call();
	}));
	let paths = 0;
	await expect(restoreSnapshots({repository, targets: [{snapshot}], folder: out, overwrite: false, dryRun: false, counters: new Counters()}, {
		...quietly,
		onEvent(event) {
			if (event.type === 'trouble') {
				troubles.push(event.error.message);
			} else if (event.type === 'path') {
				isDead = ++paths > 1500;
			}
		},
	})).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE', message: 'It was silent. The paths restored so far are whole.', hint: expect.stringContaining('run the same command again') as string});
	await repository.close();
	expect({troubles, asked: asked > 0 && asked < 10}).toEqual({troubles: [], asked: true});
	const made = readdirSync(join(out, tree, 'folder'));
	expect(made.length).toBeGreaterThan(0);
	expect(made.map(name => readFileSync(join(out, tree, 'folder', name), 'utf8'))).toEqual(made.map(name => name.replace('file', 'content')));
	expect(await restore(location, [{snapshot}], out, false)).toMatchObject({failed: 0, unchanged: expect.any(Number) as number, troubles: []});
	expect(describeTree(join(out, tree))).toEqual(describeTree(tree));
});

test('what was stopped and restored again is as it was pushed, folders too', async () => {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	const out = join(folder, 'out');
	makeTree(tree, Array.from({length: 300}, (_, index) => ({path: `${index % 2 === 0 ? 'even' : 'odd'}/file ${index}`, content: Buffer.from(`content ${index}`)})));
	chmodSync(join(tree, 'even'), 0o555);
	for (const name of ['even', 'odd', '.']) {
		utimesSync(join(tree, name), 1_000_000, 1_000_000);
	}

	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	const stop = new AbortController();
	let paths = 0;
	await expect(run({verb: 'restore', repository: {location}, targets: [{snapshot}], folder: out, overwrite: false, dryRun: false}, {
		signal: stop.signal,
		onEvent(event) {
			if (event.type === 'path' && ++paths === 200) {
				stop.abort();
			}
		},
	})).rejects.toMatchObject({code: 'CANCELLED'});
	expect(readdirSync(join(out, tree))).toContain('even');
	const {created, failed} = await restore(location, [{snapshot}], out, false);
	expect({isMade: created > 0, failed}).toEqual({isMade: true, failed: 0});
	expect(describeTree(join(out, tree))).toEqual(describeTree(tree));
	const other = join(out, tree, 'odd');
	utimesSync(other, 5, 5);
	chmodSync(other, 0o711);
	await restore(location, [{snapshot}], out, false);
	expect(statSync(other)).toMatchObject({mode: 0o040_711, mtimeMs: 5000});
});

test.runIf(isRoot)(`devices come back with their numbers, and are the same the next time${isRoot ? '' : ' (SKIPPED: only root makes devices)'}`, async () => {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	const out = join(folder, 'out');
	mkdirSync(tree);
	const make = (path: string, type: 'b' | 'c', minor: number): void => {
		expect(spawnSync('mknod', [path, type, '259', String(minor)]).status).toBe(0);
	};

	make(join(tree, 'block'), 'b', 1_048_575);
	make(join(tree, 'character'), 'c', 1);
	const location = await makeRepository(memoryLocation());
	const targets = [{snapshot: (await push(location, [tree])).snapshot}];
	expect(await restore(location, targets, out, false)).toMatchObject({failed: 0, troubles: []});
	expect(statSync(join(out, tree, 'block'))).toMatchObject({rdev: statSync(join(tree, 'block')).rdev, mode: statSync(join(tree, 'block')).mode});
	expect(await restore(location, targets, out, false)).toMatchObject({created: 0, refused: 0, troubles: []});

	const {mtime} = statSync(join(tree, 'character'));
	rmSync(join(out, tree, 'character'));
	make(join(out, tree, 'character'), 'c', 2);
	utimesSync(join(out, tree, 'character'), mtime, mtime);
	expect(await restore(location, targets, out, false)).toMatchObject({refused: 1, troubles: [expect.stringContaining('character is left as it is')]});
});

test.runIf(isRoot)(`a folder whose time cannot be set back after something was made in it counts as failed${isRoot ? '' : ' (SKIPPED: only root acts as another user)'}`, async () => {
	const {folder, run} = makeHome();
	const tree = join(folder, 'tree');
	makeTree(tree, [{path: 'a', content: Buffer.from('a')}]);
	chmodSync(tree, 0o777);
	utimesSync(tree, 1_000_000, 1_000_000);
	chmodSync(folder, 0o755);
	run('create --no-encryption repository');
	run(`on repository push ${tree}`);
	expect(run('on repository restore latest --to out').status).toBe(0);
	for (const place of [join(folder, 'home'), ...readdirSync(join(folder, 'repository'), {recursive: true, withFileTypes: true}).map(({parentPath, name}) => join(parentPath, name)), join(folder, 'repository')]) {
		chmodSync(place, 0o777);
	}

	// What is as it should be is nobody's failure, whoever owns it.
	expect(run('on repository restore latest --to out', {uid: 65_534})).toMatchObject({status: 0, stderr: ''});
	rmSync(join(folder, 'out', tree, 'a'));
	utimesSync(join(folder, 'out', tree), 1_000_000, 1_000_000);
	const {status, stderr} = run('on repository restore latest --to out', {uid: 65_534});
	expect({status, stderr}).toEqual({status: 1, stderr: expect.stringMatching(/^\S+tree could not be restored: .*\n1 path made, \d+ already there, 1 failed.*\n$/) as string});
	expect(readFileSync(join(folder, 'out', tree, 'a'), 'utf8')).toBe('a');
});
