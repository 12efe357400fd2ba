// An sshd of the test's own, on loopback, with keys and configuration that nobody else uses; and a stand-in without ssh.

import {spawn, spawnSync, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {expect} from 'vitest';
import type {SshSettings} from '../../source/backends/ssh/open-ssh.js';
import {program} from '../terminal/pty.js';

export const remote = `${process.execPath} ${program}`;

/** Runs the remote command in a shell of this machine. */
export function localShell(folder: string): SshSettings {
	const script = join(folder, 'local-ssh');
	writeFileSync(script, 'for last; do :; done\nexec sh -c "$last"\n');
	return {ssh: ['sh', script], remote, interactive: false, timeouts: {connectMs: 10_000, stallMs: 10_000}};
}

const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find(path => existsSync(path));
export const hasSshd = sshd !== undefined && spawnSync('ssh', ['-V']).status === 0 && spawnSync('sh', ['-c', 'command -v ssh-keygen']).status === 0;

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** Resolves once sshd says that it listens; with what it said instead when it has ended. */
async function startup(daemon: ChildProcessByStdio<null, null, Readable>): Promise<string | undefined> {
	let said = '';
	return new Promise(resolve => {
		daemon.stderr.on('data', (piece: Buffer) => {
			said += piece.toString();
			if (said.includes('Server listening on')) {
				resolve(undefined);
			}
		});
		daemon.once('close', () => {
			resolve(said);
		});
	});
}

export type TestSshd = {
	/** "user@127.0.0.1:port". */
	readonly authority: string;
	/** Command words of an ssh that knows the host and has the key. */
	readonly ssh: readonly string[];
	/** The same with `Option=value` changed. */
	with(...options: readonly string[]): readonly string[];
	stop(): void;
};

/** A port that was free a moment ago may be somebody else's by now. */
const mostPorts = 5;

/** Whether an sshd can be given accounts of its own: it reads a list of passwords that nobody else sees. */
export const hasPasswords = hasSshd && process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

/** A copy of the list of passwords in which `user` has `password`. */
function shadowWith(folder: string, user: string, password: string): string {
	const hash = spawnSync('openssl', ['passwd', '-6', '-stdin'], {input: password, encoding: 'utf8'}).stdout.trim();
	const file = join(folder, 'shadow');
	writeFileSync(file, readFileSync('/etc/shadow', 'utf8').replace(new RegExp(`^${user}:[^:]*:`, 'm'), () => `${user}:${hash}:`), {mode: 0o600});
	return file;
}

/** Starts sshd in `folder`. With a password, which needs `hasPasswords`, this user may come in by that too. */
export async function startSshd(folder: string, password?: string): Promise<TestSshd> {
	const user = userInfo().username;
	for (const name of ['host', 'client', 'other']) {
		spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
	}

	const publicKey = (name: string): string => spawnSync('ssh-keygen', ['-y', '-f', join(folder, name)], {encoding: 'utf8'}).stdout.trim();
	writeFileSync(join(folder, 'authorized_keys'), `${publicKey('client')}\n`, {mode: 0o600});
	if (process.getuid?.() === 0) {
		mkdirSync('/run/sshd', {recursive: true});
	}

	const words = [sshd!, '-D', '-e', '-f', join(folder, 'sshd_config')];
	const [file, ...parameters] = password === undefined ? words : ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /etc/shadow && exec "$@"', shadowWith(folder, user, password), ...words];
	let daemon: ChildProcessByStdio<null, null, Readable>;
	let port: number;
	let failure: string | undefined;
	let ports = 0;
	do {
		port = await freePort();
		writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${publicKey('host')}\n`);
		writeFileSync(join(folder, 'strangers'), `[127.0.0.1]:${port} ${publicKey('other')}\n`);
		writeFileSync(join(folder, 'sshd_config'), [
			`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${join(folder, 'host')}`, `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`, `PidFile ${join(folder, 'pid')}`,
			'StrictModes no', 'UsePAM no', 'KbdInteractiveAuthentication no',
			...(password === undefined ? ['PasswordAuthentication no', 'PermitRootLogin prohibit-password'] : ['PasswordAuthentication yes', 'PermitRootLogin yes']), '',
		].join('\n'));
		daemon = spawn(file!, parameters, {stdio: ['ignore', 'ignore', 'pipe']});
		failure = await startup(daemon);
	} while (failure?.includes('in use') === true && ++ports < mostPorts);

	if (failure !== undefined) {
		throw new Error(`sshd did not start: ${failure}`);
	}

	const clientWords = (...options: readonly string[]): string[] => [
		'ssh', '-F', 'none', ...options.flatMap(option => ['-o', option]),
		'-o', `IdentityFile=${join(folder, 'client')}`, '-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${join(folder, 'known_hosts')}`, '-o', 'GlobalKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=yes',
	];
	return {
		authority: `${user}@127.0.0.1:${port}`,
		ssh: clientWords(),
		with: clientWords,
		stop() {
			daemon.kill();
		},
	};
}

/** The same with one connection for all commands, until it is stopped: to make one takes longer than what most are for. */
export function shareConnection({authority, with: wordsWith}: TestSshd, folder: string): Pick<TestSshd, 'ssh' | 'stop'> {
	const ssh = wordsWith(`ControlPath=${join(folder, 'control')}`);
	const [file, ...parameters] = ssh;
	const call = (...options: readonly string[]): void => {
		expect(spawnSync(file!, [...parameters, ...options, `ssh://${authority}`], {stdio: 'ignore'}).status).toBe(0);
	};

	// It goes to the background once it is connected.
	call('-M', '-N', '-f');
	return {
		ssh,
		stop() {
			call('-O', 'exit');
		},
	};
}
