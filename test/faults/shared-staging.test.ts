// Snapshots that rely on what another one staged: whatever becomes of that one, nothing visible ever lacks a record.

import {readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {noLinksFile} from '../../source/backends/filesystem/layout.js';
import {openBackend} from '../../source/backends/registry.js';
import type {Backend} from '../../source/backends/contract.js';
import {wrapCalls} from '../../source/backends/wrap/wrap.js';
import {Counters} from '../../source/engine/counters.js';
import {makePlan} from '../../source/engine/make-plan.js';
import {sendableRows} from '../../source/engine/plan.js';
import {applyPlan} from '../../source/engine/sync.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {makeRepository, memoryLocation, push} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {checkInline, openInline, quietly} from '../support/inline.js';
import {makeTree} from '../support/trees.js';
import {Died, startDying} from './dying-system.js';

type Choice = {readonly among?: readonly SnapshotId[]; readonly ticked?: readonly SnapshotId[]; readonly change?: (backend: Backend) => Backend};

async function syncInline(source: string, target: string, {among, ticked, change}: Choice = {}): Promise<void> {
	const [from, to] = [await openInline(source), await openInline(target, change)];
	const made = await makePlan(from, to, among);
	await applyPlan({source: from, target: to, plan: made, ticked: ticked ?? sendableRows(made).map(row => made.rows[row]!.snapshot), counters: new Counters()}, quietly);
}

/** A source with an older and a newer snapshot that share content. */
async function makeTwo(folder: string): Promise<{readonly source: string; readonly older: SnapshotId; readonly newer: SnapshotId}> {
	const source = await makeRepository(join(folder, 'source'));
	const snapshots: SnapshotId[] = [];
	for (const step of ['older', 'newer']) {
		makeTree(join(folder, 'tree'), [{path: 'shared', content: Buffer.alloc(9000, 'shared ')}, {path: step, content: Buffer.alloc(3000, step)}]);
		snapshots.push((await push(source, [join(folder, 'tree')])).snapshot);
	}

	return {source, older: snapshots[0]!, newer: snapshots[1]!};
}

const findingsOf = async (location: string): Promise<unknown[]> => [...(await checkInline(location)).findings];

const dyingAtCommit = (backend: Backend): Backend => wrapCalls(backend, ['commit'], async () => {
	throw new Died('died before commit');
});

/** Stages all of `snapshot` in `target` and dies before it is committed. */
async function leaveUnfinished(source: string, target: string, snapshot: SnapshotId): Promise<void> {
	await expect(syncInline(source, target, {among: [snapshot], change: dyingAtCommit})).rejects.toThrow();
	expect(await (await openBackend(target)).unfinished()).toMatchObject([{snapshot}]);
}

test.each([
	['a folder', (folder: string) => join(folder, 'target')],
	['a folder without links', (folder: string) => join(folder, 'unlinked')],
	['a SQLite file', (folder: string) => `sqlite:${folder}/target.db`],
	['memory', () => memoryLocation()],
])('an older snapshot that is sent to %s without the newer one', async (_, locate) => {
	const folder = temporaryFolder(fastPlace);
	const {source, older, newer} = await makeTwo(folder);
	const target = await makeRepository(locate(folder));
	if (target.endsWith('unlinked')) {
		writeFileSync(join(target, noLinksFile), '');
	}

	await leaveUnfinished(source, target, newer);
	await syncInline(source, target, {ticked: [older]});
	expect(await findingsOf(target)).toEqual([]);
	// Whoever goes on with it and is stopped too makes nobody's of what was published.
	await expect(syncInline(source, target, {change: dyingAtCommit})).rejects.toThrow();
	expect(await findingsOf(target)).toEqual([]);
	await syncInline(source, target);
	expect(await findingsOf(target)).toEqual([]);
	expect(await (await openBackend(target)).unfinished()).toEqual([]);
});

test('a run that dies at any changing call while both are sent', async () => {
	const folder = temporaryFolder(fastPlace);
	const {source, newer} = await makeTwo(folder);
	for (let deathAt = 1; ; deathAt++) {
		const target = await makeRepository(join(folder, `target-${deathAt}`));
		await leaveUnfinished(source, target, newer);
		const {revive} = startDying(deathAt);
		const isDead = await syncInline(source, target).then(() => false, () => true);
		revive();
		for (const name of readdirSync(join(target, 'locks'))) {
			rmSync(join(target, 'locks', name));
		}

		expect([...(await checkInline(target)).findings], `died at call ${deathAt}`).toEqual([]);
		rmSync(target, {recursive: true});
		if (!isDead) {
			expect(deathAt).toBeGreaterThan(30);
			break;
		}
	}
}, 120_000);
