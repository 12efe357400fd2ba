// Every medium of this machine with every other. A new one is one line here; ssh:// has ssh-pairs.test.ts.

import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import {afterAll} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {startServer} from '../support/server.js';
import {describeAlone, describePair, type Medium} from '../suites/pair-suite.js';

const server = await startServer();
afterAll(async () => server.close());

const media: readonly Medium[] = [
	{name: 'memory', location: () => `memory:${randomUUID()}`},
	{name: 'filesystem', location: () => join(temporaryFolder(fastPlace), 'repository')},
	{name: 'sqlite', location: () => `sqlite:${join(temporaryFolder(fastPlace), 'repository.db')}`},
	{name: 'http', location: () => `plakar://127.0.0.1:${server.port}/${server.serve(`memory:${randomUUID()}`)}`},
];

for (const source of media) {
	describeAlone(source);
	for (const target of media) {
		describePair(source, target);
	}
}
