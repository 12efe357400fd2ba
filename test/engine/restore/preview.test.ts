// A dry run of a restore tells exactly what the run then does.

import {randomBytes} from 'node:crypto';
import {mkdirSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {RestoreReport} from '../../../source/engine/jobs.js';
import type {SnapshotId} from '../../../source/format/ids.js';
import {makeRepository, memoryLocation, push, run} from '../../support/engine.js';
import {fastPlace, temporaryFolder} from '../../support/folders.js';
import {temporaryDisk} from '../../support/small-disk.js';
import {describeTree, fingerprint, makeTree} from '../../support/trees.js';

test.each([false, true])('new, same, different and refused paths, overwriting %s', async overwrite => {
	const folder = temporaryFolder(fastPlace);
	const [tree, out] = [join(folder, 'tree'), join(folder, 'out')];
	makeTree(tree, [{path: 'same', content: Buffer.from('same')}, {path: 'differs', content: Buffer.from('snapshot')}, {path: 'new', content: Buffer.alloc(20_000, 'new')}, {path: 'blocked', content: Buffer.from('b')}, {path: 'link', link: 'same'}]);
	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	const restore = async (dryRun: boolean): Promise<RestoreReport> => run({verb: 'restore', repository: {location}, targets: [{snapshot}], folder: out, overwrite, dryRun});
	await restore(false);
	const there = join(out, tree);
	rmSync(join(there, 'new'));
	writeFileSync(join(there, 'differs'), 'mine');
	rmSync(join(there, 'blocked'));
	mkdirSync(join(there, 'blocked'));
	const before = fingerprint(out);
	const preview = await restore(true);
	expect(fingerprint(out)).toBe(before);
	expect(preview).toMatchObject({created: 1, differing: 1, newer: 1, obstructed: 1, replaced: overwrite ? 2 : 0, refused: overwrite ? 0 : 2, failed: 0});
	expect(preview.freeBytes).toBeGreaterThan(0);
	const {durationMs: _preview, dryRun: _dry, freeBytes: _free, ...expected} = preview;
	const {durationMs: _run, dryRun: _wet, freeBytes: _left, ...done} = await restore(false);
	expect(done).toEqual(expected);
	const isBlocked = (line: string): boolean => !overwrite && (line.includes('blocked') || line.includes('differs'));
	expect(describeTree(there).filter(line => !isBlocked(line))).toEqual(describeTree(tree).filter(line => !isBlocked(line)));
});

test('a symlink that leads elsewhere is different', async () => {
	const folder = temporaryFolder(fastPlace);
	const [tree, out] = [join(folder, 'tree'), join(folder, 'out')];
	makeTree(tree, [{path: 'link', link: 'here'}]);
	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	await run({verb: 'restore', repository: {location}, targets: [{snapshot}], folder: out, overwrite: false, dryRun: false});
	const look = async (): Promise<RestoreReport> => run({verb: 'restore', repository: {location}, targets: [{snapshot}], folder: out, overwrite: false, dryRun: true});
	expect(await look()).toMatchObject({differing: 0, refused: 0});
	rmSync(join(out, tree, 'link'));
	symlinkSync('there', join(out, tree, 'link'));
	expect(await look()).toMatchObject({differing: 1, refused: 1});
});

test('zeros need no room, other content does', async () => {
	const disk = temporaryDisk('2m');
	if (disk === undefined) {
		return;
	}

	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	makeTree(tree, [{path: 'sparse', content: Buffer.concat([Buffer.alloc(9_000_000), Buffer.from('end')])}, {path: 'small', content: Buffer.alloc(10_000, 'small')}]);
	const location = await makeRepository(memoryLocation(), {averageChunkBytes: 65_536});
	const {snapshot} = await push(location, [tree]);
	const restore = async (of: SnapshotId, dryRun: boolean): Promise<RestoreReport> => run({verb: 'restore', repository: {location}, targets: [{snapshot: of}], folder: disk, overwrite: false, dryRun});
	const preview = await restore(snapshot, true);
	expect(preview.bytesWritten - preview.holeBytes!).toBeLessThan(preview.freeBytes!);
	expect(await restore(snapshot, false)).toMatchObject({created: preview.created, failed: 0});
	const there = join(disk, tree);
	expect(describeTree(there)).toEqual(describeTree(tree));
	expect(statSync(join(there, 'sparse')).blocks * 512).toBeLessThan(1_000_000);
	rmSync(there, {recursive: true});
	makeTree(tree, [{path: 'full', content: randomBytes(3_000_000)}]);
	const {snapshot: larger} = await push(location, [tree]);
	await expect(restore(larger, false)).rejects.toMatchObject({code: 'BACKEND_FULL', context: {neededBytes: expect.any(Number) as number}});
});
