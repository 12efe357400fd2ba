// A preview says when its chunks were proven, and never more than a check has read.

import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {Browser} from '../../../source/engine/browse/browser.js';
import {openRepository} from '../../../source/engine/repository.js';
import type {Preview} from '../../../source/engine/browse/questions.js';
import {check, makeRepository, push} from '../../support/engine.js';
import {fastPlace, temporaryFolder} from '../../support/folders.js';
import {makeTree} from '../../support/trees.js';

test('nothing before a check; its day after it; what came since was never verified', async () => {
	const folder = temporaryFolder(fastPlace);
	vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
	const location = await makeRepository(join(folder, 'repository'));
	const tree = join(folder, 'tree');
	makeTree(tree, [{path: 'old', content: Buffer.alloc(50_000, 'old ')}]);
	await push(location, [tree]);
	const look = async (name: string): Promise<Preview> => {
		const repository = await openRepository({location});
		const browser = new Browser(repository);
		const {snapshot} = await push(location, [tree]);
		await browser.answer({name: 'open', snapshot});
		const {rows} = await browser.answer({name: 'find', text: name});
		const preview = await browser.answer({name: 'preview', place: rows.find(({type}) => type === 'file')!.own!});
		await repository.close();
		return preview;
	};

	expect((await look('old')).proof).toBeUndefined();
	await check(location, {level: 'fast'});
	expect((await look('old')).proof?.unproven ?? 1).toBeGreaterThan(0);
	const before = Date.now() - 1000;
	await check(location);
	const {proof, chunkCount} = await look('old');
	expect(chunkCount).toBeGreaterThan(0);
	expect(proof?.unproven).toBe(0);
	expect(Date.parse(proof!.oldestAt!)).toBeGreaterThanOrEqual(before);
	makeTree(tree, [{path: 'new', content: Buffer.from('made since')}]);
	expect((await look('new')).proof).toEqual({unproven: 1});
	vi.unstubAllEnvs();
});
