// Disks that are full and pipes that nobody reads: what is told of them, and that nothing that was there is lost.

import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {makeHome, type Home} from '../support/program.js';
import {withSmallDisk} from '../support/small-disk.js';
import {keepTwoRepositories} from '../support/two-repositories.js';
import {program} from '../terminal/pty.js';

const {copy: makeScene} = keepTwoRepositories();

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
