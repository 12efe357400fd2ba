// How many threads a job starts, and what becomes of tasks when threads end.

import {join} from 'node:path';
import type {Worker} from 'node:worker_threads';
import {expect, onTestFinished, test} from 'vitest';
import {openSealed, sideOf} from '../../source/engine/repository.js';
import type {RecordId} from '../../source/format/ids.js';
import {Counters} from '../../source/workers/counters.js';
import {openLanes, type Lanes} from '../../source/workers/lanes.js';
import type {Examination} from '../../source/workers/task.js';
import {makeRepository, push} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeTree} from '../support/trees.js';

/** Lanes that read a small repository, the threads they start, and a task for them. */
async function openScene(count: number): Promise<{readonly lanes: Lanes; readonly threads: readonly Worker[]; examine(): Promise<Examination>}> {
	const folder = temporaryFolder(fastPlace);
	makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.from('some content')}]);
	const location = await makeRepository(join(folder, 'repository'));
	await push(location, [join(folder, 'tree')]);
	const sealed = await openSealed(location);
	const {value: ids} = await sealed.backend.list('chunk')[Symbol.asyncIterator]().next() as {value: RecordId[]};
	const threads: Worker[] = [];
	const watch = (thread: Worker): void => {
		threads.push(thread);
	};

	process.on('worker', watch);
	const lanes = await openLanes({counters: new Counters(), sides: {source: sideOf(sealed)}, signal: new AbortController().signal, count});
	onTestFinished(async () => {
		process.off('worker', watch);
		await lanes.close();
		await sealed.close();
	});
	const states = new SharedArrayBuffer(ids.length);
	return {lanes, threads, examine: async () => lanes.run({name: 'examine', kind: 'chunk', ids: Buffer.from(ids.join(''), 'hex'), read: new Uint8Array(ids.length).fill(1), map: {states, first: 0}})};
}

test('a thread for what comes one after the other, and as many as there may be for what comes at once', async () => {
	const {threads, examine} = await openScene(3);
	const first = await examine();
	expect(await examine()).toEqual(first);
	expect(threads.length).toBe(1);
	expect(await Promise.all(Array.from({length: 10}, examine))).toEqual(Array.from({length: 10}, () => first));
	expect(threads.length).toBe(3);
});

test('a thread that ends by itself is followed by one that rests; without any, tasks fail and none waits for ever', async () => {
	const {threads, examine} = await openScene(2);
	const first = await examine();
	for (const thread of [...threads]) {
		await thread.terminate();
	}

	expect(await examine()).toEqual(first);
	expect(threads.length).toBe(2);
	const inHand = Array.from({length: 20}, examine);
	const ended = Promise.allSettled(inHand);
	await threads[1]!.terminate();
	expect((await ended).filter(({status}) => status === 'rejected').length).toBeGreaterThan(0);
	await expect(examine()).rejects.toMatchObject({code: 'INTERNAL', message: expect.stringContaining('A worker thread ended unexpectedly') as string});
});
