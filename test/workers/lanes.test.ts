// How many threads a job starts.

import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {openSealed, sideOf} from '../../source/engine/repository.js';
import type {RecordId} from '../../source/format/ids.js';
import {Counters} from '../../source/workers/counters.js';
import {openLanes} from '../../source/workers/lanes.js';
import {makeRepository, push} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeTree} from '../support/trees.js';

test('a thread for what comes one after the other, and as many as there may be for what comes at once', async () => {
	const folder = temporaryFolder(fastPlace);
	makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.from('some content')}]);
	const location = await makeRepository(join(folder, 'repository'));
	await push(location, [join(folder, 'tree')]);
	const sealed = await openSealed(location);
	const {value: ids} = await sealed.backend.list('chunk')[Symbol.asyncIterator]().next() as {value: RecordId[]};
	let started = 0;
	const count = (): void => {
		started++;
	};

	process.on('worker', count);
	onTestFinished(() => void process.off('worker', count));
	const lanes = await openLanes({counters: new Counters(), sides: {source: sideOf(sealed)}, signal: new AbortController().signal, count: 3});
	const states = new SharedArrayBuffer(ids.length);
	const examine = async () => lanes.run({name: 'examine', kind: 'chunk', ids: Buffer.from(ids.join(''), 'hex'), read: new Uint8Array(ids.length).fill(1), map: {states, first: 0}});
	const first = await examine();
	expect(await examine()).toEqual(first);
	expect(started).toBe(1);
	expect(await Promise.all(Array.from({length: 10}, examine))).toEqual(Array.from({length: 10}, () => first));
	expect(started).toBe(3);
	await lanes.close();
	await sealed.close();
});
