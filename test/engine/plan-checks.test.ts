// What a plan warns of before anything is written: each check against repositories of which it is true, and not true.

import {mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {ledgerFile, writeLedger} from '../../source/engine/ledger/ledger-file.js';
import {lastProven} from '../../source/engine/ledger/ledger.js';
import {exposesContent, type Plan, type PlanCheck} from '../../source/engine/plan.js';
import {openRepository} from '../../source/engine/repository.js';
import {decodeConfig, encodeConfig} from '../../source/format/config.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {check, contradict, makeRepository, memoryLocation, plan, push, sync} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeTree} from '../support/trees.js';

const dayMs = 86_400_000;
const checkOf = ({checks}: Plan, topic: string): PlanCheck | undefined => checks.find(each => each.topic === topic);

function treeOf(content: string): string {
	const tree = join(temporaryFolder(fastPlace), 'tree');
	makeTree(tree, [{path: 'file', content: Buffer.from(content.repeat(2000))}]);
	return tree;
}

/** A repository as if it had been made so many days ago. */
async function aged(location: string, days: number): Promise<string> {
	const backend = await openBackend(location);
	await backend.writeConfig(encodeConfig({...decodeConfig(await backend.readConfig(), location), created: new Date(Date.now() - (days * dayMs)).toISOString()}));
	return location;
}

/** Two repositories of one family, each with a snapshot. */
async function pair(): Promise<readonly [string, string]> {
	const [source, target] = [await makeRepository(memoryLocation()), await makeRepository(memoryLocation())];
	await push(source, [treeOf('here')]);
	await push(target, [treeOf('there')]);
	return [source, target];
}

describe('sharing', () => {
	test('is warned of where the target cuts otherwise and nothing is known to be in both', async () => {
		const [source, target] = [await makeRepository(memoryLocation()), await makeRepository(memoryLocation(), {averageChunkBytes: 16_384})];
		await push(source, [treeOf('here')]);
		expect(checkOf(await plan(source, target), 'sharing')).toBeUndefined();
		await push(target, [treeOf('there')]);
		expect(checkOf(await plan(source, target), 'sharing')).toMatchObject({level: 'warn', text: expect.stringMatching(/^this snapshot shares nothing known with the 1 already there \(FastCDC 1K\/4K\/16K here, FastCDC 4K\/16K\/64K there\); expect up to \+[\d.]+ [KMG]?i?B$/) as string});
	});

	test('is not once an earlier snapshot of the same folder is in both, nor within a family', async () => {
		const [source, target] = [await makeRepository(memoryLocation()), await makeRepository(memoryLocation(), {averageChunkBytes: 16_384})];
		const tree = treeOf('here');
		await push(source, [tree]);
		await sync(source, target);
		makeTree(tree, [{path: 'more', content: Buffer.from('more')}]);
		await push(source, [tree]);
		expect(checkOf(await plan(source, target), 'sharing')).toBeUndefined();
		expect(checkOf(await plan(...await pair()), 'sharing')).toBeUndefined();
	});
});

describe('the last check of the target', () => {
	test('is missed only where the target is old enough and holds something', async () => {
		const [source, target] = await pair();
		expect(checkOf(await plan(source, target), 'verified')).toBeUndefined();
		expect(checkOf(await plan(source, await aged(target, 89)), 'verified')).toBeUndefined();
		expect(checkOf(await plan(source, await aged(target, 91)), 'verified')).toMatchObject({level: 'warn', text: 'no check of the target is known, and it is 91 days old'});
		expect(checkOf(await plan(source, await aged(await makeRepository(memoryLocation()), 91)), 'verified')).toBeUndefined();
	});

	test('counts when it was lately, and is told when it was long ago', async () => {
		process.env['XDG_STATE_HOME'] = temporaryFolder(fastPlace);
		const source = await makeRepository(memoryLocation());
		await push(source, [treeOf('here')]);
		const target = await makeRepository(join(temporaryFolder(fastPlace), 'target'));
		await push(target, [treeOf('there')]);
		await aged(target, 400);
		await check(target);
		expect(checkOf(await plan(source, target), 'verified')).toMatchObject({level: 'ok'});
		const {config, location, close} = await openRepository({location: target});
		await close();
		const file = ledgerFile(config.repositoryId, location);
		mkdirSync(dirname(file), {recursive: true});
		const provenAtMs = Date.now() - (100 * dayMs);
		const at = Uint32Array.of(provenAtMs / 1000);
		await writeLedger(file, {chunks: 1, unfinishedSince: 0, snapshots: 'ab'.repeat(32), count: 1, ids: new Uint8Array(16), sizes: Uint32Array.of(9), storedAt: at, contentAt: at});
		expect(checkOf(await plan(source, target), 'verified')).toMatchObject({level: 'warn', text: `the target was last verified on ${new Date(provenAtMs).toISOString().slice(0, 10)}, 100 days ago`});
	});

	test('is the newest proof that counts: of content where it can be read, and not from the future', () => {
		const days = [{day: 900, stored: 5, content: 5}, {day: 700, stored: 3, content: 0}, {day: 600, stored: 1, content: 2}];
		expect([lastProven({days}, 800 * 86_400, true), lastProven({days}, 800 * 86_400, false), lastProven({days: []}, 800 * 86_400, true)]).toEqual([600, 700, 0]);
	});
});

test('a conflict is named', async () => {
	const [source, target] = await pair();
	await sync(source, target);
	const [held] = Object.keys((await plan(source, target)).source.snapshots);
	await contradict(target, held as SnapshotId);
	expect(checkOf(await plan(source, target), 'conflict')).toMatchObject({level: 'warn', text: `1 skipped: same id, other content (${held!.slice(0, 6)})`});
});

test('a lock of somebody who removes blocks on the target and warns on the source; one who adds is told of', async () => {
	const [source, target] = [await makeRepository(join(temporaryFolder(fastPlace), 'source')), await makeRepository(join(temporaryFolder(fastPlace), 'target'))];
	const backend = await openBackend(target);
	const lock = await backend.lock('exclusive', 'cleanup');
	expect(checkOf(await plan(source, target), 'lock')).toMatchObject({level: 'block', text: expect.stringContaining('holds the target for cleanup') as string});
	expect(checkOf(await plan(target, source), 'lock')).toMatchObject({level: 'warn', text: expect.stringContaining('holds the source for cleanup') as string});
	await lock.release();
	expect(checkOf(await plan(source, target), 'lock')).toMatchObject({level: 'ok'});
	const adding = await backend.lock('shared', 'push');
	expect(checkOf(await plan(source, target), 'lock')).toMatchObject({level: 'note', text: expect.stringContaining(`(pid ${process.pid}) adds to the target`) as string});
	await adding.release();
	await backend.close();
});

test('sealed content that becomes readable is warned of', async () => {
	const sealed = {location: await makeRepository(memoryLocation(), {encrypted: true, passphrase: 'secret'}), passphrase: 'secret'};
	const open = {location: await makeRepository(memoryLocation())};
	const [out, back] = [await plan(sealed, open), await plan(open, sealed)];
	expect([exposesContent(out), checkOf(out, 'encryption')?.level, exposesContent(back), checkOf(back, 'encryption')?.level]).toEqual([true, 'warn', false, 'ok']);
});
