// The limit while a job runs, in real lanes: it is obeyed, lifted, and never in the way of stopping.

import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {Counters, maximumLanes} from '../../source/engine/counters.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, push, run, sync} from '../support/engine.js';
import {makeTree} from '../support/trees.js';

async function makePair(): Promise<{source: string; target: string}> {
	const folder = temporaryFolder(fastPlace);
	const source = await makeRepository(join(folder, 'source'));
	const target = join(folder, 'target');
	await run({verb: 'clone', source: {location: source}, target});
	makeTree(join(folder, 'tree'), [{path: 'noise', content: randomBytes(200_000)}]);
	await push(source, [join(folder, 'tree')]);
	return {source, target};
}

const untilALaneWaits = async (counters: Counters): Promise<void> => {
	while (!Array.from({length: maximumLanes}, (_, lane) => counters.lane(lane).state).includes('waiting')) {
		await setImmediate();
	}
};

test('a limit that would take days is lifted while lanes wait for it, and the job ends', async () => {
	const {source, target} = await makePair();
	const counters = new Counters();
	counters.setLimit(1);
	const syncing = sync(source, target, {counters});
	await untilALaneWaits(counters);
	expect(counters.get('snapshotsDone')).toBe(0);
	counters.setLimit(0);
	expect(await syncing).toMatchObject({receipt: true});
});

test('stopping does not wait for the limit, and what went through is kept', async () => {
	const {source, target} = await makePair();
	const counters = new Counters();
	counters.setLimit(1);
	const controller = new AbortController();
	const syncing = sync(source, target, {counters, signal: controller.signal});
	await untilALaneWaits(counters);
	controller.abort();
	await expect(syncing).rejects.toMatchObject({code: 'CANCELLED'});
	expect((await check(target)).findings.filter(({severity}) => severity === 'damage')).toEqual([]);
	const written = counters.get('bytesWritten');
	const rest = await sync(source, target);
	expect(rest.receipt).toBe(true);
	expect(rest.bytesWritten + written).toBeGreaterThan(200_000);
});
