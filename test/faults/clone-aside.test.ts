// A clone to a SQLite file that dies anywhere: nothing has its name until all of it is there, and the same clone goes on
// without sending anything twice. One run tries every sixth place to die in; `npm run torture` tries all.

import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {Counters} from '../../source/engine/counters.js';
import {cloneRepository} from '../../source/engine/clone.js';
import type {TransferReport} from '../../source/engine/jobs.js';
import {makeRepository, push} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {checkInline, openInline, quietly} from '../support/inline.js';
import {keptOf} from '../support/kept.js';
import {makeHome} from '../support/program.js';
import {meddle} from '../support/sqlite.js';
import {makeTree} from '../support/trees.js';
import {program} from '../terminal/pty.js';
import {startDying} from './dying-system.js';

const every = Number(process.env['EVERY'] ?? 6);
const firstDeath = 1 + Math.floor(Math.random() * every);
const killAt = fileURLToPath(new URL('kill-at.js', import.meta.url));

/** A source of three snapshots and the file `target.db` that it is cloned to, in a folder of its own. */
async function makeScene() {
	const folder = temporaryFolder(fastPlace);
	const source = await makeRepository(join(folder, 'source'));
	for (const step of ['one', 'two', 'three']) {
		makeTree(join(folder, 'tree'), [{path: 'shared', content: Buffer.alloc(9000, 'shared ')}, {path: step, content: Buffer.alloc(3000, step)}]);
		await push(source, [join(folder, 'tree')]);
	}

	const into = temporaryFolder(fastPlace);
	const file = join(into, 'target.db');
	const held = await keptOf(source);
	return {
		source, into, file, location: `sqlite:${file}`, aside: `${file}.clone.part`, held,
		full: [...held.values()].reduce((sum, size) => sum + size, 0),
		/** In this process, and all of it in this thread. */
		async clone(): Promise<TransferReport> {
			const opened = await openInline(source);
			try {
				return await cloneRepository(opened, `sqlite:${file}`, new Counters(), quietly);
			} finally {
				await opened.close();
			}
		},
	};
}

type Scene = Awaited<ReturnType<typeof makeScene>>;

/** What is wrong after a death and after the next clone; answers how many bytes that one sent. */
async function goOn({into, file, location, aside, held, full, source, clone}: Scene, where: string): Promise<number> {
	let kept = 0;
	let sent = 0;
	if (existsSync(file)) {
		// It died when all was done.
		await expect(clone(), where).rejects.toMatchObject({code: 'REPOSITORY_EXISTS', message: `There is a repository at sqlite://${file} already.`});
	} else {
		if (existsSync(aside)) {
			const partly = [...await keptOf(`sqlite:${aside}`)];
			kept = partly.reduce((sum, [name, size]) => sum + (held.get(name) === size ? size : 0), 0);
			expect((await checkInline(`sqlite:${aside}`)).findings, where).toEqual([]);
		}

		const report = await clone();
		sent = report.bytesWritten;
		expect(report, where).toMatchObject({receipt: true, targetLocation: `sqlite://${file}`, bytesWritten: full - kept});
	}

	expect(readdirSync(into).filter(name => !/\.\d+\.part$/.test(name)), where).toEqual(['target.db']);
	expect(statSync(file).nlink, where).toBe(1);
	expect((await checkInline(location)).findings, where).toEqual([]);
	expect(await keptOf(location), where).toEqual(held);
	const whole = await openInline(location);
	expect(whole.config, where).toEqual({...(await openInline(source)).config, repositoryId: whole.config.repositoryId, created: whole.config.created});
	expect([await whole.backend.locks(), await whole.backend.unfinished()], where).toEqual([[], []]);
	await whole.close();
	return sent;
}

test('the program is killed before any transaction, any commit and any change of a name', async () => {
	const scene = await makeScene();
	const {source, into, file, location} = scene;
	const home = makeHome();
	const sent = new Set<number>();
	let kills = 0;
	for (let at = firstDeath; ; at += every) {
		const count = join(home.folder, `count-${at}`);
		writeFileSync(count, '');
		const {status, signal, stderr} = spawnSync(process.execPath, ['--import', killAt, program, 'on', source, 'clone', location], {
			cwd: home.folder, env: {...process.env, HOME: home.home, KILL_AT: String(at), KILL_COUNT: count}, encoding: 'utf8',
		});
		if (signal !== 'SIGKILL') {
			expect({status, stderr}).toMatchObject({status: 0});
			break;
		}

		kills++;
		sent.add(await goOn(scene, `killed at call ${at}`));
		for (const name of readdirSync(into)) {
			rmSync(join(into, name));
		}
	}

	expect(existsSync(file)).toBe(true);
	expect(kills * every).toBeGreaterThan(30);
	// From everything to nothing.
	expect(sent.size).toBeGreaterThanOrEqual(Math.min(3, kills));
}, 600_000);

test('any call that makes, flushes, links or removes a file is the last one', async () => {
	const scene = await makeScene();
	const {into, file, aside, clone} = scene;
	const left = new Set<string>();
	for (let deathAt = 1; ; deathAt++) {
		const {revive} = startDying(deathAt);
		const isDead = await clone().then(() => false, () => true);
		revive();
		if (!isDead) {
			break;
		}

		left.add([file, aside].map(path => existsSync(path)).join());
		// This process lives on, and so would its lock.
		for (const path of [file, aside].filter(name => existsSync(name))) {
			meddle(path, 'DELETE FROM lock');
		}

		await goOn(scene, `died at call ${deathAt}`);
		for (const name of readdirSync(into)) {
			rmSync(join(into, name));
		}
	}

	// Neither of them, the one aside, both names of one file, the one in its place.
	expect([...left].sort()).toEqual(['false,false', 'false,true', 'true,false', 'true,true']);
}, 300_000);
