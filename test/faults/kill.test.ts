// The whole program is killed (SIGKILL) at random moments, as a power switch or the kernel's memory killer would do it.
// `npm run torture` does it some hundred times; KILLS and SEED set how often and which moments.

import {spawn} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {program} from '../terminal/pty.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeHome, type Home} from '../support/program.js';
import {randomNumbers, seed} from '../support/random.js';

const kills = Number(process.env['KILLS'] ?? 4);
/** The fewest kills that must have hit the program at work for the test to say anything. */
const leastHits = Math.floor(kills / 3);

const random = randomNumbers(seed);

function makeFiles(folder: string, generation: number): void {
	mkdirSync(folder, {recursive: true});
	for (let index = 0; index < 400; index++) {
		writeFileSync(join(folder, `${generation}-${index}`), Buffer.from(`${generation} ${index} ${random()}\n`.repeat(1 + Math.floor(random() * 400))));
	}

	writeFileSync(join(folder, `${generation}-large`), Buffer.from(Array.from({length: 3_000_000}, () => Math.floor(random() * 256))));
}

type Verb = {
	/** How long it takes, as far as is known. */
	ms: number;
};

/** Runs the program and kills it at a random moment of the time that `verb` takes. Answers whether it was still at work. */
async function runAndKill({folder, home}: Home, line: string, verb: Verb): Promise<boolean> {
	return new Promise(resolve => {
		const child = spawn(process.execPath, [program, ...line.split(' ')], {cwd: folder, env: {...process.env, HOME: home}, stdio: 'ignore'});
		const startMs = performance.now();
		const timer = setTimeout(() => {
			child.kill('SIGKILL');
		}, random() * verb.ms);
		child.once('exit', (_, signal) => {
			clearTimeout(timer);
			const isHit = signal === 'SIGKILL';
			// A machine that was busy when the time was taken, and is no longer, would never be hit.
			verb.ms = isHit ? verb.ms : performance.now() - startMs;
			resolve(isHit);
		});
	});
}

function timeOf(action: () => void): Verb {
	const startMs = performance.now();
	action();
	return {ms: performance.now() - startMs};
}

it.each(['folders', 'SQLite files'])(`survives ${kills} kills of push, sync and clone, in %s (SEED=${seed})`, async medium => {
	const home = makeHome();
	const place = temporaryFolder(fastPlace);
	const prefix = medium === 'folders' ? '' : 'sqlite:';
	const [source, target, fresh, first, second] = ['source', 'target', 'fresh', 'first', 'second'].map(name => prefix + join(place, name)) as [string, string, string, string, string];
	const tree = join(place, 'tree');
	const remove = (repository: string): void => {
		const path = repository.slice(prefix.length);
		rmSync(path, {recursive: true, force: true});
		rmSync(`${path}-journal`, {force: true});
	};

	const run = (line: string): string => {
		const {status, stdout, stderr} = home.run(line);
		expect({line, status, stdout, stderr}).toMatchObject({status: 0});
		return stdout;
	};

	const sound = (repository: string): void => {
		expect(run(`on ${repository} check --json`)).toContain('"findings":0');
	};

	const copy = (from: string, to: string): void => {
		remove(to);
		run(`on ${from} clone ${to}`);
	};

	makeFiles(tree, 1);
	run(`on ${source} create --no-encryption`);
	run(`on ${source} push ${tree}`);
	run(`on ${source} clone ${first}`);
	makeFiles(tree, 2);
	const pushVerb = timeOf(() => run(`on ${source} push --no-cache ${tree}`));
	run(`on ${source} clone ${second}`);
	copy(first, target);
	const syncVerb = timeOf(() => run(`on ${second} sync to ${target}`));
	const cloneVerb = timeOf(() => run(`on ${second} clone ${fresh}`));

	const verbs = [
		async () => {
			copy(first, target);
			const isHit = await runAndKill(home, `on ${target} push --no-cache ${tree}`, pushVerb);
			sound(target);
			run(`on ${target} push ${tree}`);
			sound(target);
			const restored = join(place, 'restored');
			run(`on ${target} restore latest --to ${restored}`);
			rmSync(restored, {recursive: true});
			return isHit;
		},
		async () => {
			copy(first, target);
			const isHit = await runAndKill(home, `on ${second} sync to ${target}`, syncVerb);
			sound(target);
			run(`on ${second} sync to ${target}`);
			sound(target);
			expect(run(`on ${second} sync to ${target} --dry-run --json`)).toContain('"total":{"chunks":0,"objects":0,"bytes":0,"snapshots":0}');
			return isHit;
		},
		async () => {
			remove(fresh);
			const isHit = await runAndKill(home, `on ${second} clone ${fresh}`, cloneVerb);
			// A clone that was whole before it was killed is refused the second time: it is there.
			const {status, stderr} = home.run(`on ${second} clone ${fresh}`);
			expect(status === 0 ? 'there already' : stderr).toContain('already');
			sound(fresh);
			expect(run(`on ${fresh} ls`)).toBe(run(`on ${second} ls`));
			return isHit;
		},
	];
	let hits = 0;
	for (let kill = 0; kill < kills; kill++) {
		hits += await verbs[kill % verbs.length]!() ? 1 : 0;
	}

	expect(hits).toBeGreaterThanOrEqual(leastHits);
}, 60_000 + (kills * 20_000));
