// A dry run of a restore tells exactly what the run then does.

import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {RestoreReport} from '../../../source/engine/jobs.js';
import {makeRepository, memoryLocation, push, run} from '../../support/engine.js';
import {fastPlace, temporaryFolder} from '../../support/folders.js';
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
