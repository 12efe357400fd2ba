// A snapshot whose header is damaged in one of several repositories: what each command says of it, sends, and ends with.

import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {keepScene} from '../support/kept-scene.js';
import type {Home} from '../support/program.js';
import {makeTree} from '../support/trees.js';

type Scene = Home & {readonly a: string; readonly b: string; readonly c: string; readonly id: string; readonly header: string};

const placesOf = ({folder}: Home): [string, string, string] => ['a', 'b', 'c'].map(name => join(folder, name)) as [string, string, string];
const kept = keepScene(home => {
	const [a, b, c] = placesOf(home);
	const tree = join(home.folder, 'tree');
	makeTree(tree, [{path: 'one', content: Buffer.alloc(50_000, 'one')}]);
	home.run(`create -no-encryption ${a}`);
	home.run(`on ${a} clone to ${b} ${c}`);
	const id = home.run(`on ${a} push ${tree}`).stdout.trim();
	home.run(`on ${a} sync to ${b}`);
	return id;
});

/** A and B hold a snapshot, damaged in A; C lacks it. */
function makeScene(): Scene {
	const home = kept.copy();
	const [a, b, c] = placesOf(home);
	const id = home.made;
	const header = join(a, 'snapshots', id.slice(0, 2), id, 'HEADER');
	const bytes = readFileSync(header);
	bytes[bytes.length - 1]! ^= 1;
	writeFileSync(header, bytes);
	return {...home, a, b, c, id, header};
}

/** "ab/abcd…" for each chunk of a snapshot. */
function chunksOf(repository: string, id: string): string[] {
	const folder = join(repository, 'snapshots', id.slice(0, 2), id, 'chunks');
	return readdirSync(folder).flatMap(bucket => readdirSync(join(folder, bucket)).map(name => join(bucket, name)));
}

test('compare tells who is damaged, who can heal it and who can send it, and ends with 3', () => {
	const {run, a, b, c, id} = makeScene();
	const shown = run(`compare ${a} ${b} ${c}`);
	expect(shown.status).toBe(3);
	expect(shown.stdout).toContain(`xB.   ${id}`);
	expect(shown.stdout).toMatch(/^B -> C {2}1 snapshot/m);
	expect(shown.stdout).toMatch(/^A -> C {2}0 snapshots/m);
	expect(shown.stdout).toContain(`damaged in ${a}: ${id}: sound in ${b}; plakar-tui on ${a} heal --from ${b}\n`);
	expect(shown.stdout).toMatch(/^to make all equal: 1 transfer,/m);
	const lines = run(`compare --json ${a} ${b}`).stdout.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>);
	expect(lines.find(({type}) => type === 'snapshot')).toMatchObject({snapshot: id, conflict: false, cells: ['damaged', 'has it'], holders: [a, b]});
	expect(lines.find(({type}) => type === 'damaged')).toMatchObject({snapshot: id, location: a, soundIn: [b]});
});

test.each([['from the damaged one', 'a', 'b'], ['to the damaged one', 'b', 'a']] as const)('sync %s leaves both as they are, says how to heal it and ends with 3', (_, from, to) => {
	const scene = makeScene();
	const {run, a, b, header} = scene;
	const before = readFileSync(header);
	for (const flags of ['', ' --dry-run']) {
		const {status, stdout, stderr} = run(`on ${scene[from]} sync to ${scene[to]}${flags}`);
		expect(status).toBe(3);
		expect(stdout + stderr).toContain(`damaged in ${a}; sound in ${b}: plakar-tui on ${a} heal --from ${b}`);
	}

	expect(readFileSync(header)).toEqual(before);
});

test('sync with all sends the sound copy on, names the damaged one and ends with 3', () => {
	const {run, a, b, c, id, header} = makeScene();
	const before = readFileSync(header);
	const {status, stderr} = run(`on ${a} sync with ${b} ${c}`);
	expect(status).toBe(3);
	expect(stderr).toContain(`damaged in ${a}: ${id}: sound in ${b}`);
	expect(run(`on ${c} ls`).stdout).toContain(id);
	expect(run(`on ${c} check`).status).toBe(0);
	expect(readFileSync(header)).toEqual(before);
});

test('a record that is found damaged on the way costs its snapshot only: sync ends with 3 and names it', () => {
	const {run, b, c} = makeScene();
	const sound = run(`on ${b} push ${join(b, '../tree/one')}`).stdout.trim();
	makeTree(join(b, '../more'), [{path: 'two', content: Buffer.alloc(40_000, 'two')}]);
	const hurt = run(`on ${b} push ${join(b, '../more')}`).stdout.trim();
	const known = new Set(chunksOf(b, sound));
	const chunk = join(b, 'chunks', chunksOf(b, hurt).find(name => !known.has(name))!);
	const bytes = readFileSync(chunk);
	bytes[bytes.length - 1]! ^= 1;
	writeFileSync(chunk, bytes);
	const {status, stdout} = run(`on ${b} sync --json to ${c}`);
	expect(status).toBe(3);
	const report = stdout.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>).find(({type}) => type === 'synced');
	expect(report).toMatchObject({damaged: [{snapshot: hurt}], receipt: true});
	expect(report!['snapshots']).toContain(sound);
	expect(run(`on ${c} check`).status).toBe(0);
});
