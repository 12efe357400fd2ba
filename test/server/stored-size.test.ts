// How much a repository takes, told by the server that has it.

import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openHttp} from '../../source/backends/http/open-http.js';
import {openBackend} from '../../source/backends/registry.js';
import {makeRepository, memoryLocation} from '../support/engine.js';
import {temporaryFolder} from '../support/folders.js';
import {settings, temporaryServer} from '../support/server.js';

test('a server says what a repository takes, where its medium does', async () => {
	const server = await temporaryServer();
	const open = async (location: string) => openHttp(`plakar://127.0.0.1:${server.port}/${server.serve(await makeRepository(location), {add: false, remove: false})}`, {}, settings);
	const place = `sqlite:${join(temporaryFolder(), 'store.db')}`;
	const remote = await open(place);
	const local = await openBackend(place);
	expect(await remote.storedSize!()).toEqual(await local.storedSize!());
	await local.close();
	expect((await open(memoryLocation())).storedSize).toBe(undefined);
});
