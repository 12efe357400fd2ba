// A served repository's locks: one for each name that a client gives, however often it asks.

import {expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {ServedRepository} from '../../source/server/served-repository.js';
import {makeRepository, memoryLocation} from '../support/engine.js';
import {everything} from '../support/server.js';

test('a lock that is asked for again while it is being taken is the same one', async () => {
	const location = memoryLocation();
	await makeRepository(location);
	const served = new ServedRepository({name: 'r', location, access: everything, leaseMs: 60_000});
	const client = {host: 'host7', pid: 7};
	const [first, again] = await Promise.all([served.lock('one', client, 'exclusive', 'x'), served.lock('one', client, 'exclusive', 'x')]);
	expect(again).toBe(first);
	expect(await (await served.base()).locks()).toHaveLength(1);
	await served.end();
	expect(await (await openBackend(location)).locks()).toEqual([]);
});
