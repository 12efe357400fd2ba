// heal on the command line: the plan it prints, what --apply does, and how each ends.

import {cpSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {keepScene} from '../support/kept-scene.js';
import {makeHome, type Home} from '../support/program.js';
import {fingerprint, makeTree} from '../support/trees.js';

type Scene = Home & {readonly a: string; readonly b: string; readonly tree: string; readonly id: string; readonly small: string};

const placesOf = ({folder}: Home): [string, string] => [join(folder, 'a'), join(folder, 'b')];
const keep = (flags: string) => keepScene(home => {
	const [a, b] = placesOf(home);
	const tree = join(home.folder, 'tree');
	makeTree(tree, [{path: 'small', content: Buffer.from('the small file')}, {path: 'large', content: Buffer.alloc(300_000, 'large')}]);
	home.run(`create ${flags} ${a}`, {env: {PLAKAR_PASSPHRASE: 'secret'}});
	const id = home.run(`on ${a} push ${tree}`, {env: {PLAKAR_PASSPHRASE: 'secret'}}).stdout.trim();
	home.run(`on ${a} clone ${b}`);
	return {tree, id};
});
const [open, sealed] = [keep('-no-encryption'), keep('')];

/** A repository A, its clone B, and the file of the chunk of the small file in A. */
function makeScene(kept = open): Scene {
	const {made: {tree, id}, ...home} = kept.copy();
	const [a, b] = placesOf(home);
	const chunks = readdirSync(join(a, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort();
	return {...home, a, b, tree, id, small: chunks.find(file => readFileSync(file).includes('the small file')) ?? chunks[0]!};
}

function flip(file: string): void {
	const bytes = readFileSync(file);
	bytes[Math.floor(bytes.length / 2)]! ^= 1;
	writeFileSync(file, bytes);
}

test('the plan, then --apply, then nothing is left', () => {
	const {run, a, b, tree, small, id} = makeScene();
	const chunk = small.slice(-64);
	expect(run(`on ${a} heal --from ${b}`)).toMatchObject({status: 0, stdout: 'Nothing to heal.\n'});
	flip(small);
	const before = fingerprint(a);
	const planned = run(`on ${a} heal --from ${b}`);
	const lines = [
		`heal plan XXXXXXXX: ${b} -> ${a}`,
		`  chunk ${chunk}  corrupt: the digest of its bytes differs; needed by 1 snapshot, 1 path`,
		'    from the other repository, 46 B',
		'1 record to write, 46 B',
		'Each copy was read and its content hashed.',
		'Whole afterwards: 1 snapshot.',
		'',
	].join('\n');
	expect(planned.stdout.replace(/plan [\da-f]{8}/, 'plan XXXXXXXX')).toBe(lines);
	expect(planned).toMatchObject({status: 3, stderr: 'Nothing was written. Add --apply to carry it out.\n'});
	expect(fingerprint(a)).toBe(before);

	const applied = run(`on ${a} heal --from ${b} --apply`);
	expect(applied.status).toBe(0);
	expect(applied.stdout.replace(/plan [\da-f]{8}/, 'plan XXXXXXXX')).toBe(lines);
	expect(applied.stderr).toMatch(/^1 record healed and proven by reading again\. 46 B written in .*\.\n$/);
	expect(run(`on ${a} check`)).toMatchObject({status: 0, stdout: ''});
	expect(run(`on ${a} cat ${id}:${tree}/small`).stdout).toBe('the small file');
	expect(run(`on ${a} heal --from ${b} --apply`)).toMatchObject({status: 0, stdout: 'Nothing to heal.\n'});
});

test('a damaged header and reference list are named once each, in one sentence', () => {
	const {run, a, b, id} = makeScene();
	for (const name of ['HEADER', 'REFERENCES']) {
		flip(join(a, 'snapshots', id.slice(0, 2), id, name));
		flip(join(b, 'snapshots', id.slice(0, 2), id, name));
	}

	const {stdout} = run(`on ${a} heal --from ${b}`);
	expect(stdout).toContain(`  header ${id}  corrupt: the digest of its bytes differs; needed by 1 snapshot\n    cannot be healed: its copy is not sound: the digest of its bytes differs\n`);
	expect(stdout).toContain(`  reference list ${id}  corrupt: the digest of its bytes differs; needed by 1 snapshot\n`);
	expect(run(`on ${a} sync ${join(a, '..', 'new')}`).stderr + run(`on ${a} clone ${join(a, '..', 'new')}`).stderr).not.toContain('The references');
});

test('what cannot be healed is named, and the status says that damage is left', () => {
	const {run, a, b, small} = makeScene();
	flip(small);
	flip(small.replace(a, b));
	const {status, stdout} = run(`on ${a} heal --from ${b} --apply`);
	expect(status).toBe(3);
	expect(stdout).toContain('    cannot be healed: its copy is damaged too: the digest of its bytes differs\n');
	expect(stdout).toContain('0 records to write, 0 B; 1 cannot be healed\n');
	expect(stdout).toContain('Still damaged: 1 snapshot.\n');
	expect(run(`on ${a} check`).status).toBe(3);
});

test('--json: the plan with its rows, then the receipt', () => {
	const {run, a, b, small} = makeScene();
	rmSync(small);
	const last = (text: string): Record<string, unknown> => JSON.parse(text.trim().split('\n').at(-1)!) as Record<string, unknown>;
	const planned = run(`on ${a} heal --json --from ${b}`);
	expect(planned.status).toBe(3);
	expect(last(planned.stdout)).toMatchObject({type: 'heal-plan', records: 1, cannot: 0, plan: {kinship: 'family', proof: 'plaintext', rows: [{kind: 'chunk', damage: 'missing', origin: 'source'}]}});
	const applied = run(`on ${a} heal --json --from ${b} --apply`);
	expect(applied.status).toBe(0);
	expect(last(applied.stdout)).toMatchObject({type: 'healed', healed: 1, receipt: true, left: 0, cannot: 0, bytesWritten: (last(planned.stdout) as {bytes: number}).bytes});
});

test('a sealed repository is healed without any passphrase, and one snapshot alone with it', () => {
	const {run, a, b, small, id} = makeScene(sealed);
	flip(small);
	const planned = run(`on ${a} heal --from ${b}`);
	expect(planned).toMatchObject({status: 3, stdout: expect.stringContaining('Without the passphrase: each copy was read, and the digest and size of its stored bytes fit.') as string});
	expect(run(`on ${a} heal --from ${b} --apply ${id.slice(0, 8)}`, {env: {PLAKAR_PASSPHRASE: 'secret'}})).toMatchObject({status: 0});
	expect(run(`on ${a} check`, {env: {PLAKAR_PASSPHRASE: 'secret'}})).toMatchObject({status: 0});
});

test('refused in words: no --from, itself, a stranger, a sealed stranger before any passphrase is asked for', () => {
	const {run, a, folder} = makeScene();
	expect(run(`on ${a} heal`)).toMatchObject({status: 2, stderr: expect.stringContaining('heal needs --from REPOSITORY') as string});
	expect(run(`on ${a} heal --from ${a}`)).toMatchObject({status: 1, stderr: expect.stringContaining('cannot be healed from itself') as string});
	run(`create -no-encryption --hash sha256 ${folder}/stranger`);
	expect(run(`on ${a} heal --from ${folder}/stranger`)).toMatchObject({status: 1, stderr: expect.stringMatching(/they are unrelated \(their hashes differ .*\nHeal from a clone of it\./) as string});
	run(`create ${folder}/sealed`, {env: {PLAKAR_PASSPHRASE: 'secret'}});
	expect(run(`on ${a} heal --from ${folder}/sealed`)).toMatchObject({status: 1, stderr: expect.stringContaining('only one of them is encrypted') as string});
});

test('a repository that was copied without its hard links is told so in one sentence first, and mended as that says', () => {
	const {run, folder} = makeHome();
	const [a, copy, clone, tree] = ['a', 'copy', 'clone', 'tree'].map(name => join(folder, name)) as [string, string, string, string];
	makeTree(tree, Array.from({length: 12}, (_, index) => ({path: `${index}`, content: Buffer.from(`file ${index}`)})));
	run(`create -no-encryption ${a}`);
	run(`on ${a} push ${tree}`);
	cpSync(a, copy, {recursive: true});
	const checked = run(`on ${copy} check --fast`);
	expect(checked.status).toBe(3);
	expect(checked.stdout.match(/^wrong-reference-count /gm)).toHaveLength(13);
	expect(checked.stderr).toMatch(/^This repository was copied without its hard links: 13 of 13 records have none\. .* cp -a or rsync -aH, or clone it: .*\n13 chunks looked at .*\n13 findings; 0 of 1 snapshot damaged\.\n$/);

	// The original has the identity of its copy, and no clone of either.
	expect(run(`on ${copy} heal --from ${a}`).status).toBe(1);
	expect(run(`on ${copy} clone ${clone}`).status).toBe(0);
	expect(run(`on ${clone} check`)).toMatchObject({status: 0, stdout: ''});
	expect(run(`on ${copy} heal --from ${clone} --apply`).status).toBe(0);
	expect(run(`on ${copy} check`)).toMatchObject({status: 0, stdout: ''});

	// A few lost links are told one by one.
	const links = readdirSync(join(a, 'snapshots'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile() && entry.parentPath.includes('/chunks/')).map(entry => join(entry.parentPath, entry.name));
	rmSync(links[0]!);
	expect(run(`on ${a} check`).stderr).not.toContain('without its hard links');
});
