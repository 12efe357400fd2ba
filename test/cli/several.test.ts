// Several repositories on one command line: what is printed, what is written, and the exit status when one of them fails.

import {execFile} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parseSize} from '../../source/cli/sizes.js';
import {keepScene} from '../support/kept-scene.js';
import type {Home, Outcome} from '../support/program.js';
import {temporaryServer} from '../support/server.js';
import {fingerprint, makeTree} from '../support/trees.js';
import {program} from '../terminal/pty.js';

const jsonLines = (text: string): Array<Record<string, unknown>> => text.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>);

const placeOf = ({folder}: Home): string => join(folder, 'place');
const kept = keepScene(home => {
	const place = placeOf(home);
	const tree = join(place, 'tree');
	makeTree(tree, [{path: 'one', content: Buffer.alloc(50_000, 'one')}]);
	home.run(`create -no-encryption ${place}/a`);
	const first = home.run(`on ${place}/a push ${tree}`).stdout.trim();
	home.run(`on ${place}/a clone to ${place}/b ${place}/c`);
	writeFileSync(join(tree, 'two'), randomBytes(30_000));
	return [first, home.run(`on ${place}/a push ${tree}`).stdout.trim()];
});

/** A, with two snapshots; its clones B and C, with the first of them; D, where nothing is. */
function makeScene(): Home & {readonly place: string; readonly ids: readonly string[]} {
	const home = kept.copy();
	return {...home, place: placeOf(home), ids: home.made};
}

const listing = ({run}: Home, repository: string): string => run(`on ${repository} ls`).stdout;

test('sync from several names one that is not there and uses the others', () => {
	const scene = makeScene();
	const {run, place} = scene;
	const outcome = run(`on ${place}/b sync from ${place}/d ${place}/a`);
	expect(outcome).toMatchObject({status: 1, stdout: ''});
	expect(outcome.stderr).toContain(`${place}/d: There is no repository at ${place}/d`);
	expect(listing(scene, `${place}/b`)).toBe(listing(scene, `${place}/a`));
});

describe('sync to several', () => {
	test('shows every plan, then sends to each; one that is not there is named and the rest is done', () => {
		const scene = makeScene();
		const {run, place} = scene;
		const before = fingerprint(place);
		const shown = run(`on ${place}/a sync to ${place}/b ${place}/c --dry-run`);
		expect(shown.status).toBe(0);
		expect(shown.stdout.match(/^plan [\da-f]{8}: .* -> .*\/[bc]$/gm)).toHaveLength(2);
		expect(fingerprint(place)).toBe(before);

		const sent = run(`on ${place}/a sync to ${place}/b ${place}/d ${place}/c`);
		expect(sent).toMatchObject({status: 1, stdout: ''});
		expect(sent.stderr).toContain(`${place}/d: There is no repository at ${place}/d`);
		expect([listing(scene, `${place}/b`), listing(scene, `${place}/c`)]).toEqual([listing(scene, `${place}/a`), listing(scene, `${place}/a`)]);
		expect(run(`on ${place}/a sync to ${place}/b ${place}/c`)).toEqual({status: 0, stdout: '', stderr: ''});
	});

	test('says so in JSON, the last line being the sum', () => {
		const {run, place, ids} = makeScene();
		const {status, stdout} = run(`on ${place}/a sync --json to ${place}/b ${place}/d ${place}/c`);
		const lines = jsonLines(stdout).filter(({type}) => type !== 'phase' && type !== 'snapshot');
		expect(status).toBe(1);
		expect(lines).toMatchObject([
			{type: 'synced', targetLocation: `${place}/b`, snapshots: [ids[1]], receipt: true},
			{type: 'synced', targetLocation: `${place}/c`, snapshots: [ids[1]], receipt: true},
			{type: 'failed', location: `${place}/d`, code: 'REPOSITORY_NOT_FOUND'},
			{type: 'targets', done: 2, failed: [`${place}/d`]},
		]);
	});

	test('takes no --plan-out, which holds one plan', () => {
		const {run, place} = makeScene();
		expect(run(`on ${place}/a sync to ${place}/b ${place}/c --plan-out ${place}/plan`)).toMatchObject({status: 2, stdout: ''});
		expect(existsSync(join(place, 'plan'))).toBe(false);
	});
});

test('clone to several makes the others when one place is taken', () => {
	const scene = makeScene();
	const {run, place} = scene;
	mkdirSync(join(place, 'taken'));
	writeFileSync(join(place, 'taken/mine'), 'precious');
	const {status, stderr} = run(`on ${place}/a clone ${place}/x ${place}/taken ${place}/y`);
	expect(status).toBe(1);
	expect(stderr).toContain(`${place}/taken`);
	expect([listing(scene, `${place}/x`), listing(scene, `${place}/y`)]).toEqual([listing(scene, `${place}/a`), listing(scene, `${place}/a`)]);
	expect(run(`on ${place}/y check`)).toMatchObject({status: 0});
});

describe('sync with several', () => {
	test('shows the transfers, then all hold the same', () => {
		const scene = makeScene();
		const {run, place} = scene;
		run(`on ${place}/c push ${place}/tree/one`);
		const before = fingerprint(place);
		const shown = run(`on ${place}/a sync with ${place}/b ${place}/c --dry-run`);
		expect(shown.status).toBe(0);
		expect(shown.stdout).toMatch(/^A {2}.*\/a\nB {2}.*\/b\nC {2}.*\/c\nA -> B {2}1 snapshot.*\nA -> C {2}1 snapshot.*\nC -> A {2}1 snapshot.*\nC -> B {2}1 snapshot.*\nto make all equal: 4 transfers, about .*\n$/);
		expect(fingerprint(place)).toBe(before);
		expect(run(`on ${place}/a sync with ${place}/b ${place}/c`)).toEqual({status: 0, stdout: '', stderr: ''});
		expect(listing(scene, `${place}/a`).trim().split('\n')).toHaveLength(3);
		expect([listing(scene, `${place}/b`), listing(scene, `${place}/c`)]).toEqual([listing(scene, `${place}/a`), listing(scene, `${place}/a`)]);
		const again = jsonLines(run(`on ${place}/a sync --json with ${place}/b ${place}/c`).stdout).at(-1);
		expect(again).toMatchObject({type: 'meshed', transfers: 0, failed: 0, unreachable: [], equal: true, bytesWritten: 0});
	});

	test('leaves out what cannot be reached, and ends with 1', () => {
		const scene = makeScene();
		const {run, place} = scene;
		const {status, stderr} = run(`on ${place}/a sync with ${place}/b ${place}/d`);
		expect({status, named: stderr.includes(`${place}/d`)}).toEqual({status: 1, named: true});
		expect(listing(scene, `${place}/b`)).toBe(listing(scene, `${place}/a`));
	});

	test('says which transfers are estimates, in the words of compare', () => {
		const {run, place} = makeScene();
		run(`create -no-encryption --chunk-size 131072 ${place}/e`);
		const shown = run(`on ${place}/a sync with ${place}/b ${place}/e --dry-run`).stdout;
		const transfers = shown.split('\n').filter(line => line.includes(' -> '));
		expect(transfers).toEqual([expect.stringMatching(/^A -> B {2}1 snapshot, (?!.*about)/), expect.stringMatching(/^A -> C {2}2 snapshots, .*, about /)]);
		expect(run(`compare ${place}/a ${place}/b ${place}/e`).stdout.split('\n')).toEqual(expect.arrayContaining(transfers));
	});
});

/** As `run`, while this process serves. */
const runBeside = async ({folder, home}: Home, line: string): Promise<Outcome> => new Promise(resolve => {
	execFile(process.execPath, [program, ...line.split(' ')], {cwd: folder, env: {...process.env, HOME: home}}, (error, stdout, stderr) => {
		resolve({status: error === null ? 0 : Number(error.code), stdout, stderr});
	});
});

describe('sync with one', () => {
	test('fetches all the same from one that takes nothing, and ends with the error', async () => {
		const scene = makeScene();
		const {place} = scene;
		const server = await temporaryServer();
		const served = `plakar://127.0.0.1:${server.port}/${server.serve(`${place}/a`, {add: false, remove: false})}`;
		scene.run(`on ${place}/b push ${place}/tree/one`);
		const {status, stderr} = await runBeside(scene, `on ${place}/b sync with ${served}`);
		expect(status).toBe(1);
		expect(stderr).toContain(`access: ${served} can only be read`);
		expect(listing(scene, `${place}/b`)).toContain(scene.ids[1]);
	});

	test('shows that nothing can be sent to it, and counts no transfer there', async () => {
		const scene = makeScene();
		const {place} = scene;
		const server = await temporaryServer();
		const served = `plakar://127.0.0.1:${server.port}/${server.serve(`${place}/b`, {add: false, remove: false})}`;
		const plan = await runBeside(scene, `on ${place}/a sync --dry-run to ${served}`);
		expect(plan).toMatchObject({status: 1, stdout: expect.stringContaining(`${served} can only be read`) as string});
		const mesh = await runBeside(scene, `on ${place}/a sync --dry-run with ${served} ${place}/c`);
		expect(mesh.status).toBe(1);
		expect(mesh.stdout).toContain(`not sent: ${scene.ids[1]!}: ${served} can only be read\nto make all equal: 1 transfer,`);
	});

	test('sends the snapshots named alone, both ways', () => {
		const scene = makeScene();
		const {run, place, ids} = scene;
		const own = run(`on ${place}/b push ${place}/tree/one`).stdout.trim();
		expect(run(`on ${place}/b sync ${own} with ${place}/a`).status).toBe(0);
		expect(listing(scene, `${place}/b`)).not.toContain(ids[1]);
		expect(listing(scene, `${place}/a`)).toContain(own);
		expect(run(`on ${place}/b sync ${ids[1]!} with ${place}/a`).status).toBe(0);
		expect(listing(scene, `${place}/b`)).toBe(listing(scene, `${place}/a`));
		expect(run(`on ${place}/b sync ffffffff-ffff with ${place}/a`)).toMatchObject({status: 1, stderr: expect.stringContaining(`No snapshot of ${place}/b`) as string});
	});
});

test('compare shows who lacks what among four, one of which is not there', () => {
	const {run, place, ids} = makeScene();
	const {status, stdout, stderr} = run(`compare ${place}/a ${place}/b ${place}/d ${place}/c`);
	expect(status).toBe(1);
	expect(stderr).toContain('There is no repository at');
	expect(stdout).toContain(`C  ${place}/d  not reached`);
	expect(stdout).toContain(`AB?D   ${ids[0]!}`);
	expect(stdout).toContain(`A.?.   ${ids[1]!}`);
	expect(stdout).toMatch(/A -> B {2}1 snapshot, \d+ chunks?, .*\nA -> D {2}1 snapshot/);
	expect(stdout).toMatch(/to make all equal: 2 transfers, \d/);
	const lines = jsonLines(run(`compare --json ${place}/a ${place}/b ${place}/d ${place}/c`).stdout);
	expect(lines.at(-1)).toMatchObject({type: 'equal', transfers: 2, exact: true, skipped: [], unreachable: [`${place}/d`]});
	expect(lines.find(({type, snapshot}) => type === 'snapshot' && snapshot === ids[1])).toMatchObject({cells: ['has it', 'lacks it', 'not reached', 'lacks it'], holders: [`${place}/a`]});
});

describe('--limit-rate', () => {
	test('is obeyed by all lanes together', () => {
		const {run, place} = makeScene();
		writeFileSync(join(place, 'noise'), randomBytes(2_000_000));
		run(`on ${place}/a push ${place}/noise`);
		const startMs = performance.now();
		const {status, stdout} = run(`on ${place}/a sync --json --limit-rate 1MB to ${place}/b`);
		const {bytesWritten, durationMs} = jsonLines(stdout).at(-1) as {bytesWritten: number; durationMs: number};
		expect(status).toBe(0);
		expect(bytesWritten).toBeGreaterThan(2_000_000);
		// A quarter of a second's worth and one record, of 1 MiB at most, may go ahead of the limit: a bound from below alone.
		expect(durationMs).toBeGreaterThan(((bytesWritten - 250_000 - (2 ** 20)) / 1_000_000) * 1000);
		expect(performance.now() - startMs).toBeGreaterThan(durationMs);
	});

	test('takes sizes as people write them, and nothing else', () => {
		expect(['0', '4096', '500K', '1.5MiB', '20MB', '1 g', '2KiB', '7B'].map(text => parseSize(text, 'limit-rate'))).toEqual([0, 4096, 512_000, 1_572_864, 20_000_000, 2 ** 30, 2048, 7]);
		for (const text of ['', 'fast', '-1', '1.5.5', '10X', '1e9', '9999999T', 'K']) {
			expect(() => parseSize(text, 'limit-rate'), text).toThrow(expect.objectContaining({code: 'USAGE'}) as Error);
		}

		const {run, place} = makeScene();
		const before = fingerprint(place);
		expect(run(`on ${place}/a sync --limit-rate fast ${place}/b`)).toMatchObject({status: 2, stderr: expect.stringContaining('takes a size') as string});
		expect(fingerprint(place)).toBe(before);
	});
});
