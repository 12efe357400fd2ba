// What commands print, and how they end.

import {spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {createRunMemory} from '../../source/session/jobs/run-memory.js';
import {fingerprint} from '../support/trees.js';
import {keepTwoRepositories} from '../support/two-repositories.js';

const {copy: makeScene} = keepTwoRepositories();

const jsonLines = (text: string): Array<Record<string, unknown>> => text.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>);

/** What stat calls the owner: a machine's account files need not name everybody, and then the number is shown. */
function ownerOf(path: string, name: string, number: string): string {
	const [named, numbered] = spawnSync('stat', ['-c', `${name} ${number}`, path], {encoding: 'utf8'}).stdout.trim().split(' ');
	return named === 'UNKNOWN' ? numbered! : named!;
}

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
