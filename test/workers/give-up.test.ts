// A repository that cannot be reached any more: the work that waits in the lanes ends with the first failure.

import {expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import {Counters} from '../../source/engine/counters.js';
import {openSealed, sideOf} from '../../source/engine/repository.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import type {RecordId, SnapshotId} from '../../source/format/ids.js';
import {openLanes} from '../../source/workers/lanes.js';
import {temporaryFolder} from '../support/folders.js';
import {makeTree} from '../support/trees.js';
import {makeRepository, memoryLocation, push} from '../support/engine.js';

const snapshot = '11111111-1111-4111-8111-111111111111' as SnapshotId;

test('of many batches, only those on their way at that time wait for it', async () => {
	const folder = temporaryFolder();
	const [from, to] = [await makeRepository(memoryLocation()), await makeRepository(memoryLocation())];
	const [source, target] = [sideOf(await openSealed(from)), sideOf(await openSealed(to))];
	makeTree(folder, [{path: 'f', content: Buffer.from('some content')}]);
	await push(from, [folder]);
	const {value: ids} = await source.backend.list('chunk')[Symbol.asyncIterator]().next() as {value: RecordId[]};
	let asked = 0;
	const dead = wrap(await openBackend(to), {
		async stage() {
			asked++;
			throw new PlakarError('BACKEND_UNAVAILABLE', {message: 'Silence.', hint: 'This is a test.'});
		},
	});
	const lanes = await openLanes({counters: new Counters(), sides: {source, targets: [{...target, backend: dead}]}, signal: new AbortController().signal});
	const answers = await Promise.all(Array.from({length: 20}, async () => lanes.run({name: 'copy', kind: 'chunk', ids, destinations: [{target: 0, snapshot}]})));
	expect(answers.map(({results: [result]}) => 'code' in result! ? result.code : 'sent')).toEqual(answers.map(() => 'BACKEND_UNAVAILABLE'));
	expect(asked).toBeGreaterThan(0);
	expect(asked).toBeLessThanOrEqual(lanes.capacity);
	await lanes.close();
});

test('of many batches of a check, too', async () => {
	const folder = temporaryFolder();
	const location = await makeRepository(memoryLocation());
	const source = sideOf(await openSealed(location));
	makeTree(folder, [{path: 'f', content: Buffer.from('some content')}]);
	await push(location, [folder]);
	const {value: [id]} = await source.backend.list('chunk')[Symbol.asyncIterator]().next() as {value: RecordId[]};
	let asked = 0;
	const dead = wrap(source.backend, {
		async inspect() {
			asked++;
			throw new PlakarError('BACKEND_UNAVAILABLE', {message: 'Silence.', hint: 'This is a test.'});
		},
	});
	const lanes = await openLanes({counters: new Counters(), sides: {source: {...source, backend: dead}}, signal: new AbortController().signal});
	const answers = await Promise.allSettled(Array.from({length: 20}, async () => lanes.run({name: 'examine', kind: 'chunk', ids: Buffer.from(id!, 'hex')})));
	expect(answers.map(answer => answer.status === 'rejected' ? (answer.reason as PlakarError).code : 'examined')).toEqual(answers.map(() => 'BACKEND_UNAVAILABLE'));
	expect(asked).toBeGreaterThan(0);
	expect(asked).toBeLessThanOrEqual(lanes.capacity);
	await lanes.close();
});
