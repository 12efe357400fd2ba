// What commands print, how they end, and that bad input changes nothing.

import {execFileSync, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {createRunMemory} from '../../source/session/jobs/run-memory.js';
import {withSmallDisk} from '../support/small-disk.js';
import {makeHome, type Home} from '../support/program.js';
import {fingerprint, makeTree} from '../support/trees.js';
import {program, startTerminal} from '../terminal/pty.js';

const jsonLines = (text: string): Array<Record<string, unknown>> => text.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>);

/** A home with a repository A of two snapshots and its clone B of the first. */
function makeScene(): Home & {readonly a: string; readonly b: string; readonly tree: string; readonly ids: readonly string[]} {
	const home = makeHome();
	const [a, b, tree] = ['a', 'b', 'tree'].map(name => join(home.folder, name)) as [string, string, string];
	makeTree(tree, [{path: 'one', content: Buffer.from('one')}, {path: 'folder/two', content: Buffer.alloc(300_000, 'two')}, {path: 'evil\u001B[31m', content: Buffer.from('x')}]);
	home.run(`create -no-encryption ${a}`);
	const first = home.run(`on ${a} push ${tree}`).stdout.trim();
	home.run(`on ${a} clone ${b}`);
	writeFileSync(join(tree, 'three'), 'three');
	const second = home.run(`on ${a} push --tag nightly ${tree}`).stdout.trim();
	return {...home, a, b, tree, ids: [first, second]};
}

/** What stat calls the owner: a machine's account files need not name everybody, and then the number is shown. */
function ownerOf(path: string, name: string, number: string): string {
	const [named, numbered] = spawnSync('stat', ['-c', `${name} ${number}`, path], {encoding: 'utf8'}).stdout.trim().split(' ');
	return named === 'UNKNOWN' ? numbered! : named!;
}

/** Runs `script` in a shell in which `run` is the program. Answers with its exit status and all it printed. */
function runInShell({folder, home}: Home, script: string): {readonly status: number | null; readonly output: string} {
	const {status, stdout, stderr} = spawnSync('bash', ['-c', `run() { '${process.execPath}' '${program}' "$@"; }; ${script}`], {cwd: folder, env: {...process.env, HOME: home}, encoding: 'utf8'});
	return {status, output: stdout + stderr};
}

describe('output that cannot be written', () => {
	test('because the disk is full is told in two lines, with status 1', () => {
		const scene = makeScene();
		for (const line of ['ls', 'ls --json', 'tarball latest']) {
			expect(runInShell(scene, `run on ${scene.a} ${line} > /dev/full`), line).toEqual({
				status: 1, output: 'plakar-tui: The output cannot be written: the disk is full.\nSend it where there is room, and run the same command again.\n',
			});
		}
	});

	test('because its reader closed the pipe ends quietly, and is no success', () => {
		const scene = makeScene();
		expect(runInShell(scene, `run on ${scene.a} tarball latest | head -c 1 > /dev/null; exit "\${PIPESTATUS[0]}"`)).toEqual({status: 141, output: ''});
	});
});

test('a SQLite file for which there is no room is told as a full disk', () => {
	const home = makeHome();
	withSmallDisk('64k', place => {
		const {status, stderr} = home.run(`create --no-encryption sqlite:${place}/s.db`);
		expect({status, stderr}).toEqual({status: 1, stderr: `plakar-tui: ${place}/s.db cannot grow: the disk is full.\nFree some space and run the same command again; every snapshot that is listed is whole.\n`});
		expect(readdirSync(place)).toEqual([]);
	});
});

describe('commands', () => {
	test('ls shows what is in a snapshot, with control characters escaped', () => {
		const {run, a, tree, ids} = makeScene();
		const listed = run(`on ${a} ls ${ids[0]!.slice(0, 8)}:${tree}`);
		expect(listed.status).toBe(0);
		expect(listed.stdout.split('\n').map(line => line.split(' ').at(-1))).toEqual(['evil\\x1b[31m', 'folder', 'one', '']);
		expect(listed.stdout).not.toContain('\u001B');
		const recursive = run(`on ${a} ls -recursive ${ids[0]!}:${tree}/folder`);
		const owners = `${ownerOf(tree, '%U', '%u')} +${ownerOf(tree, '%G', '%g')}`;
		expect(recursive.stdout).toMatch(new RegExp(`^\\S+ drwxr-xr-x +${owners} +0 B .*folder\\n\\S+ -rw-r--r-- +${owners} +300 kB .*two\\n$`));
	});

	test('cat prints a file byte for byte', () => {
		const {run, a, tree, ids} = makeScene();
		expect(run(`on ${a} cat ${ids[0]!}:${tree}/one`).stdout).toBe('one');
		expect(run(`on ${a} cat ${ids[0]!}:${tree}/folder/two`).stdout).toBe('two'.repeat(100_000));
	});

	test('restore makes a tree again, and --dry-run does not', () => {
		const {run, a, tree, ids, folder} = makeScene();
		expect(run(`on ${a} restore --dry-run --to ${folder}/out ${ids[1]!}`).status).toBe(0);
		expect(readdirSync(folder)).not.toContain('out');
		expect(run(`on ${a} restore ${ids[1]!}:${tree} -to ${folder}/out`).status).toBe(0);
		expect(readFileSync(join(folder, 'out', tree, 'three'), 'utf8')).toBe('three');
		writeFileSync(join(folder, 'out', tree, 'three'), 'mine');
		expect(run(`on ${a} pull ${ids[1]!} --to ${folder}/out`)).toMatchObject({status: 1});
		expect(run(`on ${a} pull ${ids[1]!} --to ${folder}/out --force`)).toMatchObject({status: 0});
		expect(readFileSync(join(folder, 'out', tree, 'three'), 'utf8')).toBe('three');
	});

	test('sync --dry-run prints the plan and writes nothing at all', () => {
		const {run, a, b} = makeScene();
		const before = [fingerprint(a), fingerprint(b)];
		const shown = run(`on ${a} sync --dry-run ${b}`);
		expect(shown.status).toBe(0);
		expect(shown.stdout).toMatch(/1 snapshot to send: \d+ chunks?, \d+ objects?, [\d.]+ (?:B|KiB)/);
		expect([fingerprint(a), fingerprint(b)]).toEqual(before);
	});

	test('a plan says how long it may take: by what is known, or measured where that was asked for', () => {
		const {run, a, b, home} = makeScene();
		const timeOf = (flags: string): string | undefined => /^time: .*$/m.exec(run(`on ${a} sync --dry-run ${flags} ${b}`).stdout)?.[0];
		const before = fingerprint(home);
		expect(timeOf('')).toBe('time: unknown until it runs (--estimate measures it)');
		expect(timeOf('--estimate')).toMatch(/^time: a few seconds at .*\/s \(.+\)$/);
		expect(timeOf('--limit-rate 1')).toMatch(/^time: (?:under a minute|about \d+ (?:min|h)) or more, as limited$/);
		expect(jsonLines(run(`on ${a} sync --dry-run --json ${b}`).stdout).at(-1)).not.toHaveProperty('time');
		expect(jsonLines(run(`on ${a} sync --dry-run --estimate --json ${b}`).stdout).at(-1)).toMatchObject({type: 'plan', time: {leastMs: expect.any(Number) as number, mostMs: expect.any(Number) as number, bytesPerSecond: expect.any(Number) as number, basis: expect.any(String) as string}});
		expect(fingerprint(home)).toEqual(before);
		createRunMemory(join(home, '.local/state/plakar-tui/runs')).keep({source: a, target: b, rateBytesPerSecond: 1024});
		expect(timeOf('--estimate')).toMatch(/^time: .* at 1\.0 KiB\/s \(mean of the last run\)$/);
		run(`on ${a} sync ${b}`);
		expect(timeOf('--estimate')).toBe('time: none, nothing is sent');
	});

	test('a plan in a file is applied as it was, once', () => {
		const {run, a, b, folder} = makeScene();
		expect(run(`on ${a} sync --plan-out ${folder}/plan.json to ${b}`).status).toBe(0);
		const planned = jsonLines(run(`on ${a} sync --json --dry-run ${b}`).stdout).at(-1) as {total: {bytes: number}};
		const applied = run(`sync --json --plan ${folder}/plan.json`);
		expect(applied.status).toBe(0);
		expect(jsonLines(applied.stdout).at(-1)).toMatchObject({type: 'synced', bytesWritten: planned.total.bytes, receipt: true});
		expect(run(`sync --plan ${folder}/plan.json`)).toMatchObject({status: 4});
		const changed = readFileSync(join(folder, 'plan.json'), 'utf8').replace('"send"', '"conflict"');
		writeFileSync(join(folder, 'plan.json'), changed);
		expect(run(`sync --plan ${folder}/plan.json`)).toMatchObject({status: 1, stderr: expect.stringContaining('was changed after it was written') as string});
	});

	test('sync from fetches, with does both, ids choose', () => {
		const {run, a, b, ids, folder} = makeScene();
		expect(run(`on ${b} sync ${ids[1]!.slice(0, 10)} from ${a}`).status).toBe(0);
		expect(run(`on ${b} ls`).stdout.split('\n')).toHaveLength(3);
		expect(run(`on ${b} push ${folder}/tree`).status).toBe(0);
		expect(run(`on ${a} sync with ${b}`).status).toBe(0);
		expect(run(`on ${a} ls`).stdout).toBe(run(`on ${b} ls`).stdout);
	});

	test('compare tells who lacks what', () => {
		const {run, a, b, ids} = makeScene();
		const {stdout, status} = run(`compare ${a} ${b}`);
		expect(status).toBe(0);
		expect(stdout).toContain(`AB   ${ids[0]!}`);
		expect(stdout).toContain(`A.   ${ids[1]!}`);
		expect(stdout).toMatch(/A -> B {2}1 snapshot, \d+ chunks?/);
		expect(stdout).toMatch(/B -> A {2}0 snapshots/);
	});

	test('check ends with 3 and names what it found', () => {
		const {run, a} = makeScene();
		expect(run(`on ${a} check`)).toMatchObject({status: 0, stdout: ''});
		const [file] = readdirSync(join(a, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
		const bytes = readFileSync(file!);
		bytes[15]! ^= 1;
		writeFileSync(file!, bytes);
		const {status, stdout} = run(`on ${a} check`);
		expect(status).toBe(3);
		expect(stdout).toContain(`corrupt-chunk ${file!.slice(-64)}`);
		const lines = jsonLines(run(`on ${a} check --json`).stdout);
		expect(lines.at(-1)).toMatchObject({type: 'checked', complete: true, proof: 'plaintext'});
		expect(lines.filter(({type}) => type === 'finding').length).toBeGreaterThan(0);
	});

	test('check remembers what it proved, goes on with what is due, and info tells the share', () => {
		const {run, a} = makeScene();
		expect(run(`on ${a} info`).stdout).toMatch(/Verified: +never/);
		const [{chunks}] = jsonLines(run(`on ${a} check --json`).stdout).slice(-1) as unknown as [{chunks: number}];
		const resumed = run(`on ${a} check --resume`);
		expect(resumed).toMatchObject({status: 0, stdout: ''});
		expect(resumed.stderr).toContain(`${chunks} chunks not read again: proven by earlier checks since`);
		expect(jsonLines(run(`on ${a} check --resume --days 1 --json`).stdout).at(-1)).toMatchObject({chunksTrusted: chunks, chunksRead: 0, snapshotsProven: 2, complete: true});
		expect(run(`on ${a} info`).stdout).toContain(`${chunks} of ${chunks} chunks in the last 30 days (100%)`);
	});

	test('the last line under --json is the summary, and every line has a type', () => {
		const {run, a, tree, ids, folder} = makeScene();
		const archive = join(folder, 'latest.tar');
		for (const [line, summary] of [
			[`on ${a} ls --json`, {type: 'listed', snapshots: 2, unreadable: 0}], [`on ${a} ls --json ${ids[0]!}:${tree}/folder ${ids[1]!}:${tree}/three`, {type: 'listed', entries: 3, snapshots: 2}],
			[`on ${a} tarball latest --json --output ${archive}`, {type: 'archived', file: archive, missing: 0}], [`on ${a} push --json ${tree}`, {type: 'pushed'}], [`on ${a} info --json`, {type: 'repository'}],
			['help --json ls', {type: 'help', command: 'ls', text: expect.stringContaining('[--recursive]') as string}], ['version --json', {type: 'version'}],
		] as const) {
			const lines = jsonLines(run(line).stdout);
			expect(lines.at(-1)).toMatchObject(summary);
			expect(lines.every(item => typeof item['type'] === 'string')).toBe(true);
		}

		expect(jsonLines(run('on /no/where ls --json').stdout)).toMatchObject([{type: 'error', code: 'REPOSITORY_NOT_FOUND'}]);
	});

	test('names of the list stand for repositories', () => {
		const {run, a, folder} = makeScene();
		mkdirSync(join(folder, 'home/.config/plakar-tui'), {recursive: true});
		writeFileSync(join(folder, 'home/.config/plakar-tui/config.json'), JSON.stringify({repositories: {vault: a}}));
		expect(run('on @vault ls').stdout).toBe(run(`on ${a} ls`).stdout);
		expect(run('on @cellar ls')).toMatchObject({status: 1, stderr: expect.stringContaining('@vault') as string});
	});

	test('an unreadable file is named, recorded, and ends with 3', () => {
		const {run, a, folder} = makeScene();
		if (process.getuid?.() === 0) {
			const {status, stderr} = run(`on ${a} push /proc/self/mem`);
			expect({status, named: stderr.includes('/mem cannot be read (EIO)')}).toEqual({status: 3, named: true});
			return;
		}

		writeFileSync(join(folder, 'tree/locked'), 'x');
		chmodSync(join(folder, 'tree/locked'), 0);
		expect(run(`on ${a} push ${folder}/tree`)).toMatchObject({status: 3});
	});
});

describe('passphrases', () => {
	test('come from a file, the environment, or the terminal; without any it is an error at once', () => {
		const {run, folder} = makeHome();
		const place = join(folder, 'sealed');
		expect(run(`create ${place}`)).toMatchObject({status: 1, stderr: expect.stringContaining('--no-encryption') as string});
		writeFileSync(join(folder, 'key'), 'correct horse\n');
		expect(run(`create --passphrase-file ${folder}/key ${place}`).status).toBe(0);
		const env = {PLAKAR_PASSPHRASE: 'correct horse'};
		expect(run(`on ${place} push /etc/passwd`, {env}).status).toBe(0);
		expect(run(`on ${place} ls --passphrase-file ${folder}/key`).stdout).toContain('/etc/passwd');
		expect(run(`on ${place} ls`)).toMatchObject({status: 1, stderr: expect.stringContaining('is encrypted') as string});
		expect(run(`on ${place} ls`, {env: {PLAKAR_PASSPHRASE: 'wrong'}})).toMatchObject({status: 1, stderr: expect.stringContaining('does not open') as string});
		// What needs no passphrase asks for none.
		for (const line of [`clone ${folder}/copy`, 'check', `sync ${folder}/copy`]) {
			expect(run(`on ${place} ${line}`)).toMatchObject({status: 0});
		}
	});

	test('are asked for without an echo, three times at most', async () => {
		const {run, folder} = makeHome();
		const place = join(folder, 'sealed');
		run(`create ${place}`, {env: {PLAKAR_PASSPHRASE: 'right'}});
		const terminal = startTerminal(process.execPath, [program, 'on', place, 'ls'], {env: {HOME: folder}});
		for (let index = 0; index < 2; index++) {
			await terminal.until(text => text.trimEnd().endsWith(`passphrase of ${place}:`) || text.replaceAll('\n', '').trimEnd().endsWith(`passphrase of ${place}:`));
			terminal.pty.write('wrong\r');
			await terminal.until(text => text.split('That is not it.').length > index + 1);
		}

		terminal.pty.write('right\r');
		expect(await terminal.exit).toMatchObject({exitCode: 0});
		expect(terminal.raw()).not.toContain('right');
	});

	test('typed before they are asked for are not shown once the first question stood', async () => {
		const {run, folder} = makeHome();
		const place = join(folder, 'sealed');
		run(`create ${place}`, {env: {PLAKAR_PASSPHRASE: 'right'}});
		const terminal = startTerminal(process.execPath, [program, 'on', place, 'ls'], {env: {HOME: folder}});
		await terminal.until(text => text.replaceAll('\n', '').trimEnd().endsWith(`passphrase of ${place}:`));
		terminal.pty.write('wrong\rwrong\rright\r');
		expect(await terminal.exit).toMatchObject({exitCode: 0});
		expect(terminal.raw().split('That is not it.')).toHaveLength(3);
		expect(terminal.raw()).not.toMatch(/wrong|right/);
	});

	test('asked for on a terminal are given up with Ctrl-C', async () => {
		const {run, folder} = makeHome();
		const place = join(folder, 'sealed');
		run(`create ${place}`, {env: {PLAKAR_PASSPHRASE: 'right'}});
		const terminal = startTerminal(process.execPath, [program, 'on', place, 'ls'], {env: {HOME: folder}});
		await terminal.until(text => text.replaceAll('\n', '').trimEnd().endsWith(`passphrase of ${place}:`));
		terminal.pty.write('half\u0003');
		expect(await terminal.exit).toMatchObject({exitCode: 130});
		expect(terminal.raw()).toContain('No passphrase was given.');
		expect(terminal.raw()).not.toContain('half');
	});
});

describe('bad input gets one clear error and a hint, and changes nothing', () => {
	test.each<readonly [string, (scene: ReturnType<typeof makeScene>) => string, number, string]>([
		['no repository there', () => 'on /no/where ls', 1, 'There is no repository at /no/where'],
		['a folder that is no repository', ({tree}) => `on ${tree} ls`, 1, 'is a folder, but not a repository'],
		['a file that is no repository', ({tree}) => `on ${tree}/one ls`, 1, 'is a file, not a repository'],
		['target equals source', ({a}) => `on ${a} sync ${a}`, 1, 'the same repository'],
		['target equals source, spelled otherwise', ({a}) => `on ${a} sync ${a}/../a`, 1, 'the same repository'],
		['clone onto itself', ({a}) => `on ${a} clone ${a}`, 1, 'cannot be cloned onto itself'],
		['clone onto another repository', ({a, b}) => `on ${a} clone ${b}`, 1, 'There is a repository at'],
		['clone onto a folder with files', ({a, tree}) => `on ${a} clone ${tree}`, 1, 'is taken'],
		['an unknown snapshot', ({a}) => `on ${a} ls ffffffff-dead`, 1, 'No snapshot of'],
		['an ambiguous prefix', ({a}) => `on ${a} cat :/etc`, 1, '2 snapshots of'],
		['a path that is not in the snapshot', ({a, ids}) => `on ${a} cat ${ids[0]!}:/nothing`, 1, 'does not hold /nothing'],
		['a path that does not exist', ({a}) => `on ${a} push /no/such/file`, 1, 'it does not exist'],
		['an unknown command', ({a}) => `on ${a} chek`, 2, 'Did you mean check?'],
		['an unknown flag', ({a}) => `on ${a} check --fats`, 2, 'Did you mean --fast?'],
		['days without going on', ({a}) => `on ${a} check --days 3`, 2, 'belongs to --resume'],
		['going on with a sample', ({a}) => `on ${a} check --resume --sample 5`, 2, 'does not go with'],
		['days that cannot be', ({a}) => `on ${a} check --resume --days 0`, 2, 'above 0'],
		['a flag without its value', ({a}) => `on ${a} push --tag`, 2, 'needs a value'],
		['a chunk size that cannot be', ({folder}) => `create -no-encryption -chunk-size 1000 ${folder}/new`, 2, 'chunk size'],
		['a place that is taken', ({a}) => `create -no-encryption ${a}`, 1, 'is taken'],
		['a kind of repository that is unknown', () => 'on ftp://host/x ls', 1, 'does not know'],
		['an empty path', ({a}) => `on ${a} push EMPTY`, 2, 'An argument is empty'],
		['an empty folder to restore to', ({a}) => `on ${a} restore latest --to EMPTY`, 2, 'An argument is empty'],
		['an empty folder to restore to, in one word', ({a}) => `on ${a} restore latest --to=`, 2, 'An argument is empty'],
		['a clone inside of its source', ({a}) => `on ${a} clone ${a}/chunks/00/inner`, 1, 'lies inside the repository'],
		['a plan that is none', ({tree}) => `sync --plan ${tree}/one`, 1, 'not a plan'],
	])('%s', (_, line, status, words) => {
		const scene = makeScene();
		const before = fingerprint(scene.folder);
		const {status: ended, stdout, stderr} = scene.run(line(scene));
		expect({status: ended, stdout}).toEqual({status, stdout: ''});
		expect(stderr).toContain(words);
		expect(stderr.trim().split('\n')).toHaveLength(2);
		expect(fingerprint(scene.folder)).toBe(before);
	});

	test('a pipe in place of CONFIG or of a chunk is named, not waited for', () => {
		const {a, folder, home} = makeScene();
		const readOnly = (words: readonly string[]): {status: number | null; told: string} => {
			const {status, stdout, stderr} = spawnSync(process.execPath, [program, 'on', a, ...words], {encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL', cwd: folder, env: {...process.env, HOME: home}});
			return {status, told: stdout + stderr};
		};

		const chunks = readdirSync(join(a, 'chunks'), {recursive: true, encoding: 'utf8'}).filter(name => name.length > 60);
		rmSync(join(a, 'chunks', chunks[0]!));
		execFileSync('mkfifo', [join(a, 'chunks', chunks[0]!)]);
		const checked = readOnly(['check']);
		expect(checked.status).toBe(3);
		expect(checked.told).toContain(`unreadable-chunk ${chunks[0]!.slice(3)}`);
		rmSync(join(a, 'CONFIG'));
		execFileSync('mkfifo', [join(a, 'CONFIG')]);
		expect(readOnly(['ls'])).toMatchObject({status: 1, told: expect.stringContaining('Check what stands at this path') as string});
	});

	test('a damaged CONFIG, and one of a newer format', () => {
		const {run, a, folder} = makeScene();
		const config = readFileSync(join(a, 'CONFIG'), 'utf8');
		for (const [text, words] of [[config.replace('zstd', 'none'), 'its checksum differs'], ['', 'it is not JSON'], [config.replace('"format": 1', '"format": 7'), 'has format 7']] as const) {
			cpSync(a, join(folder, 'broken'), {recursive: true});
			writeFileSync(join(folder, 'broken/CONFIG'), text);
			const before = fingerprint(join(folder, 'broken'));
			expect(run(`on ${folder}/broken ls`)).toMatchObject({status: 1, stderr: expect.stringContaining(words) as string});
			expect(fingerprint(join(folder, 'broken'))).toBe(before);
		}
	});

	test('a clone that has no room says so before anything is made', () => {
		const {run, folder, a} = makeScene();
		writeFileSync(join(folder, 'noise'), randomBytes(2_000_000));
		run(`on ${a} push ${folder}/noise`);
		withSmallDisk('1200k', small => {
			const {status, stderr} = run(`on ${a} clone ${small}/clone`);
			expect(status).toBe(1);
			expect(stderr).toMatch(/MiB are needed and .* are free/);
			expect(readdirSync(small)).not.toContain('clone');
		});
	});

	test.each(['', 'sqlite:'])('a disk that fills up during a push loses nothing that was there (%s)', prefix => {
		const {run, folder} = makeHome();
		const [little, much] = [join(folder, 'little'), join(folder, 'much')];
		writeFileSync(little, randomBytes(1_000_000));
		writeFileSync(much, randomBytes(20_000_000));
		withSmallDisk('12m', small => {
			const repository = `${prefix}${small}/repository`;
			run(`create --no-encryption ${repository}`);
			run(`on ${repository} push ${little}`);
			const listed = run(`on ${repository} ls`).stdout;
			const full = run(`on ${repository} push ${much}`);
			expect(full.status).toBe(1);
			expect(full.stderr).toMatch(/: the disk is full\.\n.*every snapshot that is listed is whole\./);
			expect(full.stderr).not.toMatch(/transactions|is kept/);
			expect(run(`on ${repository} check`)).toMatchObject({status: 0});
			expect(run(`on ${repository} ls`).stdout).toBe(listed);
			expect(run(`on ${repository} push ${little}`)).toMatchObject({status: 0});
			expect(run(`on ${repository} check`)).toMatchObject({status: 0});
		});
	});
});
