// What a client of a pipe can make its far end serve, and hold in memory.

import {PassThrough, Writable} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {frameHead} from '../../source/backends/wire/frames.js';
import {encodeMessage} from '../../source/backends/wire/message.js';
import {servePipe} from '../../source/server/pipe-server.js';
import {answerMessage} from '../../source/server/answer.js';
import {NamedRepositories} from '../../source/server/named-repositories.js';
import {ServedRepository} from '../../source/server/served-repository.js';
import {makeRepository, memoryLocation} from '../support/engine.js';
import {everything} from '../support/server.js';

test('requests that come in one piece are taken up a few at a time', async () => {
	const location = memoryLocation();
	await makeRepository(location);
	let begun = 0;
	let atWork = 0;
	let most = 0;
	class Counting extends ServedRepository {
		override async base(): ReturnType<ServedRepository['base']> {
			begun++;
			most = Math.max(most, ++atWork);
			await turn();
			atWork--;
			return super.base();
		}
	}

	const message = encodeMessage({op: 'readConfig', client: {host: 'host7', pid: 7}});
	const frames = Array.from({length: 100}, (_, number) => [frameHead(number, message.length), message]).flat();
	const input = new PassThrough({highWaterMark: 1024 * 1024});
	const output = new Writable({
		write(_piece, _encoding, taken) {
			setImmediate(taken);
		},
	});
	input.end(Buffer.concat(frames));
	await servePipe(new Counting({name: 'r', location, access: everything, leaseMs: 60_000}), input, output);
	expect(begun).toBe(100);
	expect(most).toBeLessThanOrEqual(8);
});

test('a request names its repository by a path; of many of them, each is served once', async () => {
	const locations: string[] = [];
	const served = new NamedRepositories(place => `memory:${place.replace(/\/$/, '')}`, location => {
		locations.push(location);
		return new ServedRepository({name: location, location, access: everything, leaseMs: 60_000});
	});
	await makeRepository('memory:/named');
	const outcome = async (fields: Record<string, unknown>): Promise<string> =>
		(await answerMessage(served, encodeMessage({op: 'readConfig', client: {host: 'host7', pid: 7}, ...fields}))).outcome;
	expect([await outcome({place: '/named'}), await outcome({place: '/named/'}), await outcome({place: '~/none'})]).toEqual(['ok', 'ok', 'REPOSITORY_NOT_FOUND']);
	expect([await outcome({}), await outcome({place: 'memory:/named'}), await outcome({place: 'ssh://host/a'}), await outcome({place: `/${'x'.repeat(5000)}`})]).toEqual(Array.from({length: 4}, () => 'PROTOCOL_ERROR'));
	expect(locations).toEqual(['memory:/named', 'memory:~/none']);
	for (let count = 0; count < 62; count++) {
		expect(await outcome({place: `/none${count}`})).toBe('REPOSITORY_NOT_FOUND');
	}

	expect(await outcome({place: '/one-more'})).toBe('BACKEND_UNAVAILABLE');
	await served.end();
});
