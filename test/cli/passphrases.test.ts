// Where passphrases come from, and that nobody sees them.

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {makeHome} from '../support/program.js';
import {program, startTerminal} from '../terminal/pty.js';

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
