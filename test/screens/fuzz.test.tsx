// Random keys, pastes and resizes on a demonstration set with the real engine: nothing crashes, nothing is written that
// was not confirmed, and the screen always fits. STEPS and SEED choose how long and which.

import {createHash, randomUUID} from 'node:crypto';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import type {JobRequest, Verb} from '../../source/engine/jobs.js';
import {actions} from '../../source/session/actions/all.js';
import {isRunning} from '../../source/session/state.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, push, run} from '../support/engine.js';
import {inlineRunner} from '../support/inline-runner.js';
import {randomNumbers, seed} from '../support/random.js';
import {makeTree} from '../support/trees.js';
import {show} from '../terminal/show.js';

const steps = Number(process.env['STEPS'] ?? 2500);
/** After so many steps the screen is looked at; more often would only be slower. */
const lookEvery = 25;
const reading: ReadonlySet<Verb> = new Set(['describe', 'plan', 'probe', 'plan-each', 'check', 'matrix', 'locate', 'plan-heal'] as Verb[]);

/** Every key that means something, and some that mean nothing; `y` is added where writing is allowed. */
const keys = [...new Set(actions.flatMap(action => action.keys)), 'n', 'q', 'Q', '7', 'ö', '日', 'backspace', 'delete', 'insert', 'ctrl-u', 'f12'].filter(key => key !== 'ctrl-z' && key !== 'y' && key !== '/');
/** Ways back are pressed more often: a walk that gets lost in one field sees little else. */
const pool = [...keys, ...Array.from({length: 12}, () => 'escape'), ...Array.from({length: 6}, () => 'enter'), 'S', 'v', 'space', 'down', 'down'];

let folder = '';
beforeEach(() => {
	folder = temporaryFolder(fastPlace);
	for (const name of ['config', 'state', 'cache', 'data']) {
		mkdirSync(join(folder, name));
		process.env[`XDG_${name.toUpperCase()}_HOME`] = join(folder, name);
	}

	// What a person exports lands here, and nowhere else.
	process.chdir(folder);
});

/** A source ahead of its clone, one that is sealed, one with damage, and one that is not there. */
async function makeScene(): Promise<readonly string[]> {
	const tree = join(folder, `tree-${randomUUID()}`);
	const [office, vault, sealed, damaged] = Array.from({length: 4}, () => `memory:${randomUUID()}`) as [string, string, string, string];
	await makeRepository(office);
	for (const [index, name] of ['one', 'two', 'evil\u001B[31m', '日本語'].entries()) {
		makeTree(tree, [{path: name, content: Buffer.alloc(30_000, `${name} `)}, {path: `folder/${name}`, content: Buffer.from(name)}]);
		await push(office, [tree]);
		if (index === 1) {
			await run({verb: 'clone', source: {location: office}, target: vault});
			await run({verb: 'clone', source: {location: office}, target: damaged});
		}
	}

	await makeRepository(sealed, {encrypted: true, passphrase: 'secret'});
	await push(sealed, [tree], {passphrase: 'secret'});
	const backend = await openBackend(damaged);
	for await (const [id] of backend.list('chunk')) {
		await backend.replace('chunk', id!, Buffer.from('not what it was'));
		break;
	}

	return [office, vault, sealed, damaged, 'memory:nowhere'];
}

/** A digest of everything that a repository holds. */
async function contentOf(location: string): Promise<string> {
	const hash = createHash('sha256');
	const backend = await openBackend(location);
	hash.update(await backend.readConfig());
	for (const kind of ['chunk', 'object', 'header'] as const) {
		for await (const page of backend.list(kind)) {
			for (const id of page) {
				hash.update(id);
				hash.update(await backend.read(kind, id));
			}
		}
	}

	return hash.digest('hex');
}

async function wander(choices: readonly string[], places: readonly string[], onStart: (request: JobRequest) => void, onPress: (key: string, screen: ReturnType<typeof show>) => void): Promise<void> {
	const random = randomNumbers(seed);
	const choose = (count: number): number => Math.floor(random() * count);
	const runner = inlineRunner(onStart);
	const screen = show({columns: 80, rows: 24, jobs: runner, repositories: places.map(location => ({location}))});
	await screen.settled();
	for (let step = 0; step < steps; step++) {
		const key = choices[choose(choices.length)]!;
		onPress(key, screen);
		screen.press(key);
		if (choose(60) === 0) {
			screen.paste(['y', 'yes\ny\n', 'memory:pasted', 'secret'][choose(4)]!);
		}

		screen.wait(choose(500));
		if (step % lookEvery === 0) {
			screen.terminal.resize(40 + choose(180), 10 + choose(50));
			const grid = await screen.drawn();
			expect(grid).toHaveLength(screen.terminal.rows);
			const corners = (corner: string): number => grid.filter(line => line.startsWith(corner)).length;
			expect(corners('┌'), grid.join('\n')).toBe(corners('└'));
		}
	}

	// Whatever was left running is stopped and comes to its end.
	screen.application.jobs.stop(screen.application.state.jobs.filter(job => isRunning(job)).map(({id}) => id));
	await screen.settled();
	expect(runner.running()).toBe(0);
}

test(`${steps} keys without y write nothing (SEED=${seed})`, {timeout: 600_000}, async () => {
	const places = await makeScene();
	const before = await Promise.all(places.slice(0, -1).map(async place => contentOf(place)));
	const asked = new Set<Verb>();
	await wander(pool, places, request => {
		asked.add(request.verb);
		expect(reading.has(request.verb) || (request.verb === 'restore' && request.dryRun), request.verb).toBe(true);
	}, () => undefined);
	expect(await Promise.all(places.slice(0, -1).map(async place => contentOf(place)))).toEqual(before);
	// It went somewhere: it looked at plans and ran checks.
	expect([...asked]).toEqual(expect.arrayContaining(['describe', 'plan', 'check']));
});

test(`${steps} keys with y write only what was confirmed, and leave sound repositories (SEED=${seed})`, {timeout: 600_000}, async () => {
	const places = await makeScene();
	let confirmations = 0;
	await wander([...pool, 'y', 'y', 'y', 'y', 'S', 'S'], places, request => {
		if (!reading.has(request.verb) && !(request.verb === 'restore' && request.dryRun)) {
			// A plan of both ways is one confirmation and two runs.
			expect(confirmations, request.verb).toBeGreaterThan(0);
			confirmations -= request.verb === 'sync' ? 0.5 : 1;
		}
	}, (key, {application: {state}}) => {
		confirmations += key === 'y' && (state.dialog?.kind === 'confirm' || (state.dialog === undefined && (state.screen === 'plan' || state.screen === 'restore' || state.screen === 'heal'))) ? 1 : 0;
	});
	for (const place of places.slice(0, 2)) {
		expect((await check(place)).findings).toEqual([]);
	}
});
