// Repositories over ssh:// with every other medium, both ways: over a real sshd where there is one, else over a shell of this machine.

import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, vi} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {startServer} from '../support/server.js';
import {hasSshd, localShell, remote, shareConnection, startSshd} from '../support/ssh.js';
import {describeAlone, describePair, type Medium} from '../suites/pair-suite.js';

const shellFolder = mkdtempSync(join(tmpdir(), 'plakar-tui-test-'));
const sshd = hasSshd ? await startSshd(shellFolder) : undefined;
const shared = sshd === undefined ? undefined : shareConnection(sshd, shellFolder);
vi.stubEnv('PLAKAR_SSH', (shared?.ssh ?? localShell(shellFolder).ssh).join(' '));
vi.stubEnv('PLAKAR_SSH_REMOTE', remote);
const server = await startServer();
afterAll(async () => {
	shared?.stop();
	sshd?.stop();
	await server.close();
	rmSync(shellFolder, {recursive: true, force: true});
});

const origin = `ssh://${sshd?.authority ?? 'here'}`;
const overSsh: Medium = {
	name: 'ssh',
	location: () => origin + join(temporaryFolder(fastPlace), 'repository'),
	near: location => location.slice(origin.length),
};
const others: readonly Medium[] = [
	{name: 'memory', location: () => `memory:${randomUUID()}`},
	{name: 'filesystem', location: () => join(temporaryFolder(fastPlace), 'repository')},
	{name: 'sqlite', location: () => `sqlite:${join(temporaryFolder(fastPlace), 'repository.db')}`},
	{name: 'http', location: () => `plakar://127.0.0.1:${server.port}/${server.serve(`memory:${randomUUID()}`)}`},
];

describeAlone(overSsh);
describePair(overSsh, overSsh);
for (const other of others) {
	describePair(overSsh, other);
	describePair(other, overSsh);
}
