// What the screen costs in a real terminal: npm run bench:screens [-- --snapshots 1000] [--many 10000] [--megabytes 600] [--in DIR]
//
// The built program on a pseudo-terminal of 80x24. First frame: from the start of the process to the end of the first
// frame, and to the list of both repositories. Key: from the key to the end of the frame that it changed; also in a folder of 18,000 files. Idle and sync:
// bytes that the terminal received. Thread: processor time of the main thread alone, as a share of the wall clock.

import {randomFillSync, randomUUID} from 'node:crypto';
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {spawn} from 'node-pty';
import {loadEngine, root, storeSnapshot, storing} from './engine.js';

const words = process.argv.slice(2);
const option = (name, fallback) => words.includes(name) ? words[words.indexOf(name) + 1] : fallback;
const few = Number(option('--snapshots', '1000'));
const many = Number(option('--many', '10000'));
const megabytes = Number(option('--megabytes', '600'));
const program = join(root, 'dist/main.js');
const folder = mkdtempSync(join(option('--in', tmpdir()), 'plakar-tui-screens-'));
const at = (...parts) => join(folder, ...parts);
const environment = {...process.env, XDG_CONFIG_HOME: at('config'), XDG_CACHE_HOME: at('cache'), XDG_STATE_HOME: at('state'), XDG_DATA_HOME: at('data'), LANG: 'C.UTF-8', TERM: 'xterm-256color'};
delete environment.CI;
const ticksPerSecond = Number(spawnSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}).stdout);
const endOfFrame = '\u001B[?2026l';
const commitsAtOnce = 64;
const windowMs = 10_000;

const pause = async ms => new Promise(resolve => {
	setTimeout(resolve, ms);
});
const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

/** Repositories with `count` snapshots each, the target without the newest ten. */
async function makeMany(engine, count, [source, target]) {
	const first = await engine.createRepository(source, {encrypted: false, compression: 'zstd', hashing: 'blake3', averageChunkBytes: 262_144});
	const config = {...first.config, repositoryId: randomUUID()};
	const second = engine.repositoryOf(await engine.createBackend(target, engine.encodeConfig(config)), config);
	const ids = [randomFillSync(Buffer.alloc(32)).toString('hex')];
	const snapshots = Array.from({length: count}, () => randomUUID());
	for (const [repository, names] of [[first, snapshots], [second, snapshots.slice(0, -10)]]) {
		for (let start = 0; start < names.length; start += commitsAtOnce) {
			const group = names.slice(start, start + commitsAtOnce);
			const lock = await repository.backend.lock('shared', 'bench');
			for (const [index, snapshot] of group.entries()) {
				await storeSnapshot(engine, repository, {
					snapshot, ids, sizeBytes: 8, created: new Date(Date.UTC(2026, 0, 1) + ((start + index) * 3_600_000)), commits: false,
					async place(backend, name) {
						await backend.stage(name, 'chunk', [{id: ids[0], bytes: Buffer.from('a record')}]);
						await backend.reference(name, 'chunk', ids);
					},
				});
			}

			await repository.backend.commit(group);
			await lock.release();
		}

		await repository.close();
	}
}

/** The program on a terminal; `received` is what it wrote so far. */
function open(...places) {
	const startMs = performance.now();
	const pty = spawn(process.execPath, [program, ...places], {cols: 80, rows: 24, cwd: folder, env: environment});
	const seen = {text: '', frames: []};
	pty.onData(text => {
		seen.text += text;
		if (text.includes(endOfFrame)) {
			seen.frames.push(performance.now());
		}
	});
	const until = async (holds, limitMs = 120_000) => {
		const endMs = performance.now() + limitMs;
		while (!holds()) {
			if (performance.now() > endMs) {
				throw new Error(`The screen never came: ${JSON.stringify(seen.text.slice(-500))}`);
			}

			await pause(2);
		}

		return performance.now();
	};

	return {
		pty, seen, until, startMs,
		/** Seconds of processor time of the main thread. */
		threadSeconds() {
			const fields = readFileSync(`/proc/${pty.pid}/task/${pty.pid}/stat`, 'utf8').split(') ')[1].split(' ');
			return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
		},
		async close() {
			pty.write('\u0003');
			await pause(50);
			pty.write('\u0003');
			await pause(300);
			try {
				pty.kill('SIGKILL');
			} catch {
				// It has ended.
			}
		},
	};
}

const row = (what, value, floor) => {
	process.stdout.write(`| ${what} | ${value} | ${floor} |\n`);
};

async function measureFirstFrame(places) {
	const results = [];
	for (let run = 0; run < 5; run++) {
		const screen = open(...places);
		await screen.until(() => screen.seen.frames.length > 0);
		const listMs = await screen.until(() => screen.seen.text.includes('only source'));
		results.push({first: screen.seen.frames[0] - screen.startMs, list: listMs - screen.startMs});
		await screen.close();
	}

	row(`first frame, ${few} snapshots`, `${percentile(results.map(({first}) => first), 0.5).toFixed(0)} ms (both lists: ${percentile(results.map(({list}) => list), 0.5).toFixed(0)} ms)`, '400 ms');
}

async function measureKeys(places) {
	const screen = open(...places);
	await screen.until(() => screen.seen.text.includes('only source'));
	await pause(1000);
	const idleFrom = screen.seen.text.length;
	await pause(3000);
	const idleBytes = screen.seen.text.length - idleFrom;
	const times = [];
	for (let press = 0; press < 200; press++) {
		const before = screen.seen.frames.length;
		const startMs = performance.now();
		screen.pty.write(press % 10 === 9 ? '\u001B[6~' : 'j');
		await screen.until(() => screen.seen.frames.length > before);
		times.push(screen.seen.frames[before] - startMs);
		await pause(120);
	}

	await screen.close();
	row('bytes in 3 s without a change', String(idleBytes), '0');
	row(`key to frame, ${many} snapshots`, `p50 ${percentile(times, 0.5).toFixed(0)} ms, p95 ${percentile(times, 0.95).toFixed(0)} ms`, 'p95 50 ms');
}

function run(...parameters) {
	const {status, stderr} = spawnSync(process.execPath, [program, ...parameters], {env: environment, encoding: 'utf8'});
	if (status !== 0) {
		throw new Error(stderr);
	}
}

/** Opening a folder of `entries` files, again and again, and a key right after it while the rest is read. */
async function measureFolder(entries) {
	const [place, tree] = [at('wide'), at('wide-tree')];
	mkdirSync(join(tree, 'large'), {recursive: true});
	mkdirSync(join(tree, 'other'));
	for (let file = 0; file < entries; file++) {
		writeFileSync(join(tree, 'large', `file-${file}`), '');
	}

	run('create', '--no-encryption', place);
	run('on', place, 'push', tree);
	const screen = open(place);
	await screen.until(() => screen.seen.text.includes('1 snapshot'));
	screen.pty.write('\r');
	await screen.until(() => screen.seen.text.includes('large'));
	const timed = async key => {
		await pause(150);
		const before = screen.seen.frames.length;
		const startMs = performance.now();
		screen.pty.write(key);
		await screen.until(() => screen.seen.frames.length > before);
		return screen.seen.frames[before] - startMs;
	};

	const [opened, moved] = [[], []];
	for (let turn = 0; turn < 10; turn++) {
		opened.push(await timed('\r'));
		moved.push(await timed('j'), await timed('k'));
		await timed('\r');
	}

	// All of them match; every letter begins a search of its own, and an arrow moves in what is found so far.
	const searching = [];
	for (let turn = 0; turn < 5; turn++) {
		await timed('/');
		for (const key of ['f', '\u001B[B', 'i', '\u001B[B', 'l', '\u001B[B', 'e', '\u001B[B', '\u001B[B']) {
			searching.push(await timed(key));
		}

		await timed('\u001B');
	}

	await screen.close();
	row(`key to frame, opening a folder of ${entries}`, `p50 ${percentile(opened, 0.5).toFixed(0)} ms, p95 ${percentile(opened, 0.95).toFixed(0)} ms; moving right after ${percentile(moved, 0.95).toFixed(0)} ms`, 'p95 50 ms');
	row(`key to frame, searching among ${entries}`, `p50 ${percentile(searching, 0.5).toFixed(0)} ms, p95 ${percentile(searching, 0.95).toFixed(0)} ms`, 'p95 50 ms');
}

async function measureSync() {
	const [source, target, slowTarget, tree] = [at('busy'), at('busy-target'), at('slow-target'), at('tree')];

	mkdirSync(tree);
	for (let file = 0; file < megabytes / 4; file++) {
		writeFileSync(join(tree, `file-${file}`), randomFillSync(Buffer.allocUnsafe(4 * 1024 * 1024)));
	}

	run('create', '--no-encryption', source);
	run('on', source, 'clone', target, slowTarget);
	run('on', source, 'push', tree);
	rmSync(tree, {recursive: true});
	const start = async to => {
		const screen = open(source, to);
		await screen.until(() => screen.seen.text.includes('only source'));
		screen.pty.write('S');
		await screen.until(() => screen.seen.text.includes('y sends'));
		await pause(600);
		return screen;
	};

	const fast = await start(target);
	const [fromCpu, fromMs] = [fast.threadSeconds(), performance.now()];
	fast.pty.write('y');
	const seconds = (await fast.until(() => fast.seen.text.includes('both sides hold them alike')) - fromMs) / 1000;
	const cpu = fast.threadSeconds() - fromCpu;
	await fast.close();
	row(`main thread while ${megabytes} MB are synced (${seconds.toFixed(1)} s)`, `${((cpu / seconds) * 100).toFixed(1)} % of a core`, '15 %');

	// Slowed down, so that it is the steady run that is counted and not its first and last screen.
	const slow = await start(slowTarget);
	slow.pty.write('l');
	await slow.until(() => slow.seen.text.includes('Limit'));
	// One after the other: what comes all at once is a paste, which answers nothing.
	for (const keys of ['\u0015', `${Math.ceil(megabytes / 30)}M`, '\r']) {
		slow.pty.write(keys);
		await pause(500);
	}

	slow.pty.write('y');
	await slow.until(() => slow.seen.text.includes('Phases'));
	await pause(3000);
	const fromBytes = Buffer.byteLength(slow.seen.text);
	await pause(windowMs);
	if (Buffer.byteLength(slow.seen.text) === fromBytes) {
		throw new Error('Nothing was drawn: no sync was running.');
	}

	row(`bytes a second while a sync runs, over ${windowMs / 1000} s`, `${((Buffer.byteLength(slow.seen.text) - fromBytes) / (windowMs / 1000)).toFixed(0)} B/s`, '3,000 B/s');
	await slow.close();
}

const bundle = await loadEngine(storing);
try {
	process.stdout.write('| what | measured | floor |\n|---|---|---|\n');
	await makeMany(bundle.engine, few, [at('few-a'), at('few-b')]);
	await measureFirstFrame([at('few-a'), at('few-b')]);
	await makeMany(bundle.engine, many, [at('many-a'), at('many-b')]);
	await measureKeys([at('many-a'), at('many-b')]);
	await measureFolder(18_000);
	await measureSync();
} finally {
	bundle.remove();
	rmSync(folder, {recursive: true, force: true});
}

process.exit();
