// Sync and compare between repositories with other keys or settings, as a user types them.

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {CreateOptions} from '../../source/engine/repository.js';
import {makeRepository, run} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {checkInline, pushInline, syncInline} from '../support/inline.js';
import {makeHome, type Home} from '../support/program.js';
import {fingerprint, makeTree} from '../support/trees.js';
import {program, startTerminal} from '../terminal/pty.js';

type Scene = Home & {
	readonly tree: string;
	/** Makes a repository; its passphrase goes into a file, NAME.key. */
	readonly create: (name: string, options?: Partial<CreateOptions>) => Promise<string>;
	readonly store: (location: string, passphrase?: string) => Promise<unknown>;
	/** Snapshots that a repository shows, and whether their content is sound. */
	readonly holds: (location: string, passphrase?: string) => Promise<unknown>;
	readonly keyOf: (name: string) => string;
};

function makeScene(): Scene {
	const home = makeHome();
	const place = temporaryFolder(fastPlace);
	const tree = join(place, 'tree');
	makeTree(tree, [{path: 'one', content: Buffer.from('one')}, {path: 'folder/large', content: Buffer.from(Array.from({length: 400_000}, (_, index) => (index * index) >> 9))}]);
	const keyOf = (name: string): string => join(place, `${name}.key`);
	return {
		...home,
		tree,
		keyOf,
		async create(name, options = {}) {
			writeFileSync(keyOf(name), options.passphrase ?? '');
			return makeRepository(join(place, name), {averageChunkBytes: 262_144, encrypted: options.passphrase !== undefined, ...options});
		},
		store: async (location, passphrase) => pushInline({location, passphrase}, [tree]),
		async holds(location, passphrase) {
			const {snapshots} = await run({verb: 'describe', repository: {location, passphrase}});
			const {findings, proof} = await checkInline({location, passphrase});
			return [snapshots.map(({snapshot, header}) => [snapshot, header?.created, header?.paths, header?.totals.sizeBytes]), findings, proof];
		},
	};
}

describe('sync', () => {
	test('between an encrypted and a plain repository, both ways', async () => {
		const scene = makeScene();
		const {create, store, holds, tree, keyOf, folder} = scene;
		const [vault, open] = [await create('vault', {passphrase: 'secret'}), await create('open')];
		await store(vault, 'secret');
		expect(scene.run(`on ${vault} --passphrase-file ${keyOf('vault')} sync ${open}`)).toEqual({status: 0, stdout: '', stderr: ''});
		expect(await holds(open)).toEqual(await holds(vault, 'secret'));
		writeFileSync(join(tree, 'two'), 'two');
		await store(open);
		const shown = scene.run(`on ${open} sync --dry-run ${vault} --peer-passphrase-file ${keyOf('vault')}`);
		expect(shown.status).toBe(0);
		expect(shown.stdout).toMatch(/note {2}identity {3}unrelated: only one of them is encrypted\n/);
		expect(shown.stdout).toMatch(/note {2}re-cut {5}about [\d.]+ (?:B|KiB) sealed anew; by the sizes in the source\n/);
		expect(shown.stdout).toContain('in both: 1 snapshot');
		const synced = scene.run(`on ${open} sync --json with ${vault}`, {env: {PLAKAR_PEER_PASSPHRASE: 'secret'}});
		expect(synced.status).toBe(0);
		expect(synced.stdout).toMatch(/"type":"synced".*"receipt":true.*"exact":false/);
		expect(await holds(open)).toEqual(await holds(vault, 'secret'));
		expect(scene.run(`on ${vault} --passphrase-file ${keyOf('vault')} restore --to ${folder}/out latest:${tree}`)).toMatchObject({status: 0});
		expect(fingerprint(join(folder, 'out', tree))).toBe(fingerprint(tree));
	});

	test.each([['sha256', {hashing: 'sha256'}], ['chunks of 64 KiB', {averageChunkBytes: 65_536}], ['no compression', {compression: 'none'}]] as const)('from blake3 and chunks of 256 KiB to %s', async (_, options) => {
		const scene = makeScene();
		const [a, b] = [await scene.create('a'), await scene.create('b', options)];
		await scene.store(a);
		expect(scene.run(`on ${a} sync ${b}`)).toEqual({status: 0, stdout: '', stderr: ''});
		expect(await scene.holds(b)).toEqual(await scene.holds(a));
		expect(scene.run(`on ${a} sync --json ${b}`).stdout).toMatch(/"type":"synced".*"snapshots":\[\].*"bytesWritten":0/);
		expect(scene.run(`compare ${a} ${b}`).stdout).toMatch(/^AB {3}[\da-f-]{36} /m);
	});

	test('with a wrong passphrase of the peer says whose it is, and writes nothing', async () => {
		const scene = makeScene();
		const {keyOf} = scene;
		const [a, b] = [await scene.create('a', {passphrase: 'mine'}), await scene.create('b', {passphrase: 'theirs'})];
		await scene.store(a, 'mine');
		const before = fingerprint(b);
		expect(scene.run(`on ${a} --passphrase-file ${keyOf('a')} --peer-passphrase-file ${keyOf('a')} sync ${b}`)).toMatchObject({status: 1, stdout: '', stderr: expect.stringContaining(`does not open ${b}`) as string});
		expect(fingerprint(b)).toBe(before);
	});

	test('without a passphrase and without a terminal is an error at once; a family needs none', async () => {
		const scene = makeScene();
		const {keyOf, folder} = scene;
		const [a, b] = [await scene.create('a', {passphrase: 'mine'}), await scene.create('b', {passphrase: 'theirs'})];
		await scene.store(a, 'mine');
		expect(scene.run(`on ${a} --passphrase-file ${keyOf('a')} sync ${b}`)).toMatchObject({status: 1, stdout: '', stderr: expect.stringContaining('Give --peer-passphrase-file F or set PLAKAR_PEER_PASSPHRASE.') as string});
		expect(scene.run(`on ${a} sync ${b}`, {env: {PLAKAR_PEER_PASSPHRASE: 'theirs'}})).toMatchObject({status: 1, stderr: expect.stringContaining('Give --passphrase-file F or set PLAKAR_PASSPHRASE.') as string});
		scene.run(`on ${a} clone ${folder}/c`);
		await scene.store(a, 'mine');
		expect(scene.run(`on ${a} sync ${folder}/c`)).toEqual({status: 0, stdout: '', stderr: ''});
	});

	test('of a plan in a file', async () => {
		const scene = makeScene();
		const {keyOf, folder} = scene;
		const [a, b] = [await scene.create('a', {passphrase: 'mine'}), await scene.create('b', {passphrase: 'theirs'})];
		const keys = `--passphrase-file ${keyOf('a')} --peer-passphrase-file ${keyOf('b')}`;
		await scene.store(a, 'mine');
		expect(scene.run(`on ${a} ${keys} sync --plan-out ${folder}/plan.json ${b}`)).toMatchObject({status: 0});
		expect(scene.run(`sync ${keys} --plan ${folder}/plan.json`)).toEqual({status: 0, stdout: '', stderr: ''});
		expect(await scene.holds(b, 'theirs')).toEqual(await scene.holds(a, 'mine'));
		expect(scene.run(`sync ${keys} --plan ${folder}/plan.json`)).toMatchObject({status: 4});
	});

	const flags = {own: '--passphrase-file', peer: '--peer-passphrase-file'} as const;
	test.each([['to', 'on A'], ['to', ''], ['from', 'on B'], ['from', '']] as const)('of a plan in a file that was made %s the peer: each passphrase finds its side, run %s, in both orders', async (direction, on) => {
		const scene = makeScene();
		const {keyOf, folder} = scene;
		const [a, b] = [await scene.create('a', {passphrase: 'mine'}), await scene.create('b', {passphrase: 'theirs'})];
		const file = `${folder}/plan.json`;
		await scene.store(a, 'mine');
		const [own, peer] = direction === 'to' ? ['a', 'b'] : ['b', 'a'];
		const planned = scene.run(`on ${own === 'a' ? a : b} ${flags.own} ${keyOf(own)} ${flags.peer} ${keyOf(peer)} sync --plan-out ${file} ${direction} ${peer === 'a' ? a : b}`);
		expect(planned.status).toBe(0);
		const place = on === '' ? '' : `on ${on === 'on A' ? a : b}`;
		for (const [first, second] of [['own', 'peer'], ['peer', 'own']] as const) {
			const outcome = scene.run(`${place} sync ${flags[first]} ${keyOf('a')} ${flags[second]} ${keyOf('b')} --plan ${file}`);
			expect([outcome.stdout, outcome.status]).toEqual(['', first === 'own' ? 0 : 4]);
		}

		expect(await scene.holds(b, 'theirs')).toEqual(await scene.holds(a, 'mine'));
		expect(scene.run(`${place} sync ${flags.own} ${keyOf('a')} ${flags.peer} ${keyOf('a')} --plan ${file}`)).toMatchObject({status: 1, stderr: expect.stringContaining(`does not open ${b}`) as string});
	});

	test('of a plan in a file where one side is encrypted: its passphrase is taken from either flag', async () => {
		const scene = makeScene();
		const {keyOf, folder} = scene;
		const [a, b] = [await scene.create('a'), await scene.create('b', {passphrase: 'theirs'})];
		await scene.store(a);
		expect(scene.run(`on ${a} ${flags.peer} ${keyOf('b')} sync --plan-out ${folder}/plan.json ${b}`).status).toBe(0);
		expect(scene.run(`sync ${flags.own} ${keyOf('b')} --plan ${folder}/plan.json`)).toEqual({status: 0, stdout: '', stderr: ''});
		expect(scene.run(`sync ${flags.peer} ${keyOf('b')} --plan ${folder}/plan.json`).status).toBe(4);
	});

	test('on a terminal asks for each passphrase', async () => {
		const {create, store, holds, folder, home} = makeScene();
		const [a, b] = [await create('a', {passphrase: 'mine'}), await create('b', {passphrase: 'theirs'})];
		await store(a, 'mine');
		const terminal = startTerminal(process.execPath, [program, 'on', a, 'sync', b], {columns: 100, rows: 30, env: {HOME: home}, cwd: folder});
		await terminal.until(text => text.includes(`passphrase of ${a}:`));
		terminal.pty.write('mine\r');
		await terminal.until(text => text.includes(`passphrase of ${b}:`));
		terminal.pty.write('theirs\r');
		expect(await terminal.exit).toMatchObject({exitCode: 0});
		expect(await holds(b, 'theirs')).toEqual(await holds(a, 'mine'));
	});
});

test('compare marks what sealed repositories cannot tell, and no conflict where there is none', async () => {
	const scene = makeScene();
	const [a, b] = [await scene.create('a', {passphrase: 'mine'}), await scene.create('b')];
	await scene.store(a, 'mine');
	await syncInline({location: a, passphrase: 'mine'}, b);
	const sealed = scene.run(`compare ${a} ${b}`);
	expect(sealed).toMatchObject({status: 0, stderr: expect.stringContaining('only the passphrases can tell') as string});
	expect(sealed.stdout).toMatch(/^AB \? [\da-f-]{36} /m);
	const opened = scene.run(`compare --json ${a} ${b}`, {env: {PLAKAR_PASSPHRASE: 'mine'}});
	expect(opened.stdout).toMatch(/"type":"snapshot".*"conflict":false,"comparable":true/);
});
