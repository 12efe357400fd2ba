// A restore that is killed (SIGKILL) in the middle is finished by the same command: what it made is known by its folders.

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, lstatSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setImmediate as breathe} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {ownWord} from '../../source/backends/process-mark.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeHome} from '../support/program.js';
import {describeTree, makeTree} from '../support/trees.js';
import {program} from '../terminal/pty.js';

/** Enough for the kill to come long before the last one. */
const fileCount = 1500;

const partsIn = (folder: string): string[] => readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.part')).sort();

/** Leaves in `folder` what no restore of this machine that has ended left there; answers with the names. */
function leaveStrangers(folder: string): string[] {
	const elsewhere = ownWord().replace(/.$/, digit => digit === '0' ? '1' : '0');
	const names = [`.plakar-tui-${ownWord()}-1-0.part`, `.plakar-tui-${elsewhere}-1-0.part`, '.plakar-tui-1-0.part', 'mine.part'];
	for (const name of names) {
		writeFileSync(join(folder, name), '');
	}

	return names.sort();
}

test('modes and times of folders are set by a second, plain restore, and half written files go; what a person changed is left', async () => {
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
	const strangers = leaveStrangers(join(out, tree, '0/deep'));
	// Also where the kill came between two files.
	writeFileSync(join(out, tree, '0/deep', `.plakar-tui-${ownWord().replace(/^\d+/, String(restoring.pid))}-1-0.part`), 'half');
	const modeOf = (path: string): number => lstatSync(join(out, tree, path)).mode & 0o7777;
	expect(modeOf('0')).toBe(0o1700);

	// Not what a restore leaves: somebody has been there.
	chmodSync(join(out, tree, '1'), 0o700);
	expect(run(`on ${repository} restore ${id} --to ${out}`)).toMatchObject({status: 0});
	expect(modeOf('1')).toBe(0o700);
	expect(partsIn(out)).toEqual(strangers.map(name => join(tree.slice(1), '0/deep', name)));
	for (const name of strangers) {
		rmSync(join(out, tree, '0/deep', name));
	}

	utimesSync(join(out, tree, '0/deep'), 1e9 + 1, 1e9 + 1);
	const isFolderOne = (line: string): boolean => line.startsWith('["/1",');
	expect(describeTree(join(out, tree)).filter(line => !isFolderOne(line))).toEqual(describeTree(tree).filter(line => !isFolderOne(line)));
});
