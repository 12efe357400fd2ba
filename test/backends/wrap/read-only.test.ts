import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Backend} from '../../../source/backends/contract.js';
import {openBackend} from '../../../source/backends/registry.js';
import {withReadOnly} from '../../../source/backends/wrap/read-only.js';
import {promiseMethods} from '../../../source/backends/wrap/wrap.js';
import {sendableRows} from '../../../source/engine/plan.js';
import {openSealed, sideOf} from '../../../source/engine/repository.js';
import {createThreadRunner} from '../../../source/session/jobs/thread-runner.js';
import {openLane} from '../../../source/workers/lane.js';
import {Counters} from '../../../source/engine/counters.js';
import {makeRepository, plan, push, run} from '../../support/engine.js';
import {temporaryFolder} from '../../support/folders.js';
import {fingerprint, makeTree} from '../../support/trees.js';

const reading = ['readConfig', 'read', 'readBatch', 'visit', 'sizes', 'inspect', 'unfinished', 'freeSpace', 'locks', 'close'];

async function makeScene(): Promise<{folder: string; source: string; target: string}> {
	const folder = temporaryFolder();
	const source = await makeRepository(join(folder, 'source'));
	const target = join(folder, 'target');
	await run({verb: 'clone', source: {location: source}, target});
	makeTree(join(folder, 'tree'), [{path: 'file', content: Buffer.alloc(9000, 'x')}]);
	await push(source, [join(folder, 'tree')]);
	return {folder, source, target};
}

test('every call that would write is refused, before the medium hears of it; reading goes on', async () => {
	const {source} = await makeScene();
	const before = fingerprint(source);
	const inner = await openBackend(source);
	const backend = withReadOnly(inner);
	for (const name of promiseMethods.filter(method => !reading.includes(method))) {
		await expect((backend[name] as () => Promise<unknown>)(), name).rejects.toMatchObject({code: 'BACKEND_READ_ONLY'});
	}

	expect(fingerprint(source)).toBe(before);
	expect(await backend.readConfig()).toEqual(await inner.readConfig());
	const ids: string[] = [];
	for await (const page of backend.list('chunk')) {
		ids.push(...page);
	}

	expect(ids.length).toBeGreaterThan(0);
	expect(await backend.read('chunk', ids[0] as never)).toEqual(await inner.read('chunk', ids[0] as never));
});

test('a job for reading only changes nothing, whatever it is asked', async () => {
	const {folder, source, target} = await makeScene();
	const made = await plan(source, target);
	const before = fingerprint(folder);
	const context = {readOnly: true};
	const ticked = sendableRows(made).map(row => made.rows[row]!.snapshot);
	await expect(run({verb: 'sync', source: {location: source}, target: {location: target}, plan: made, ticked}, context)).rejects.toMatchObject({code: 'BACKEND_READ_ONLY'});
	await expect(run({verb: 'clone', source: {location: source}, target: join(folder, 'new')}, context)).rejects.toMatchObject({code: 'BACKEND_READ_ONLY'});
	await expect(run({verb: 'push', repository: {location: source}, paths: [join(folder, 'tree')], useCache: false, commandLine: 'test'}, context)).rejects.toMatchObject({code: 'BACKEND_READ_ONLY'});
	expect(await run({verb: 'check', repository: {location: source}, level: 'full'}, context)).toMatchObject({findings: [], complete: true});
	expect(await run({verb: 'plan', source: {location: source}, target: {location: target}}, context)).toMatchObject({rows: [{state: 'send'}]});
	expect(fingerprint(folder)).toBe(before);
});

test('so is every job of a screen that was started for reading only', async () => {
	const {source, target, folder} = await makeScene();
	const made = await plan(source, target);
	const before = fingerprint(folder);
	const runner = createThreadRunner({readOnly: true});
	const request = {verb: 'sync', source: {location: source}, target: {location: target}, plan: made, ticked: made.rows.map(({snapshot}) => snapshot)} as const;
	await expect(runner.start(request, () => undefined).result).rejects.toMatchObject({code: 'BACKEND_READ_ONLY'});
	expect(await runner.start({verb: 'describe', repository: {location: source}}, () => undefined).result).toMatchObject({snapshots: [{}]});
	await runner.close();
	expect(fingerprint(folder)).toBe(before);
});

test('lanes that open the repository for themselves are held to it too', async () => {
	const {source} = await makeScene();
	const {backend: _, ...setup} = sideOf(await openSealed(source, {readOnly: true}));
	const lane = await openLane({lane: 0, counters: new Counters().buffer, sides: {source: setup, targets: [setup]}});
	for (const {backend} of [lane.side('source'), lane.side('target')] as ReadonlyArray<{readonly backend: Backend}>) {
		await expect(backend.stage('x' as never, 'chunk', [{id: 'x' as never, bytes: Buffer.from('x')}])).rejects.toMatchObject({code: 'BACKEND_READ_ONLY'});
	}
});
