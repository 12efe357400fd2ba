import {join} from 'node:path';
import {afterAll, beforeAll, describe} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {memoryLocation} from '../support/engine.js';
import {factoryWith, startServer, type TestServer} from '../support/server.js';
import {Stagers} from '../../source/server/stagers.js';
import {describeBackend} from '../suites/backend-suite.js';

describe('over HTTP', () => {
	let server: TestServer;
	beforeAll(async () => {
		server = await startServer();
	});
	afterAll(async () => server.close());

	describeBackend('http, to a filesystem', {
		factory: factoryWith({}),
		location: () => `plakar://127.0.0.1:${server.port}/${server.serve(join(temporaryFolder(fastPlace), 'repository'))}`,
	});

	describe('with threads that write', () => {
		const stagers = new Stagers(2);
		let threaded: TestServer;
		beforeAll(async () => {
			threaded = await startServer({}, undefined, stagers);
		});
		afterAll(async () => {
			await threaded.close();
			await stagers.close();
		});

		describeBackend('http, to a filesystem written by threads', {
			factory: factoryWith({}),
			location: () => `plakar://127.0.0.1:${threaded.port}/${threaded.serve(join(temporaryFolder(fastPlace), 'repository'))}`,
		});
	});

	describeBackend('http, to a SQLite file', {
		factory: factoryWith({}),
		location: () => `plakar://127.0.0.1:${server.port}/${server.serve(`sqlite:${join(temporaryFolder(fastPlace), 'store.db')}`)}`,
	});

	describeBackend('http, to memory', {
		factory: factoryWith({}),
		location: () => `plakar://127.0.0.1:${server.port}/${server.serve(memoryLocation())}`,
	});
});
