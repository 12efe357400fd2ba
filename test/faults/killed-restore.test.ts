// A restore that is killed (SIGKILL) in the middle is finished by the same command: what it made is known by its folders.

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, lstatSync, readdirSync, rmSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import {setImmediate as breathe} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeHome} from '../support/program.js';
import {describeTree, makeTree} from '../support/trees.js';
import {program} from '../terminal/pty.js';

/** Enough for the kill to come long before the last one. */
const fileCount = 1500;

/** What a killed restore was just writing. */
function removeTemporaryFiles(folder: string): void {
	for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
		if (/\/\.plakar-tui-\d+-\d+\.part$/.test(name)) {
			rmSync(join(folder, name));
		}
	}
}

test('modes and times of folders are set by a second, plain restore; what a person changed is left', async () => {
	const {folder, home, run} = makeHome();
	const [tree, out] = [join(temporaryFolder(fastPlace), 'tree'), join(temporaryFolder(fastPlace), 'out')];
	makeTree(tree, Array.from({length: fileCount}, (_, index) => ({path: `${index % 30}/deep/${index}`, content: Buffer.alloc(2000, `${index} `)})));
	for (const [index, name] of ['0', '0/deep', '1', ''].entries()) {
		chmodSync(join(tree, name), [0o755, 0o511, 0o2750, 0o755][index]!);
		utimesSync(join(tree, name), 1e9 + index, 1e9 + index);
	}

	const repository = join(folder, 'repository');
	run(`create --no-encryption ${repository}`);
	const id = run(`on ${repository} push ${tree}`).stdout.trim();

	const restoring = spawn(process.execPath, [program, 'on', repository, 'restore', id, '--to', out], {env: {...process.env, HOME: home}, stdio: 'ignore'});
	const ended = once(restoring, 'exit');
	while (!existsSync(join(out, tree, '1/deep/1')) && restoring.exitCode === null) {
		await breathe();
	}

	restoring.kill('SIGKILL');
	expect((await ended)[1]).toBe('SIGKILL');
	removeTemporaryFiles(out);
	const modeOf = (path: string): number => lstatSync(join(out, tree, path)).mode & 0o7777;
	expect(modeOf('0')).toBe(0o1700);

	// Not what a restore leaves: somebody has been there.
	chmodSync(join(out, tree, '1'), 0o700);
	expect(run(`on ${repository} restore ${id} --to ${out}`)).toMatchObject({status: 0});
	expect(modeOf('1')).toBe(0o700);
	const isFolderOne = (line: string): boolean => line.startsWith('["/1",');
	expect(describeTree(join(out, tree)).filter(line => !isFolderOne(line))).toEqual(describeTree(tree).filter(line => !isFolderOne(line)));
});
