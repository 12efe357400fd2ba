// Benchmarks beside the peers on one data set, interleaved, as ratios: npm run bench [-- --runs 3] [--only WORD] [--data DIR...]
//
// A ratio above 1 means that this program is faster. Absolute seconds differ between machines and minutes; the ratio of
// runs that alternate is what can be compared. Peers that are not installed are left out and named.

import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/main.js');
const words = process.argv.slice(2);
const option = (name, fallback) => words.includes(name) ? words[words.indexOf(name) + 1] : fallback;
const runs = Number(option('--runs', '3'));
/** Races whose title holds this are run; the others only prepare what those need, once. */
const only = option('--only', '');
const given = words.includes('--data') ? words.slice(words.indexOf('--data') + 1) : [];
const data = given.length > 0 ? given : ['/usr/share', '/usr/include', '/usr/lib/x86_64-linux-gnu', '/usr/lib/gcc', '/usr/lib/llvm-14', join(root, 'node_modules')].filter(path => existsSync(path));
const folder = mkdtempSync(join(option('--in', tmpdir()), 'plakar-tui-bench-'));
const at = (...parts) => join(folder, ...parts);
const environment = {
	...process.env, PLAKAR_PASSPHRASE: 'bench', PLAKAR_PEER_PASSPHRASE: 'bench', RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: at('restic-cache'), BORG_BASE_DIR: at('borg'),
	XDG_CACHE_HOME: at('cache'), XDG_CONFIG_HOME: at('config'), BORG_PASSPHRASE: 'bench', BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes', BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
};
const has = name => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
const peers = {restic: has('restic'), borg: has('borg'), rsync: has('rsync')};
const hasTime = existsSync('/usr/bin/time');

/** Seconds and peak memory (MB) of a command. Throws when it fails. */
function measure(command, parameters) {
	const report = at('time');
	const wrapped = hasTime ? ['/usr/bin/time', '-f', '%M', '-o', report, command, ...parameters] : [command, ...parameters];
	const start = performance.now();
	const {status, stderr} = spawnSync(wrapped[0], wrapped.slice(1), {env: environment, stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 1 << 26});
	const seconds = (performance.now() - start) / 1000;
	// restic and borg end with 3 and 1 when a file vanished or could not be read: the work was done.
	if (status !== 0 && !(command === 'borg' && status === 1) && !(command === 'restic' && status === 3) && !(command === process.execPath && status === 3)) {
		throw new Error(`${command} ${parameters.join(' ')} ended with ${status}: ${stderr}`);
	}

	return {seconds, megabytes: hasTime ? Number(readFileSync(report, 'utf8').trim().split('\n').at(-1)) / 1024 : 0};
}

const plakar = (...parameters) => () => measure(process.execPath, [program, ...parameters]);
const tool = (name, ...parameters) => () => measure(name, parameters);
/** A shell line that ends in one flush, like a clone does. */
const shell = line => () => measure('sh', ['-c', `${line} && sync -f ${folder}`]);
const remove = (...names) => {
	for (const name of names) {
		rmSync(at(name), {recursive: true, force: true});
	}
};

let retired = 0;
/**
 * Makes room for another repository of many files and leaves the old one for the end: for minutes after a removal ext4
 * tests every freed inode before it makes a new one near it, which nobody meets who pushes to a new place.
 */
const retire = name => {
	if (existsSync(at(name))) {
		renameSync(at(name), at(`retired-${retired++}`));
	}
};

/** What was written before is not charged to whoever flushes next. */
const settle = () => {
	spawnSync('sync', ['-f', folder]);
};

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs the contenders in turn, each after its preparation; prints a row. */
function race(title, floor, contenders) {
	const present = Object.entries(contenders).filter(([, contender]) => contender !== undefined);
	if (!title.includes(only)) {
		for (const [, {before, run: act}] of present) {
			before?.();
			act();
		}

		return;
	}

	const results = Object.fromEntries(present.map(([name]) => [name, []]));
	for (let run = 0; run < runs; run++) {
		// The order turns, so that nobody always runs on the warmer cache.
		for (const [name, {before, run: act}] of run % 2 === 0 ? present : [...present].reverse()) {
			before?.();
			settle();
			results[name].push(act());
		}
	}

	const own = median(results.us.map(({seconds}) => seconds));
	const memory = Math.max(...results.us.map(({megabytes}) => megabytes));
	const others = Object.entries(results).filter(([name]) => name !== 'us').map(([name, list]) => {
		const seconds = median(list.map(result => result.seconds));
		return `${name} ${seconds.toFixed(2)} s = ${(seconds / own).toFixed(2)}x`;
	});
	process.stdout.write(`| ${title} | ${own.toFixed(2)} s | ${memory.toFixed(0)} MB | ${others.join(', ')} | ${floor} |\n`);
}

function main() {
	const size = spawnSync('sh', ['-c', `du -scm ${data.join(' ')} | tail -1 | cut -f1; find ${data.join(' ')} | wc -l`], {encoding: 'utf8'}).stdout.trim().split('\n');
	const missing = Object.entries(peers).filter(([, isThere]) => !isThere).map(([name]) => name);
	process.stdout.write(`Data: ${size[0]} MB, ${size[1]} paths: ${data.join(' ')}\n${runs} interleaved runs, medians; warm cache.${missing.length > 0 ? ` Not installed: ${missing.join(', ')}.` : ''}\n\n| what | this | peak | peers | floor |\n|---|---|---|---|---|\n`);
	for (const path of data) {
		spawnSync('sh', ['-c', `tar -cf - ${path} 2>/dev/null | cat > /dev/null`]);
	}

	const restic = (...parameters) => tool('restic', '-q', '-r', at('restic'), ...parameters);
	const borg = peers.borg;
	race('push', 'restic 1.5x', {
		us: {before: () => {
			retire('a');
			remove('cache');
			plakar('create', at('a'))();
		}, run: plakar('on', at('a'), 'push', ...data)},
		restic: peers.restic ? {before: () => {
			remove('restic', 'restic-cache');
			restic('init')();
		}, run: restic('backup', ...data)} : undefined,
		'borg (lz4, repokey)': borg ? {before: () => {
			remove('borg-repository', 'borg');
			tool('borg', 'init', '-e', 'repokey-blake2', at('borg-repository'))();
		}, run: tool('borg', 'create', `${at('borg-repository')}::one`, ...data)} : undefined,
	});
	let serial = 0;
	race('push, unchanged', 'restic 1.5x', {
		us: {run: plakar('on', at('a'), 'push', ...data)},
		restic: peers.restic ? {run: restic('backup', ...data)} : undefined,
		borg: borg ? {run: () => tool('borg', 'create', `${at('borg-repository')}::again${serial++}`, ...data)()} : undefined,
	});
	race('ls', '0.15 s', {
		us: {run: plakar('on', at('a'), 'ls')},
		restic: peers.restic ? {run: restic('snapshots')} : undefined,
		borg: borg ? {run: tool('borg', 'list', at('borg-repository'))} : undefined,
	});
	race('clone', 'cp -a 1.0x', {
		us: {before: () => {
			remove('clone');
		}, run: plakar('on', at('a'), 'clone', at('clone'))},
		'cp -a': {before: () => {
			remove('copy');
		}, run: shell(`cp -a ${at('a')} ${at('copy')}`)},
		'rsync -aH': peers.rsync ? {before: () => {
			remove('copy');
		}, run: shell(`rsync -aH ${at('a')}/ ${at('copy')}/`)} : undefined,
	});
	race('clone to SQLite', 'cp -a 1.0x', {
		us: {before: () => {
			remove('clone.db');
		}, run: shell(`${process.execPath} ${program} on ${at('a')} clone sqlite:${at('clone.db')}`)},
		'cp -a': {before: () => {
			remove('copy');
		}, run: shell(`cp -a ${at('a')} ${at('copy')}`)},
	});
	remove('copy');
	mkdirSync(at('small'));
	const change = () => {
		writeFileSync(at('small', 'changing'), `${Math.random()}`.repeat(100_000));
		plakar('on', at('a'), 'push', at('small'))();
	};
	race('sync of a small delta', '-', {
		us: {before: change, run: plakar('on', at('a'), 'sync', at('clone'))},
		'rsync -aH': peers.rsync ? {before: () => {
			if (!existsSync(at('copy'))) {
				shell(`cp -a ${at('a')} ${at('copy')}`)();
			}

			change();
		}, run: shell(`rsync -aH ${at('a')}/ ${at('copy')}/`)} : undefined,
	});
	remove('copy');
	race('check, full', 'restic 1.8x', {
		us: {run: plakar('on', at('a'), 'check')},
		restic: peers.restic ? {run: restic('check', '--read-data')} : undefined,
		'borg --verify-data': borg ? {run: tool('borg', 'check', '--verify-data', at('borg-repository'))} : undefined,
	});
	race('check, fast', '-', {
		us: {run: plakar('on', at('a'), 'check', '--fast')},
		restic: peers.restic ? {run: restic('check')} : undefined,
		borg: borg ? {run: tool('borg', 'check', '--repository-only', at('borg-repository'))} : undefined,
	});
	const listed = spawnSync(process.execPath, [program, 'on', at('clone'), 'ls'], {env: environment, encoding: 'utf8'}).stdout;
	const first = listed.split(/\s+/)[1];
	race('restore', '-', {
		us: {before: () => {
			remove('out');
		}, run: () => plakar('on', at('clone'), 'restore', `${first}:/`, '--to', at('out'))()},
		restic: peers.restic ? {before: () => {
			remove('out');
		}, run: () => restic('restore', 'latest', '--target', at('out'))()} : undefined,
	});
}

try {
	main();
} finally {
	rmSync(folder, {recursive: true, force: true});
}
