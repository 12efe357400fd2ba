// A repository behind ssh that asks for a password: the command line leaves the terminal to ssh, the screen never does.

import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {makeRepository, push} from '../support/engine.js';
import {temporaryFolder} from '../support/folders.js';
import {hasPasswords, remote, startSshd} from '../support/ssh.js';
import {makeTree} from '../support/trees.js';
import {program, startTerminal, type Terminal} from '../terminal/pty.js';

if (!hasPasswords) {
	process.stderr.write('\n*** SKIPPED: logging in by password needs root, openssh-server and unshare; nothing was tried with one. ***\n\n');
}

const password = 'open the vault 7';

/** The program on a terminal, in front of an sshd that takes nothing but a password. */
async function scene(...words: readonly string[]): Promise<Terminal> {
	const folder = temporaryFolder();
	const sshd = await startSshd(folder, password);
	onTestFinished(() => {
		sshd.stop();
	});
	makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(20_000, 'text ')}]);
	await push(await makeRepository(join(folder, 'a')), [join(folder, 'tree')]);
	const there = `ssh://${sshd.authority}${folder}`;
	return startTerminal(process.execPath, [program, ...words.map(word => word.replace('THERE', there))], {
		cwd: folder,
		env: {HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, PLAKAR_SSH: sshd.with('PubkeyAuthentication=no').join(' '), PLAKAR_SSH_REMOTE: remote},
	});
}

test.skipIf(!hasPasswords)('a clone asks once for all places on one machine, takes the password, and ends', async () => {
	const {press, until, exit, raw} = await scene('on', 'THERE/a', 'clone', 'b', 'THERE/c', 'THERE/d');
	await until('password:');
	press(`${password}\r`);
	expect(await exit, raw()).toMatchObject({exitCode: 0});
	expect(raw()).not.toContain(password);
	expect(raw().split('password:')).toHaveLength(2);
});

test.skipIf(!hasPasswords)('a wrong password is asked for again, and then refused in words', async () => {
	const {press, until, exit, raw} = await scene('on', 'THERE/a', 'ls');
	for (let attempt = 1; attempt <= 3; attempt++) {
		await until(text => text.split('password:').length > attempt);
		press('wrong\r');
	}

	expect(await exit).toMatchObject({exitCode: 1});
	expect(raw()).toMatch(/ssh could not reach .*Permission denied/s);
});

test.skipIf(!hasPasswords)('Ctrl-C at the question ends it and gives the terminal back', async () => {
	const {press, until, exit} = await scene('on', 'THERE/a', 'ls');
	await until('password:');
	press('ctrl-c');
	expect(await exit).toMatchObject({exitCode: 130});
});

test.skipIf(!hasPasswords)('the screen is not written into: it says what to do instead', async () => {
	const {press, until, exit, raw} = await scene('THERE/a', 'a');
	const text = await until('Permission denied');
	expect(text).not.toContain('password:');
	expect(raw()).not.toContain('password:');
	press('q');
	expect(await exit).toMatchObject({exitCode: 0});
});
