import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Backend} from '../../source/backends/contract.js';
import {assertFreeAtSsh, createSsh, openSsh, sshCommand, type SshSettings} from '../../source/backends/ssh/open-ssh.js';
import {canonicalSsh, parseSshPlace, shellWord} from '../../source/backends/ssh/place.js';
import {sshBackend} from '../../source/backends/ssh/ssh.js';
import {makeHome} from '../support/program.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, push, run, sync} from '../support/engine.js';
import {hasSshd, localShell, remote, startSshd, type TestSshd} from '../support/ssh.js';
import {makeTree} from '../support/trees.js';
import {until} from '../support/until.js';
import {describeBackend} from '../suites/backend-suite.js';

const folder = mkdtempSync(join(fastPlace, 'plakar-tui-test-'));
afterAll(() => {
	rmSync(folder, {recursive: true, force: true});
});

const overPipe = localShell(folder);

/** Only where `hasSshd`. */
let sshd: TestSshd;
if (hasSshd) {
	beforeAll(async () => {
		sshd = await startSshd(folder);
	});
	afterAll(() => {
		sshd.stop();
	});
} else {
	process.stderr.write('\n*** SKIPPED: openssh-server (sshd), ssh or ssh-keygen is not installed; nothing was tried over a real sshd. ***\n\n');
}

/** One connection serves no more than 64; the tests of two variants, which take one each, stay below that. */
const placesOfMachine = 48;
let places = 0;

/** As where a person may be asked: all places of a machine share a connection. Each name of this machine has its own. */
const shared = (): SshSettings => ({...overPipe, ...(hasSshd ? {ssh: sshd.with('HostName=127.0.0.1')} : {}), interactive: true});

function placeOnMachine(): string {
	const machine = `machine${Math.floor(places++ / placesOfMachine)}`;
	const authority = hasSshd ? sshd.authority.replace('127.0.0.1', machine) : machine;
	return `ssh://${authority}${temporaryFolder(fastPlace)}/it's a $(place)`;
}

describeBackend(hasSshd ? 'ssh, through a real sshd' : 'ssh, through a shell of this machine', {
	factory: {
		...sshBackend,
		assertFree: async (location, options) => assertFreeAtSsh(location, options, shared()),
		open: async (location, options) => openSsh(location, options, shared()),
		create: async (location, config, options) => createSsh(location, config, options, shared()),
	},
	location: placeOnMachine,
});

describe('an ssh location', () => {
	test('is parted', () => {
		expect(parseSshPlace('ssh://joe@host.example:2222/srv/a%20b/')).toEqual({user: 'joe', host: 'host.example', port: 2222, path: '/srv/a b'});
		expect(parseSshPlace('ssh://[fe80::1%eth0]/~/vault')).toEqual({user: undefined, host: 'fe80::1%eth0', port: undefined, path: '~/vault'});
	});

	test('has one spelling', () => {
		const one = (...spellings: string[]): string[] => [...new Set(spellings.map(spelling => canonicalSsh(spelling)))];
		expect(one('ssh://host/srv/vault', 'ssh://host/srv/vault//', 'ssh://host//srv/./vault', 'ssh://host/srv/v%61ult')).toEqual(['ssh://host/srv/vault']);
		expect(one('ssh://joe@[::1]:022/~/100%25/a b', 'ssh://joe@[0:0::1]:22/~/100%25/a%20b')).toEqual(['ssh://joe@[::1]:22/~/100%25/a b']);
		// Aliases and ports are those of ~/.ssh/config.
		expect(one('ssh://NAS/vault', 'ssh://nas/vault', 'ssh://nas:22/vault')).toHaveLength(3);
	});

	test.each([
		'ssh://-oProxyCommand=touch%20x/srv', 'ssh://-l@host/srv', 'ssh://joe@-host/srv', 'ssh://host', 'ssh://host/', 'ssh://host:0/srv', 'ssh://host:99999/srv',
		'ssh://host/a%0Ab', 'ssh://host/a\u0000b', 'ssh://host/%', 'ssh://joe:secret@host/srv', 'ssh://ho st/srv', 'ssh://$(x)/srv', 'ssh:///srv', 'ssh://[::1::]/srv',
	])('%j is refused', location => {
		expect(() => parseSshPlace(location)).toThrow(expect.objectContaining({code: 'USAGE'}) as Error);
	});

	test('never shows a password', () => {
		expect(() => parseSshPlace('ssh://joe:secret@host/srv')).toThrow(/^(?!.*secret)/);
	});

	test('becomes words that no shell reads otherwise', () => {
		const path = '/a \'b" $(c) `d` \\e;f&g|h*';
		expect(spawnSync('sh', ['-c', `printf %s ${shellWord(path)}`], {encoding: 'utf8'}).stdout).toBe(path);
		const words = sshCommand(parseSshPlace('ssh://joe@host/srv'), {ssh: ['ssh'], remote: 'plakar-tui', interactive: false, timeouts: {connectMs: 1500, stallMs: 30_000}});
		expect(words.slice(words.indexOf('-l'))).toEqual(['-l', 'joe', '--', 'host', 'plakar-tui stdio --allow-delete -- \'/srv\'']);
	});
});

/** Repositories a and b behind an ssh that leaves a line with its process for every connection. */
async function countingSsh(): Promise<{readonly folder: string; connections(): number[]; open(name: string, own?: Partial<SshSettings>): Promise<Backend>}> {
	const folder = temporaryFolder(fastPlace);
	const [script, started] = [join(folder, 'counting-ssh'), join(folder, 'started')];
	writeFileSync(script, `echo $$ >> ${started}\nfor last; do :; done\nexec sh -c "exec $last"\n`);
	await makeRepository(join(folder, 'a'));
	await makeRepository(join(folder, 'b'));
	return {
		folder,
		connections: () => readFileSync(started, 'utf8').trim().split('\n').map(Number),
		open: async (name, own) => openSsh(`ssh://here${folder}/${name}`, {}, {...overPipe, ssh: ['sh', script], ...own}),
	};
}

test('where somebody may be asked, one line serves all places of a machine; an older one there gets a line for each', async () => {
	const {folder, connections, open} = await countingSsh();
	const older = join(folder, 'older');
	writeFileSync(older, `for last; do :; done\ncase $last in /*) exec ${remote} "$@" ;; esac\nexit 2\n`);
	for (const [settings, count] of [[{interactive: true}, 1], [{interactive: true, remote: `sh ${older}`}, 4]] as const) {
		const opened = [await open('a', settings), await open('b', settings)];
		for (const [index, name] of ['a', 'b'].entries()) {
			expect(Buffer.from(await opened[index]!.readConfig())).toEqual(readFileSync(join(folder, name, 'CONFIG')));
		}

		expect(connections()).toHaveLength(count);
		await Promise.all(opened.map(async backend => backend.close()));
	}
});

test('a line serves all who open the place, is kept for the next, and made anew once it broke', async () => {
	const {connections, open} = await countingSsh();
	const [first, second] = [await open('a'), await open('a')];
	await first.close();
	await expect(first.readConfig()).rejects.toMatchObject({code: 'CANCELLED'});
	expect((await second.readConfig()).length).toBeGreaterThan(0);
	await second.close();
	const third = await open('a');
	expect(connections()).toHaveLength(1);
	process.kill(connections()[0]!, 'SIGKILL');
	await until('it was made anew', async () => third.readConfig().then(() => connections().length === 2, () => false));
	await third.close();
});

describe('what goes wrong on the way', () => {
	const open = async (ssh: readonly string[], timeouts = {connectMs: 10_000, stallMs: 10_000}, program = remote): Promise<unknown> =>
		openSsh('ssh://here/srv', {}, {ssh, remote: program, interactive: false, timeouts});

	test('ssh is not installed', async () => {
		await expect(open(['no-such-ssh'])).rejects.toMatchObject({code: 'UNSUPPORTED', message: expect.stringContaining('no-such-ssh')});
	});

	test('plakar-tui is not installed there', async () => {
		await expect(open(overPipe.ssh, undefined, 'no-such-plakar')).rejects.toMatchObject({code: 'UNSUPPORTED', message: expect.stringContaining('no-such-plakar'), hint: expect.stringContaining('PLAKAR_SSH_REMOTE')});
	});

	test('a remote shell that prints things first is quoted', async () => {
		await expect(open(overPipe.ssh, undefined, 'echo Welcome to host7; true')).rejects.toMatchObject({code: 'PROTOCOL_ERROR', message: expect.stringContaining('Welcome to host7')});
	});

	test('silence ends within its time', async () => {
		await expect(open(overPipe.ssh, {connectMs: 50, stallMs: 50}, 'sleep 60 #')).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining('silent')});
	});

	test('garbage after the greeting is named', async () => {
		await expect(open(overPipe.ssh, undefined, String.raw`printf 'plakar-tui stdio\n\377\377\377\377\0\0\0\0'; sleep 60 #`)).rejects.toMatchObject({code: 'PROTOCOL_ERROR'});
	});

	test('Ctrl-C ends the wait for ssh, and ssh', () => {
		const {run, folder} = makeHome();
		const [script, pid] = [join(folder, 'asking-ssh'), join(folder, 'pid')];
		// As a terminal does, but to the one that must act on it.
		writeFileSync(script, `echo $$ > ${pid}\nkill -INT $PPID\nexec sleep 600\n`);
		for (const line of ['on ssh://h/x ls', 'on a sync to ssh://h/x']) {
			run('create --no-encryption a');
			expect(run(line, {env: {PLAKAR_SSH: `sh ${script}`, PLAKAR_TIMEOUT: '600'}})).toMatchObject({status: 130, stdout: ''});
			expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH');
		}
	});

	test('a remote program that dies is no endless wait', async () => {
		await expect(open(overPipe.ssh, undefined, String.raw`printf 'plakar-tui stdio\n'; exit 3 #`)).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining('broke')});
	});
});

describe.skipIf(!hasSshd)('over a real sshd', () => {
	beforeAll(() => {
		process.env['PLAKAR_SSH'] = sshd.ssh.join(' ');
		process.env['PLAKAR_SSH_REMOTE'] = remote;
	});
	afterAll(() => {
		delete process.env['PLAKAR_SSH'];
		delete process.env['PLAKAR_SSH_REMOTE'];
	});

	test('push, clone, sync both ways and check', async () => {
		makeTree(join(folder, 'tree'), Array.from({length: 30}, (_, index) => ({path: `f${index}`, content: Buffer.alloc(index * 3000, `text ${index} `)})));
		const source = await makeRepository(join(folder, 'source'));
		await push(source, [join(folder, 'tree')]);
		const there = `ssh://${sshd.authority}${folder}/it's a $(place)`;
		expect(await run({verb: 'clone', source: {location: source}, target: there})).toMatchObject({receipt: true, targetLocation: there});
		makeTree(join(folder, 'tree'), [{path: 'new', content: Buffer.alloc(50_000, 'new')}]);
		await push(there, [join(folder, 'tree')]);
		expect(await sync(there, source)).toMatchObject({receipt: true, snapshots: [expect.any(String)]});
		expect(await sync(source, there)).toMatchObject({snapshots: [], bytesWritten: 0});
		expect((await check(there)).findings).toEqual([]);
		expect((await check(join(folder, 'it\'s a $(place)'))).findings).toEqual([]);
	});

	const settingsWith = (...options: readonly string[]): SshSettings => ({ssh: sshd.with(...options), remote, interactive: false, timeouts: {connectMs: 10_000, stallMs: 10_000}});
	const place = (): string => `ssh://${sshd.authority}${folder}/there`;

	test('a host with another key than the known one is not trusted', async () => {
		await expect(openSsh(place(), {}, settingsWith(`UserKnownHostsFile=${join(folder, 'strangers')}`))).rejects.toMatchObject({code: 'AUTHENTICATION_FAILED', message: expect.stringMatching(/host key|identification/i)});
	});

	test('a key that is not authorised is refused', async () => {
		await expect(openSsh(place(), {}, settingsWith('PubkeyAuthentication=no'))).rejects.toMatchObject({code: 'AUTHENTICATION_FAILED', message: expect.stringContaining('Permission denied'), hint: expect.stringMatching(/agent.*a command/)});
	});

	test('nothing is listening', async () => {
		await expect(openSsh('ssh://127.0.0.1:1/srv', {}, settingsWith())).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining('refused')});
	});

	test('a folder that is no repository is told by the far side', async () => {
		await expect(openSsh(`ssh://${sshd.authority}${folder}/nowhere`, {}, settingsWith())).rejects.toMatchObject({code: 'REPOSITORY_NOT_FOUND'});
	});
});
