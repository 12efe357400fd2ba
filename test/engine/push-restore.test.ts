import {execFileSync} from 'node:child_process';
import {chmodSync, symlinkSync, writeFileSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {JobEvent} from '../../source/engine/events.js';
import {listSnapshots, openRepository} from '../../source/engine/repository.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, memoryLocation, push, run, sync} from '../support/engine.js';
import {endedProcess} from '../support/program.js';
import {describeTree, makeAwkwardTree, makeTree} from '../support/trees.js';

const restore = async (location: string, snapshot: string, folder: string, passphrase?: string) =>
	run({verb: 'restore', repository: {location, passphrase}, targets: [{snapshot: snapshot as never}], folder, overwrite: false, dryRun: false});

/** Strings that make chunk cuts interesting: repeated, random, empty, around the smallest and largest chunk. */
const contents = fc.oneof(
	fc.uint8Array({maxLength: 300}),
	fc.tuple(fc.uint8Array({minLength: 1, maxLength: 64}), fc.integer({min: 1, max: 1500})).map(([part, count]) => Buffer.concat(Array.from({length: count}, () => part))),
	fc.constantFrom(1024, 4096, 16_384, 16_385, 40_000).map(size => Buffer.alloc(size, 'plakar ')),
	fc.integer({min: 1, max: 1_000_000}).map(seed => Buffer.from(Uint32Array.from({length: 9000}, (_, index) => Math.imul(index + seed, 2_654_435_761)).buffer)),
);
const trees = fc.uniqueArray(fc.record({name: fc.stringMatching(/^[a-z]{1,3}(?:\/[a-z]{1,3}){0,2}$/), content: contents}), {maxLength: 12, selector: ({name}) => name.split('/')[0]});

describe('push, then restore', () => {
	test.each([
		['memory, plain', undefined],
		['memory, encrypted', 'secret'],
	])('gives the same tree: %s', async (_, passphrase) => {
		await fc.assert(fc.asyncProperty(trees, async items => {
			const folder = temporaryFolder();
			makeTree(join(folder, 'tree'), [{path: 'always'}, ...items.map(({name, content}) => ({path: name, content}))]);
			const location = await makeRepository(memoryLocation(), {passphrase, encrypted: passphrase !== undefined});
			const {snapshot} = await push(location, [join(folder, 'tree')], {passphrase});
			await restore(location, snapshot, join(folder, 'out'), passphrase);
			expect(describeTree(join(folder, 'out', folder, 'tree'))).toEqual(describeTree(join(folder, 'tree')));
		}), {numRuns: 12});
	});

	test('goes on where one file stands before more entries than may wait for it, and so does a sync that cuts anew', async () => {
		const tree = join(temporaryFolder(fastPlace), 'tree');
		makeTree(tree, [{path: 'a', content: Buffer.from('content')}]);
		for (let index = 0; index < 50_500; index++) {
			symlinkSync('a', join(tree, `b${index}`));
		}

		const [location, target] = [await makeRepository(memoryLocation()), await makeRepository(memoryLocation(), {hashing: 'sha256'})];
		expect((await push(location, [tree])).totals).toMatchObject({files: 1, others: 50_500});
		expect((await sync(location, target)).receipt).toBe(true);
	});

	test.each(['', 'sqlite:'])('leaves out the repository that lies in the tree, and says so once; what lies in it is not pushed (%s)', async prefix => {
		const folder = temporaryFolder();
		const [tree, other] = [join(folder, 'tree'), join(folder, 'other')];
		makeTree(tree, [{path: 'file', content: Buffer.from('content')}, {path: 'repository2', content: Buffer.from('not it')}]);
		symlinkSync(tree, other);
		await makeRepository(`${prefix}${join(tree, 'repository')}`);
		const location = `${prefix}${join(other, 'repository')}`;
		const events: JobEvent[] = [];
		const {snapshot, totals} = await push(location, [other], {onEvent: event => events.push(event)});
		expect(totals).toMatchObject({files: 2, errors: 0});
		expect(events.flatMap(event => event.type === 'notice' ? event.text : [])).toEqual([`${join(tree, 'repository')} is left out: it is the repository itself.`]);
		await restore(location, snapshot, join(folder, 'out'));
		expect(readdirSync(join(folder, 'out', tree))).toEqual(['file', 'repository2']);
		await expect(push(location, [join(other, 'file'), join(other, 'repository', prefix === '' ? 'chunks' : '')])).rejects.toMatchObject({code: 'PATH_EXISTS', message: expect.stringContaining('it is the repository itself, or a part of it') as string});
		expect(await run({verb: 'describe', repository: {location}})).toMatchObject({snapshots: [{snapshot}], unfinishedTransactions: 0});
	});

	test('keeps every kind of path, name and time, through threads and the filesystem backend', async () => {
		const folder = temporaryFolder();
		makeAwkwardTree(join(folder, 'tree'));
		const location = await makeRepository(join(folder, 'repository'), {encrypted: true, passphrase: 'secret'});
		const {snapshot, unreadable} = await push(location, [join(folder, 'tree')], {passphrase: 'secret'});
		expect(unreadable).toBe(0);
		const report = await restore(location, snapshot, join(folder, 'out'), 'secret');
		expect(report).toMatchObject({failed: 0, refused: 0});
		expect(describeTree(join(folder, 'out', folder, 'tree'))).toEqual(describeTree(join(folder, 'tree')));
		const difference = execFileSync('rsync', ['-aHn', '--checksum', '--itemize-changes', '--specials', `${folder}/tree/`, join(folder, 'out', folder, 'tree/')]);
		expect(difference.toString()).toBe('');
		// A sparse file stays sparse.
		expect(Number(execFileSync('stat', ['-c', '%b', join(folder, 'out', folder, 'tree/sparse')]).toString())).toBeLessThan(64);
	});

	test('never overwrites what is there, and says so', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'a', content: Buffer.from('old')}, {path: 'b', content: Buffer.from('b')}]);
		const location = await makeRepository(memoryLocation());
		const {snapshot} = await push(location, [join(folder, 'tree')]);
		const out = join(folder, 'out');
		await restore(location, snapshot, out);
		writeFileSync(join(out, folder, 'tree/a'), 'changed since');
		const report = await restore(location, snapshot, out);
		expect(report).toMatchObject({refused: 1, failed: 0});
		expect(readFileSync(join(out, folder, 'tree/a'), 'utf8')).toBe('changed since');
	});

	test('never writes through a symlink that stands in the way', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'inner/file', content: Buffer.from('x')}]);
		const location = await makeRepository(memoryLocation());
		const {snapshot} = await push(location, [join(folder, 'tree')]);
		const out = join(folder, 'out');
		const elsewhere = temporaryFolder();
		makeTree(out, [{path: `${folder}/tree/inner`, link: elsewhere}]);
		const report = await restore(location, snapshot, out);
		expect(report.refused).toBeGreaterThan(0);
		expect(readdirSync(elsewhere)).toEqual([]);
	});
});

describe('a second restore', () => {
	test('knows the fifos and sockets that the first one made', async () => {
		const folder = temporaryFolder();
		makeAwkwardTree(join(folder, 'tree'));
		const location = await makeRepository(memoryLocation());
		const {snapshot} = await push(location, [join(folder, 'tree')]);
		await restore(location, snapshot, join(folder, 'out'));
		expect(await restore(location, snapshot, join(folder, 'out'))).toMatchObject({created: 0, refused: 0, failed: 0});
	});
});

describe('a second push', () => {
	test('of an unchanged tree reads no file and stores no data chunk', async () => {
		const folder = temporaryFolder();
		process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
		makeTree(join(folder, 'tree'), Array.from({length: 40}, (_, index) => ({path: `d${index % 5}/f${index}`, content: Buffer.alloc(index * 700, `content ${index} `)})));
		execFileSync('find', [join(folder, 'tree'), '-exec', 'touch', '-d', '2020-01-01', '{}', '+']);
		const location = await makeRepository(join(folder, 'repository'));
		const past = Date.now() + 40;
		while (Date.now() < past) {
			// Files younger than one tick of the clock are rightly read again.
		}

		await push(location, [join(folder, 'tree')], {useCache: true});
		const second = await push(location, [join(folder, 'tree')], {useCache: true});
		expect(second).toMatchObject({filesUnchanged: 40, recordsWritten: 0});
		expect((await check(location)).findings).toEqual([]);

		writeFileSync(join(folder, 'tree/d1/f1'), 'changed');
		expect(await push(location, [join(folder, 'tree')], {useCache: true})).toMatchObject({filesUnchanged: 39});
		expect(await push(location, [join(folder, 'tree')], {useCache: false})).toMatchObject({filesUnchanged: 0});
	});

	test('notices a change that keeps size and mtime', async () => {
		const folder = temporaryFolder();
		process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.from('one')}]);
		execFileSync('touch', ['-d', '2020-01-01', join(folder, 'tree/f')]);
		const location = await makeRepository(join(folder, 'repository'));
		await push(location, [join(folder, 'tree')], {useCache: true});
		writeFileSync(join(folder, 'tree/f'), 'two');
		execFileSync('touch', ['-d', '2020-01-01', join(folder, 'tree/f')]);
		expect(await push(location, [join(folder, 'tree')], {useCache: true})).toMatchObject({filesUnchanged: 0});
	});
});

describe('a push', () => {
	test('follows a path that is a symlink, and records both names', async () => {
		const folder = temporaryFolder();
		makeTree(folder, [{path: 'real/file', content: Buffer.from('x')}, {path: 'alias', link: 'real'}]);
		const location = await makeRepository(memoryLocation());
		const {snapshot, totals} = await push(location, [join(folder, 'alias')]);
		expect(totals.files).toBe(1);
		const [summary] = await listSnapshots(await openRepository({location}));
		expect(summary!.header!.paths).toEqual([join(folder, 'alias')]);
		await restore(location, snapshot, join(folder, 'out'));
		expect(describeTree(join(folder, 'out', folder))).toEqual(describeTree(folder).filter(line => !line.startsWith('["/out')));
	});

	test('of a missing path stores nothing', async () => {
		const location = await makeRepository(memoryLocation());
		await expect(push(location, ['/no/such/path'])).rejects.toMatchObject({code: 'PATH_NOT_FOUND'});
		expect(await listSnapshots(await openRepository({location}))).toEqual([]);
	});

	test('names an unreadable file, records it, and keeps the rest', async () => {
		if (process.getuid?.() === 0) {
			// Root reads everything but what the kernel itself refuses: /proc/self/mem fails with EIO.
			const location = await makeRepository(memoryLocation());
			const troubles: string[] = [];
			const {unreadable, totals} = await push(location, ['/proc/self/mem', '/etc/hostname'], {onEvent: event => {
				if (event.type === 'trouble') {
					troubles.push(event.path);
				}
			}});
			expect({unreadable, errors: totals.errors}).toEqual({unreadable: 1, errors: 1});
			expect(troubles.some(path => path.endsWith('/mem'))).toBe(true);
			expect((await check(location)).findings).toEqual([]);
			return;
		}

		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'secret'}, {path: 'open', content: Buffer.from('x')}]);
		chmodSync(join(folder, 'tree/secret'), 0);
		const location = await makeRepository(memoryLocation());
		expect(await push(location, [join(folder, 'tree')])).toMatchObject({unreadable: 1});
	});
});

describe('a folder that could not be read', () => {
	test('is told again by the restore, which cannot know what was in it', async () => {
		// Nobody, root neither, can list the network folder of a process that has ended and that its parent has not asked for.
		const {pid, release} = await endedProcess();
		try {
			const location = await makeRepository(memoryLocation());
			const {snapshot, unreadable} = await push(location, [`/proc/${pid}/net`]);
			expect(unreadable).toBe(1);
			expect(await restore(location, snapshot, join(temporaryFolder(), 'out'))).toMatchObject({failed: 1});
		} finally {
			release();
		}
	});
});
