// The disk of a server fills up while a clone is being sent to it: the client is told whose disk, nothing half is visible,
// and with room again the same command goes on.

import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, rmSync, statfsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {freeSpaceAtSsh} from '../../source/backends/ssh/open-ssh.js';
import {freeSpaceOver} from '../../source/backends/wire/connect.js';
import {encodeMessage} from '../../source/backends/wire/message.js';
import {toWireError} from '../../source/backends/wire/wire-error.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {asPlakarError} from '../../source/errors/revive.js';
import type {JobResults} from '../../source/engine/jobs.js';
import {startServer} from '../../source/server/serve.js';
import {check, makeRepository, memoryLocation, push, run} from '../support/engine.js';
import {temporaryFolder} from '../support/folders.js';
import {temporaryServer} from '../support/server.js';
import {localShell} from '../support/ssh.js';
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

test('a clone that the far disk has no room for is refused before anything is made there', async () => {
	const disk = temporaryDisk('2m');
	if (disk === undefined) {
		return;
	}

	const folder = temporaryFolder();
	const source = await makeRepository(memoryLocation());
	makeTree(join(folder, 'tree'), [{path: 'f', content: randomBytes(4_000_000)}]);
	await push(source, [join(folder, 'tree')]);
	const server = await temporaryServer();
	const [absent, empty] = [join(disk, 'absent'), join(disk, 'empty')];
	mkdirSync(empty);
	for (const place of [absent, empty]) {
		const error = await run({verb: 'clone', source: {location: source}, target: `plakar://127.0.0.1:${server.port}/${server.serve(place)}`}).catch(asPlakarError);
		expect(error).toMatchObject({code: 'PLAN_BLOCKED', message: expect.stringMatching(/[34]\.\d+ MiB are needed and [12]\.\d+ MiB are free/), hint: expect.stringContaining('Nothing was made')});
		expect(existsSync(join(place, 'CONFIG'))).toBe(false);
	}

	expect(existsSync(absent)).toBe(false);
	const {bavail, bsize} = statfsSync(disk);
	expect(await freeSpaceAtSsh(`ssh://here${absent}`, {}, localShell(folder))).toBe(bavail * bsize);
});

test('a server that knows no free space where nothing is yet leaves it unknown', async () => {
	const answering = (error: PlakarError) => ({peer: 'there', carry: async () => encodeMessage({error: toWireError(error)}), close: async () => undefined});
	for (const code of ['REPOSITORY_NOT_FOUND', 'REPOSITORY_UNRECOGNISED'] as const) {
		expect(await freeSpaceOver(answering(new PlakarError(code, {message: 'There is none.', hint: 'Make it.'})), {})).toBeUndefined();
	}

	await expect(freeSpaceOver(answering(new PlakarError('BACKEND_DENIED', {message: 'No.', hint: 'Ask.'})), {})).rejects.toMatchObject({code: 'BACKEND_DENIED'});
});
