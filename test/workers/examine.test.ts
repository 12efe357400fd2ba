// What a lane answers of the records of one task, where its medium finds and reads them in one step.

import {join} from 'node:path';
import {expect, test} from 'vitest';
import {filesystemBackend} from '../../source/backends/filesystem/filesystem.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import {openSealed, sideOf} from '../../source/engine/repository.js';
import {Counters, mapCode} from '../../source/workers/counters.js';
import {openLane} from '../../source/workers/lane.js';
import {examineRecords} from '../../source/workers/tasks/examine.js';
import {makeRepository, push} from '../support/engine.js';
import {temporaryFolder} from '../support/folders.js';
import {makeTree} from '../support/trees.js';

/** A repository of more than 100 chunks, and how a lane examines all of them, told of each record as it is handed over. */
async function makeScene(onRecord: (index: number, counters: Counters) => void) {
	const folder = temporaryFolder();
	makeTree(join(folder, 'tree'), Array.from({length: 100}, (_, index) => ({path: `file-${index}`, content: Buffer.from(`content ${index}`)})));
	const location = await makeRepository(join(folder, 'repository'));
	await push(location, [join(folder, 'tree')]);
	const {backend: _, ...source} = sideOf(await openSealed(location));
	const medium = await filesystemBackend.open(location);
	const counters = new Counters();
	const watched = wrap(medium, {
		async survey(kind, ids, read, visit, options) {
			await medium.survey!(kind, ids, read, (inspection, result, index) => {
				const goesOn = visit(inspection, result, index);
				onRecord(index, counters);
				return goesOn;
			}, options);
		},
	});
	const lane = await openLane({lane: 0, counters: counters.buffer, sides: {source}}, {source: watched});
	const ids: string[] = [];
	for await (const page of medium.list('chunk')) {
		ids.push(...page);
	}

	const map = new SharedArrayBuffer(ids.length);
	const examine = async (read: Uint8Array | undefined) => examineRecords(lane, {kind: 'chunk', ids: Buffer.from(ids.join(''), 'hex'), read, map: {states: map, first: 0}});
	return {count: ids.length, examine, cells: new Uint8Array(map), counters};
}

test('a task that is stopped answers for every record, read or not', async () => {
	const {count, examine, cells, counters} = await makeScene((index, job) => {
		if (index === 40) {
			job.cancel();
		}
	});
	const all = new Uint8Array(count).fill(1);
	const seen = await examine(all);
	const readCount = 64;
	expect([...seen.states]).toEqual(Array.from({length: count}, (_, index) => index < readCount ? 1 : 0));
	expect([...cells]).toEqual(Array.from({length: count}, (_, index) => index < readCount ? mapCode.sound : mapCode.unread));
	expect(counters.get('chunksDone')).toBe(readCount);
	expect(seen.bytesRead).toBe(seen.sizes.slice(0, readCount).reduce((sum, size) => sum + size, 0));
	const untouched = await examine(undefined);
	expect(seen).toMatchObject({sizes: untouched.sizes, references: untouched.references, reserved: untouched.reserved});
});

test('a record that is not to be read is looked at only', async () => {
	const {count, examine, counters} = await makeScene(() => undefined);
	const seen = await examine(Uint8Array.from({length: count}, (_, index) => index % 3 === 0 ? 1 : 0));
	expect([...seen.states]).toEqual(Array.from({length: count}, (_, index) => index % 3 === 0 ? 1 : 0));
	expect(Math.min(...seen.sizes)).toBeGreaterThan(0);
	expect(counters.get('chunksDone')).toBe(Math.ceil(count / 3));
});
