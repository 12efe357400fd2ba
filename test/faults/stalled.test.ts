// A peer that has fallen silent, and a person who does not want to wait: Ctrl-C ends the program long before the silence
// counts as an error, which it does after ten minutes here.

import {spawn, type ChildProcess} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {readFileSync, writeFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {check} from '../support/engine.js';
import {makeHome, type Home} from '../support/program.js';
import {temporaryProxy} from '../support/proxy.js';
import {temporaryServer} from '../support/server.js';
import {localShell, remote} from '../support/ssh.js';
import {makeTree} from '../support/trees.js';
import {program} from '../terminal/pty.js';

const patient = {PLAKAR_TIMEOUT: '600'};

/** Runs in the background: what answers is in this process. */
function start({folder, home}: Home, words: readonly string[], env: Record<string, string> = {}): {readonly child: ChildProcess; readonly end: Promise<{readonly status: number | null; readonly stderr: string}>} {
	const child = spawn(process.execPath, [program, ...words], {cwd: folder, env: {...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, ...patient, ...env}, stdio: ['ignore', 'ignore', 'pipe']});
	let stderr = '';
	child.stderr!.on('data', (piece: Buffer) => {
		stderr += piece.toString();
	});
	onTestFinished(() => void child.kill('SIGKILL'));
	return {child, end: once(child, 'close').then(([status]) => ({status: status as number | null, stderr}))};
}

/** A home with a repository `a` that holds one snapshot of some 2 MB. */
function makeFilledHome(): Home {
	const home = makeHome();
	makeTree(join(home.folder, 'tree'), [{path: 'f', content: randomBytes(2_000_000)}]);
	expect(home.run('create --no-encryption a').status).toBe(0);
	expect(home.run('on a push tree').status).toBe(0);
	return home;
}

async function silentServer(onConnection: () => void): Promise<number> {
	const server = createServer(onConnection).listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	return (server.address() as AddressInfo).port;
}

test.each(['ls', 'check', 'info'])('%s of a server that takes the connection and never answers', async command => {
	const {child, end} = start(makeHome(), ['on', `plakar://127.0.0.1:${await silentServer(() => child.kill('SIGINT'))}`, command]);
	expect(await end).toMatchObject({status: 130});
});

/** A clone to a server that falls silent in the middle of a batch, of which `onSilence` is told. */
async function startStallingClone(onSilence: (child: ChildProcess) => unknown) {
	const home = makeFilledHome();
	const server = await temporaryServer();
	const name = server.serve(join(home.folder, 'there'));
	let silence = (): unknown => undefined;
	const proxy = await temporaryProxy(server.port, {mischief: {at: 1_000_000, how: 'stall', onHit: () => silence()}});
	const {child, end} = start(home, ['on', 'a', 'clone', `plakar://127.0.0.1:${proxy.port}/${name}`]);
	silence = () => onSilence(child);
	return {home, server, name, end};
}

test('a clone to a server that falls silent in the middle of a batch; the next run goes on', async () => {
	const {home, server, name, end} = await startStallingClone(child => child.kill('SIGINT'));
	const {status, stderr} = await end;
	expect({status, stderr}).toMatchObject({status: 130, stderr: expect.stringContaining('what else was sent is kept')});

	await server.repositories[0]!.end();
	expect(await start(home, ['on', 'a', 'clone', `plakar://127.0.0.1:${server.port}/${name}`]).end).toMatchObject({status: 0});
	expect((await check(join(home.folder, 'there'))).findings).toEqual([]);
});

test('two signals end it at once', async () => {
	const {end} = await startStallingClone(child => {
		child.kill('SIGINT');
		child.stderr!.once('data', () => child.kill('SIGINT'));
	});
	const {status, stderr} = await end;
	expect(status).toBe(130);
	expect(stderr).not.toContain('is kept');
});

test('a clone over ssh that falls silent in the middle of a batch, and no ssh is left behind', async () => {
	const home = makeFilledHome();
	const stall = join(home.folder, 'stall.mjs');
	// Passes on the first bytes that it is given, then sends the signal that a terminal would.
	writeFileSync(stall, `
		import {spawn} from 'node:child_process';
		import {writeFileSync} from 'node:fs';
		writeFileSync(${JSON.stringify(join(home.folder, 'pid'))}, String(process.pid));
		const far = spawn('sh', ['-c', process.argv.at(-1)], {stdio: ['pipe', 'inherit', 'inherit']});
		let left = 1_000_000;
		process.stdin.on('data', piece => {
			far.stdin.write(piece.subarray(0, left));
			if (left > 0 && (left -= Math.min(left, piece.length)) === 0) process.kill(process.ppid, 'SIGINT');
		});
	`);
	const {status, stderr} = await start(home, ['on', 'a', 'clone', `ssh://here${home.folder}/there`], {PLAKAR_SSH: `${process.execPath} ${stall}`, PLAKAR_SSH_REMOTE: remote}).end;
	expect({status, stderr}).toMatchObject({status: 130, stderr: expect.stringContaining('what else was sent is kept')});
	expect(() => process.kill(Number(readFileSync(join(home.folder, 'pid'), 'utf8')), 0)).toThrow('ESRCH');
	expect(home.run('on there ls')).toMatchObject({status: 0, stdout: ''});
});

test('a clone over ssh whose connection breaks names that, and the next run goes on', async () => {
	const home = makeFilledHome();
	const cut = join(home.folder, 'cut.mjs');
	const wasCut = JSON.stringify(join(home.folder, 'was-cut'));
	// The first connection that passes on so many bytes ends then, as ssh does whose network is gone; those after it work.
	writeFileSync(cut, `
		import {spawn} from 'node:child_process';
		import {existsSync, writeFileSync} from 'node:fs';
		const far = spawn('sh', ['-c', process.argv.at(-1)], {stdio: ['pipe', 'inherit', 'inherit']});
		let left = 1_000_000;
		process.stdin.on('data', piece => {
			far.stdin.write(piece);
			if ((left -= piece.length) <= 0 && !existsSync(${wasCut})) {
				writeFileSync(${wasCut}, '');
				process.stderr.write('client_loop: send disconnect: Broken pipe\\n');
				process.exit(255);
			}
		});
		far.on('exit', status => process.exit(status));
		process.stdin.on('end', () => far.stdin.end());
	`);
	const place = `ssh://here${home.folder}/there`;
	const {status, stderr} = await start(home, ['on', 'a', 'clone', place], {PLAKAR_SSH: `${process.execPath} ${cut}`, PLAKAR_SSH_REMOTE: remote}).end;
	expect({status, stderr}).toMatchObject({status: 1, stderr: expect.stringMatching(/The connection to ssh:\S+ broke: client_loop: send disconnect: Broken pipe\./)});
	expect(home.run('on there ls')).toMatchObject({status: 0, stdout: ''});
	expect(await start(home, ['on', 'a', 'clone', place], {PLAKAR_SSH: localShell(home.folder).ssh.join(' '), PLAKAR_SSH_REMOTE: remote}).end).toMatchObject({status: 0});
	expect(home.run('on there check')).toMatchObject({status: 0});
});
