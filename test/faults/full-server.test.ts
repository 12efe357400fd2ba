// The disk of a server fills up while a clone is being sent to it: the client is told whose disk, nothing half is visible,
// and with room again the same command goes on.

import {randomBytes} from 'node:crypto';
import {rmSync, statfsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {asPlakarError} from '../../source/errors/revive.js';
import type {JobResults} from '../../source/engine/jobs.js';
import {startServer} from '../../source/server/serve.js';
import {check, makeRepository, memoryLocation, push, run} from '../support/engine.js';
import {temporaryFolder} from '../support/folders.js';
import {temporaryDisk} from '../support/small-disk.js';
import {makeTree} from '../support/trees.js';

/** For what a transaction needs beside records. */
const leftBytes = 300_000;

test('a disk that fills up at the far end', async () => {
	const disk = temporaryDisk('12m');
	if (disk === undefined) {
		return;
	}

	const [place, filler] = [join(disk, 'there'), join(disk, 'filler')];
	const fill = (): void => {
		const {bavail, bsize} = statfsSync(disk);
		writeFileSync(filler, Buffer.alloc((bavail * bsize) - leftBytes));
	};

	let begun = 0;
	const server = await startServer({
		listen: '127.0.0.1:0', locations: [place], access: {add: true, remove: false}, tokenFile: undefined, certFile: undefined, keyFile: undefined, insecure: false,
		log(line) {
			// The second of three snapshots finds no room.
			if (line.includes(' begin ') && ++begun === 2) {
				fill();
			}
		},
	});
	onTestFinished(async () => server.close());
	const [target] = server.locations;
	const folder = temporaryFolder();
	const source = await makeRepository(memoryLocation());
	for (const name of ['one', 'two', 'three']) {
		makeTree(join(folder, name), [{path: 'f', content: randomBytes(1_500_000)}]);
		await push(source, [join(folder, name)]);
	}

	const clone = async (): Promise<JobResults['clone']> => run({verb: 'clone', source: {location: source}, target: target!});
	const error = await clone().catch(asPlakarError);
	expect(error).toMatchObject({code: 'BACKEND_FULL', message: expect.stringMatching(/^plakar:\/\/127\.0\.0\.1:\d+\/there: .*the disk is full/)});
	expect(await check(place)).toMatchObject({findings: [], snapshots: 1});

	rmSync(filler);
	expect(await clone()).toMatchObject({receipt: true, snapshots: {length: 2}});
	expect(await check(place)).toMatchObject({findings: [], snapshots: 3});
});
