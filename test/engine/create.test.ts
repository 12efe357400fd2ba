// A repository made by a job: encrypted when a passphrase came with it, and only where nothing is.

import {readFileSync, readdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {Counters} from '../../source/engine/counters.js';
import {runJob} from '../../source/engine/run-job.js';
import {makeTree} from '../support/trees.js';
import {temporaryFolder} from '../support/folders.js';
import {push, run} from '../support/engine.js';

test('with a passphrase it is encrypted and opens with it alone', async () => {
	const location = join(temporaryFolder(), 'made');
	const created = await run({verb: 'create', location, passphrase: 'correct horse'});
	expect(created).toEqual({location, repositoryId: expect.any(String) as string});
	expect(await run({verb: 'describe', repository: {location, passphrase: 'correct horse'}})).toMatchObject({repositoryId: created.repositoryId, encrypted: true, opened: true, snapshots: []});
	await expect(run({verb: 'describe', repository: {location, passphrase: 'other'}})).rejects.toMatchObject({code: 'PASSPHRASE_WRONG'});
	expect(readFileSync(join(location, 'CONFIG'), 'utf8')).not.toContain('horse');
});

test('without one it is not, and takes a push at once', async () => {
	const folder = temporaryFolder();
	const location = join(folder, 'made');
	await run({verb: 'create', location});
	makeTree(join(folder, 'tree'), [{path: 'a', content: Buffer.from('a')}]);
	await push(location, [join(folder, 'tree')]);
	expect(await run({verb: 'describe', repository: {location}})).toMatchObject({encrypted: false, snapshots: [{}]});
});

test('a place that is taken stays as it is', async () => {
	const folder = temporaryFolder();
	makeTree(folder, [{path: 'mine', content: Buffer.from('mine')}]);
	await expect(run({verb: 'create', location: folder})).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
	expect(readdirSync(folder)).toEqual(['mine']);
});

test('nothing is made through a link that leads nowhere', async () => {
	const folder = temporaryFolder();
	const location = join(folder, 'link');
	symlinkSync(join(folder, 'nowhere'), location);
	await expect(run({verb: 'create', location})).rejects.toMatchObject({code: 'REPOSITORY_EXISTS', message: `${location} is taken: there is a link that leads nowhere already.`});
	expect(readdirSync(folder)).toEqual(['link']);
});

test('nothing is made where nothing may be written', async () => {
	const location = join(temporaryFolder(), 'made');
	const context = {counters: new Counters(), signal: new AbortController().signal, onEvent: () => undefined, readOnly: true};
	await expect(runJob({verb: 'create', location}, context)).rejects.toMatchObject({code: 'BACKEND_READ_ONLY'});
	await expect(run({verb: 'describe', repository: {location}})).rejects.toMatchObject({code: 'REPOSITORY_NOT_FOUND'});
});
