// A clone that is filled beside its place: what stands where meanwhile, who is kept out, and what is said of it.

import {spawn} from 'node:child_process';
import {randomBytes, randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {createBackend, openBackend} from '../../source/backends/registry.js';
import {openHandle} from '../../source/backends/sqlite/connection.js';
import {asPlakarError} from '../../source/errors/revive.js';
import type {JobEvent} from '../../source/engine/events.js';
import type {TransferReport} from '../../source/engine/jobs.js';
import {openSealed} from '../../source/engine/repository.js';
import {encodeConfig, type RepositoryConfig} from '../../source/format/config.js';
import type {RecordId} from '../../source/format/ids.js';
import {check, makeRepository, memoryLocation, push, run} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {keptOf} from '../support/kept.js';
import {makeHome} from '../support/program.js';
import {temporaryDisk} from '../support/small-disk.js';
import {at} from '../support/sqlite.js';
import {fingerprint, makeTree} from '../support/trees.js';
import {program} from '../terminal/pty.js';

/** Pushes a snapshot of its own to `source`. */
async function pushOne(source: string, sizeBytes = 20_000): Promise<string> {
	const tree = temporaryFolder(fastPlace);
	makeTree(tree, [{path: 'file', content: randomBytes(sizeBytes)}]);
	return (await push(source, [tree])).snapshot;
}

/** A source of two snapshots and a place for its clone, in a folder that holds nothing else. */
async function makeScene(source = memoryLocation()) {
	await makeRepository(source);
	await pushOne(source);
	await pushOne(source);
	const file = join(temporaryFolder(fastPlace), 'vault.db');
	return {source, file, aside: `${file}.clone.part`, here: (): string[] => readdirSync(dirname(file)).sort()};
}

const clone = async (source: string, file: string, onEvent: (event: JobEvent) => void = () => undefined, signal?: AbortSignal): Promise<TransferReport> =>
	run({verb: 'clone', source: {location: source}, target: at(file)}, {onEvent, ...(signal === undefined ? {} : {signal})});

/** A clone that is stopped once its records are being sent. */
async function stopClone(source: string, file: string): Promise<void> {
	const stopping = new AbortController();
	await expect(clone(source, file, event => {
		if (event.type === 'phase' && event.phase === 'chunks') {
			stopping.abort();
		}
	}, stopping.signal)).rejects.toMatchObject({code: 'CANCELLED'});
}

/** Calls `act` when everything was sent and nothing is compared yet. */
const whenSent = (act: () => void) => (event: JobEvent): void => {
	if (event.type === 'phase' && event.phase === 'receipt') {
		act();
	}
};

const configOf = async (location: string): Promise<RepositoryConfig> => {
	const repository = await openSealed(location);
	await repository.close();
	return repository.config;
};

describe('a clone to a SQLite file', () => {
	test('has its name when it is whole, compared and at rest, and not before', async () => {
		const {source, file, aside, here} = await makeScene();
		const seen: unknown[] = [];
		const report = await clone(source, file, event => {
			if (event.type === 'phase' && event.phase !== 'open' && event.phase !== 'plan') {
				const handle = openHandle(aside, true);
				seen.push([here().filter(name => !name.endsWith('-journal')), handle.prepare('SELECT mode, purpose FROM lock').all()]);
				handle.close();
			}
		});
		// While it is sent, and while it is compared.
		const filling = [['vault.db.clone.part'], [{mode: 'exclusive', purpose: `a clone from ${source}`}]];
		expect(seen).toEqual([filling, filling]);
		expect(report).toMatchObject({receipt: true, targetLocation: `sqlite://${file}`, snapshots: {length: 2}});
		expect(here()).toEqual(['vault.db']);
		expect([statSync(file).nlink, statSync(file).mode & 0o777, existsSync(aside)]).toEqual([1, 0o600, false]);
		expect(await keptOf(at(file))).toEqual(await keptOf(source));
		expect((await check(at(file))).findings).toEqual([]);
		expect((await configOf(at(file))).unfinishedCloneOf).toBeUndefined();
		const backend = await openBackend(at(file));
		expect(await backend.locks()).toEqual([]);
		await backend.close();
		// It can be written and read in this process as any other.
		await pushOne(at(file));
		expect((await check(at(file))).findings).toEqual([]);
	});

	test('that was stopped is told wherever its name is asked for, and goes on', async () => {
		const {source, file, aside, here} = await makeScene();
		await stopClone(source, file);
		expect(here()).toEqual(['vault.db.clone.part']);
		for (const location of [at(file), `sqlite://${file}`]) {
			await expect(run({verb: 'describe', repository: {location}})).rejects.toMatchObject({
				code: 'REPOSITORY_NOT_FOUND',
				message: `There is no repository at ${file}, but a clone to it that was not finished: ${aside}.`,
				hint: 'Run that clone again to finish it, or remove this file and any journal beside it.',
			});
		}

		// And once more, when there is nothing left to send.
		const stopping = new AbortController();
		await expect(clone(source, file, whenSent(() => {
			stopping.abort();
		}), stopping.signal)).rejects.toMatchObject({code: 'CANCELLED'});
		expect(here()).toEqual(['vault.db.clone.part']);
		expect(await clone(source, file)).toMatchObject({receipt: true, targetLocation: `sqlite://${file}`, bytesWritten: 0});
		expect(here()).toEqual(['vault.db']);
		expect(await keptOf(at(file))).toEqual(await keptOf(source));
		await expect(clone(source, file)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS', message: `There is a repository at sqlite://${file} already.`});
	});

	test('that another process is at is left to it', async () => {
		const {source, file, aside, here} = await makeScene();
		await stopClone(source, file);
		const other = await openBackend(at(aside));
		const lock = await other.lock('exclusive', 'a clone from elsewhere');
		const before = await keptOf(at(aside));
		await expect(clone(source, file)).rejects.toMatchObject({
			code: 'BACKEND_LOCKED',
			message: expect.stringMatching(`^Another clone to sqlite://${file} is under way: ${aside} is locked by .* \\(pid ${process.pid}\\) for a clone from elsewhere, since `) as string,
			hint: 'Wait until it has finished. Should it be stopped, the same command goes on with what it has sent.',
		});
		expect(here().filter(name => !name.endsWith('-journal'))).toEqual(['vault.db.clone.part']);
		expect([await keptOf(at(aside)), await other.locks()]).toEqual([before, [lock.holder]]);
		await lock.release();
		await other.close();
		expect(await clone(source, file)).toMatchObject({receipt: true});
		expect(here()).toEqual(['vault.db']);
	});

	test('begun by several processes at once is made by one of them, whole', async () => {
		const {source, file, here} = await makeScene(join(temporaryFolder(fastPlace), 'source'));
		const home = makeHome();
		const ends = await Promise.all(Array.from({length: 3}, async () => {
			const child = spawn(process.execPath, [program, 'on', source, 'clone', at(file)], {env: {...process.env, HOME: home.home}, stdio: ['ignore', 'ignore', 'pipe']});
			let told = '';
			child.stderr.on('data', (text: Buffer) => {
				told += text.toString();
			});
			const [status] = await once(child, 'close') as [number];
			return status === 0 ? 'done' : told;
		}));
		expect(ends.filter(end => end === 'done'), ends.join('\n')).toHaveLength(1);
		for (const told of ends.filter(end => end !== 'done')) {
			expect(told).toMatch(/Another clone to .* is under way: |There is a repository at .* already\.|is taken: there is a file already\./);
		}

		expect(here()).toEqual(['vault.db']);
		expect(await keptOf(at(file))).toEqual(await keptOf(source));
		expect((await check(at(file))).findings).toEqual([]);
	});

	test.each<[string, (file: string) => void | Promise<void>]>([
		['a file', file => {
			writeFileSync(file, 'precious');
		}],
		['a folder', file => {
			mkdirSync(file);
		}],
	])('leaves %s alone that comes to its place meanwhile, and takes the place when that is gone', async (_, come) => {
		const {source, file, aside, here} = await makeScene();
		await expect(clone(source, file, whenSent(() => void come(file)))).rejects.toMatchObject({
			code: 'REPOSITORY_EXISTS',
			message: `Something has come to ${file} while it was being cloned to.`,
			hint: `The whole clone is in ${aside}: move away what is in its place and run the same command again, or give this file another name yourself.`,
		});
		expect(here()).toEqual(['vault.db', 'vault.db.clone.part']);
		expect(statSync(file).size).not.toBe(statSync(aside).size);
		expect((await check(at(aside))).findings).toEqual([]);
		await expect(clone(source, file)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
		rmSync(file, {recursive: true});
		expect(await clone(source, file)).toMatchObject({receipt: true, bytesWritten: 0, recordsWritten: 0});
		expect(here()).toEqual(['vault.db']);
		expect(await keptOf(at(file))).toEqual(await keptOf(source));
	});

	test('is not mixed with that of another source', async () => {
		const {source, file, aside} = await makeScene();
		const stranger = (await makeScene()).source;
		await stopClone(stranger, file);
		const before = fingerprint(dirname(file));
		await expect(clone(source, file)).rejects.toMatchObject({
			code: 'REPOSITORY_EXISTS',
			message: `A clone of another repository to sqlite://${file} was begun and not finished: sqlite://${aside}.`,
			hint: 'Run that clone again to finish it, or remove this file; then this one can be made.',
		});
		expect(fingerprint(dirname(file))).toBe(before);
		expect(await clone(stranger, file)).toMatchObject({receipt: true});
		expect(await keptOf(at(file))).toEqual(await keptOf(stranger));
	});

	test('that was whole already is not taken for one of a relative that holds less', async () => {
		const {source, file, aside, here} = await makeScene();
		const relative = memoryLocation();
		await run({verb: 'clone', source: {location: source}, target: relative});
		await pushOne(source);
		await expect(clone(source, file, whenSent(() => {
			mkdirSync(file);
		}))).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
		rmSync(file, {recursive: true});
		const before = await keptOf(at(aside));
		await expect(clone(relative, file)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS', message: `sqlite://${aside}, where the clone to sqlite://${file} is filled, holds other snapshots than ${relative}.`});
		expect([here(), await keptOf(at(aside))]).toEqual([['vault.db.clone.part'], before]);
		// The source has grown: what was whole is brought up to date.
		await pushOne(source);
		expect(await clone(source, file)).toMatchObject({receipt: true, snapshots: {length: 1}});
		expect(await keptOf(at(file))).toEqual(await keptOf(source));
	});

	test('does not touch what else has the name of its file aside', async () => {
		const {source, file, aside} = await makeScene();
		writeFileSync(aside, 'mine');
		const before = fingerprint(dirname(file));
		await expect(clone(source, file)).rejects.toMatchObject({
			code: 'REPOSITORY_EXISTS',
			message: `The clone to sqlite://${file} would be filled in sqlite://${aside}, and something else is there.`,
		});
		expect(fingerprint(dirname(file))).toBe(before);
	});

	test.each(['nothing', 'a repository'])('is not filled through a link to %s', async what => {
		const {source, file, aside, here} = await makeScene();
		const other = join(temporaryFolder(fastPlace), 'other.db');
		if (what === 'a repository') {
			await stopClone(source, other);
			renameSync(`${other}.clone.part`, other);
		}

		symlinkSync(other, aside);
		await expect(clone(source, file)).rejects.toMatchObject({
			code: 'REPOSITORY_EXISTS',
			message: `The clone to ${file} would be filled in ${aside}, and a link to somewhere else is there.`,
			hint: 'Remove that link, then run the same command again.',
		});
		expect(here()).toEqual(['vault.db.clone.part']);
	});

	test('says so when a journal is left of one that was killed and removed, and is made when that is gone', async () => {
		const {source, file, aside, here} = await makeScene();
		await stopClone(source, file);
		const handle = openHandle(aside, false);
		handle.exec('PRAGMA journal_mode = PERSIST; PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (x); INSERT INTO t SELECT randomblob(40000) FROM json_each(\'[1,2,3,4,5,6,7,8,9]\')');
		copyFileSync(`${aside}-journal`, `${file}.kept`);
		handle.close();
		renameSync(`${file}.kept`, `${aside}-journal`);
		rmSync(aside);
		await expect(clone(source, file)).rejects.toMatchObject({
			code: 'REPOSITORY_EXISTS',
			message: `${aside}-journal is left of a database that was being written at ${aside} and is no longer there.`,
		});
		rmSync(`${aside}-journal`);
		expect(await clone(source, file)).toMatchObject({receipt: true});
		expect(here()).toEqual(['vault.db']);
	});

	test('is not filled under a second name of another file', async () => {
		const {source, file, aside} = await makeScene();
		await clone(source, file);
		linkSync(file, aside);
		renameSync(file, `${file}.moved`);
		const before = fingerprint(dirname(file));
		await expect(clone(source, file)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS', message: `${aside} is a second name of a file that has another name elsewhere.`});
		expect(fingerprint(dirname(file))).toBe(before);
	});

	test('begun in its place by an earlier version goes on there', async () => {
		const {source, file, here} = await makeScene();
		const {repositoryId, ...config} = await configOf(source);
		const old = await createBackend(at(file), encodeConfig({...config, repositoryId: randomUUID(), unfinishedCloneOf: repositoryId}));
		await old.close();
		expect(await clone(source, file)).toMatchObject({receipt: true, targetLocation: `sqlite://${file}`});
		expect(here()).toEqual(['vault.db']);
		expect((await configOf(at(file))).unfinishedCloneOf).toBeUndefined();
		expect(await keptOf(at(file))).toEqual(await keptOf(source));
	});

	test('has no name as long as the source differs from it', async () => {
		const source = join(temporaryFolder(fastPlace), 'source');
		const {file, aside, here} = await makeScene(source);
		const [header] = readdirSync(join(source, 'snapshots'), {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('HEADER'));
		const hidden = join(dirname(source), 'hidden');
		await expect(clone(source, file, whenSent(() => {
			renameSync(join(source, 'snapshots', header!), hidden);
		}))).rejects.toMatchObject({
			code: 'PLAN_STALE',
			message: `Compared again after everything was sent, ${source} and its clone differ.`,
			hint: `The clone was left in sqlite://${aside}. Run check on both, then the same command again.`,
		});
		expect(here()).toEqual(['vault.db.clone.part']);
		renameSync(hidden, join(source, 'snapshots', header!));
		expect(await clone(source, file)).toMatchObject({receipt: true, bytesWritten: 0});
		expect(here()).toEqual(['vault.db']);
	});

	test('that lacks what is damaged in the source waits for it aside', async () => {
		const {source, file, here} = await makeScene();
		const backend = await openBackend(source);
		const {value: [chunk]} = await backend.list('chunk')[Symbol.asyncIterator]().next() as {value: [RecordId]};
		const sound = await backend.read('chunk', chunk);
		await backend.replace('chunk', chunk, sound.map((byte, index) => index === sound.length - 1 ? byte ^ 1 : byte));
		expect(await clone(source, file)).toMatchObject({damaged: {length: 1}, snapshots: {length: 1}, targetLocation: `sqlite://${file}.clone.part`});
		expect(here()).toEqual(['vault.db.clone.part']);
		await backend.replace('chunk', chunk, sound);
		expect(await clone(source, file)).toMatchObject({damaged: [], snapshots: {length: 1}, targetLocation: `sqlite://${file}`});
		expect(here()).toEqual(['vault.db']);
		expect(await keptOf(at(file))).toEqual(await keptOf(source));
	});

	test('to several places names each of them once', async () => {
		const {source, file, here} = await makeScene();
		const outcomes = await run({verb: 'clone-each', source: {location: source}, targets: [at(file), at(`${dirname(file)}/./vault.db`), at(`${file}.second`)]});
		expect(outcomes).toMatchObject([
			{location: `sqlite://${file}`, report: {receipt: true, targetLocation: `sqlite://${file}`}},
			{error: {code: 'REPOSITORY_SAME', message: `sqlite://${file} is among the targets already.`}},
			{location: `sqlite://${file}.second`, report: {receipt: true}},
		]);
		expect(here()).toEqual(['vault.db', 'vault.db.second']);
	});

	test('whose disk fills up has no name, and goes on when there is room', async () => {
		const disk = temporaryDisk('12m');
		if (disk === undefined) {
			return;
		}

		const source = await makeRepository(memoryLocation());
		for (let number = 0; number < 3; number++) {
			await pushOne(source, 1_500_000);
		}

		const [file, filler] = [join(disk, 'vault.db'), join(disk, 'filler')];
		let isFilled = false;
		const error = await clone(source, file, event => {
			if (event.type === 'path' && !isFilled) {
				isFilled = true;
				const {bavail, bsize} = statfsSync(disk);
				writeFileSync(filler, Buffer.alloc(bavail * bsize));
			}
		}).catch(asPlakarError);
		expect(error).toMatchObject({code: 'BACKEND_FULL', message: `${file}.clone.part cannot grow: the disk is full.`});
		expect(existsSync(file)).toBe(false);
		// That there is no room is found before anything is sent again.
		await expect(clone(source, file)).rejects.toMatchObject({code: 'PLAN_BLOCKED', message: expect.stringContaining(`cannot be cloned to sqlite://${file}: `) as string});
		rmSync(filler);
		expect(await clone(source, file)).toMatchObject({receipt: true});
		expect(readdirSync(disk)).toEqual(['vault.db']);
		expect(await keptOf(at(file))).toEqual(await keptOf(source));
		expect((await check(at(file))).findings).toEqual([]);
	});
});
