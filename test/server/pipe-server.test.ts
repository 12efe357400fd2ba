// What a client can make the far end of a pipe hold in memory.

import {PassThrough, Writable} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {frameHead} from '../../source/backends/wire/frames.js';
import {encodeMessage} from '../../source/backends/wire/message.js';
import {servePipe} from '../../source/server/pipe-server.js';
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
