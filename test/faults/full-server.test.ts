// A disk fills up while a clone is being sent to it, near or far: whose disk it is is told, nothing half is visible, and
// with room again the same command goes on.

import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, rmSync, statfsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {freeSpaceAtSsh} from '../../source/backends/ssh/open-ssh.js';
import {freeSpaceOver} from '../../source/backends/wire/connect.js';
import {encodeMessage} from '../../source/backends/wire/message.js';
import {toWireError} from '../../source/backends/wire/wire-error.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {asPlakarError} from '../../source/errors/revive.js';
import type {JobEvent} from '../../source/engine/events.js';
import type {JobResults} from '../../source/engine/jobs.js';
import {startServer} from '../../source/server/serve.js';
import {check, makeRepository, memoryLocation, push, run} from '../support/engine.js';
import {temporaryFolder} from '../support/folders.js';
import {temporaryServer} from '../support/server.js';
import {localShell, remote} from '../support/ssh.js';
import {temporaryDisk} from '../support/small-disk.js';
import {at} from '../support/sqlite.js';
import {makeTree} from '../support/trees.js';

/** Serves `location` as the program does; answers with where. */
async function served(location: string): Promise<string> {
	const server = await startServer({
		listen: '127.0.0.1:0', locations: [location], access: {add: true, remove: false}, tokenFile: undefined, certFile: undefined, keyFile: undefined, insecure: false,
		log: () => undefined,
	});
	onTestFinished(async () => server.close());
	return server.locations[0]!;
}

/** Where `path` is behind ssh, through a shell of this machine. */
function behindSsh(path: string): string {
	const {ssh} = localShell(temporaryFolder());
	vi.stubEnv('PLAKAR_SSH', ssh.join(' '));
	vi.stubEnv('PLAKAR_SSH_REMOTE', remote);
	onTestFinished(() => {
		vi.unstubAllEnvs();
	});
	return `ssh://here${path}`;
}

type Medium = {
	readonly location: string;
	/** Where the clone finds it. */
	readonly target: string;
	/** Where it is until it is whole; default: in its place. */
	readonly begun?: string;
	/** How the error begins. */
	readonly words: RegExp;
	/** What the disk has left once the first snapshot is sent: for what a transaction needs beside records, unless told otherwise. */
	readonly leftBytes?: number;
	/** Snapshots that are visible then. */
	readonly whole?: number;
};

test.each<[string, (disk: string) => Promise<Medium> | Medium]>([
	['a folder behind a server', async disk => ({location: join(disk, 'there'), target: await served(join(disk, 'there')), words: /^plakar:\/\/127\.0\.0\.1:\d+\/there: \S+ cannot be written: the disk is full/})],
	['a SQLite file behind a server', async disk => ({location: at(join(disk, 'there')), target: await served(at(join(disk, 'there'))), words: /^plakar:\/\/127\.0\.0\.1:\d+\/there: \S+ cannot grow: the disk is full/})],
	['a folder behind ssh', disk => ({location: join(disk, 'there'), target: behindSsh(join(disk, 'there')), words: /^ssh:\/\/here\/\S+: \S+ cannot be written: the disk is full/})],
	['a SQLite file', disk => ({location: at(join(disk, 'there')), target: at(join(disk, 'there')), begun: at(join(disk, 'there.clone.part')), words: /^\/\S+ cannot grow: the disk is full/})],
	['a SQLite file, to the last byte', disk => ({location: at(join(disk, 'there')), target: at(join(disk, 'there')), begun: at(join(disk, 'there.clone.part')), words: /^\/\S+ cannot grow: the disk is full/, leftBytes: 0, whole: 0})],
])('a disk that fills up under %s', async (_, mediumOn) => {
	const disk = temporaryDisk('12m');
	if (disk === undefined) {
		return;
	}

	const filler = join(disk, 'filler');
	const {location, target, begun = location, words, leftBytes = 300_000, whole = 1} = await mediumOn(disk);
	const folder = temporaryFolder();
	const source = await makeRepository(memoryLocation());
	for (const name of ['one', 'two', 'three']) {
		makeTree(join(folder, name), [{path: 'f', content: randomBytes(1_500_000)}]);
		await push(source, [join(folder, name)]);
	}

	const clone = async (onEvent: (event: JobEvent) => void = () => undefined): Promise<JobResults['clone']> => run({verb: 'clone', source: {location: source}, target}, {onEvent});
	const error = await clone(({type}) => {
		// The first of three snapshots is sent: the second finds no room.
		if (type === 'path' && !existsSync(filler)) {
			const {bavail, bsize} = statfsSync(disk);
			writeFileSync(filler, Buffer.alloc((bavail * bsize) - leftBytes));
		}
	}).catch(asPlakarError);
	expect(error).toMatchObject({code: 'BACKEND_FULL', message: expect.stringMatching(words), hint: expect.stringMatching(/^Free some space and run the same command again/)});
	expect(await check(begun)).toMatchObject({findings: [], snapshots: whole});

	rmSync(filler);
	expect(await clone()).toMatchObject({receipt: true, snapshots: {length: 3 - whole}});
	expect(await check(location)).toMatchObject({findings: [], snapshots: 3});
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
