// What is refused with one clear error, and leaves everything as it was.

import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {decodeConfig, encodeConfig, type RepositoryConfig} from '../../source/format/config.js';
import {assertDistinct} from '../../source/engine/several/matrix.js';
import {makeRepository, push, run as job} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeHome} from '../support/program.js';
import {temporaryServer} from '../support/server.js';
import {localShell, remote} from '../support/ssh.js';
import {fingerprint, makeTree} from '../support/trees.js';

async function makeScene(location = (place: string): string => join(place, 'a')) {
	const place = temporaryFolder(fastPlace);
	makeTree(join(place, 'tree'), [{path: 'one', content: Buffer.alloc(50_000, 'one')}]);
	const a = await makeRepository(location(place));
	const {snapshot} = await push(a, [join(place, 'tree')]);
	return {...makeHome(), place, a, snapshot};
}

const mount = (folder: string): boolean => spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0;

/** A filesystem with little room, which only root may make, and not everywhere. */
const canMount = ((): boolean => {
	const folder = mkdtempSync(join(tmpdir(), 'plakar-tui-test-'));
	const isMounted = mount(folder);
	if (isMounted) {
		spawnSync('umount', [folder]);
	}

	rmdirSync(folder);
	return isMounted;
})();

describe('one repository named twice', () => {
	test.each(['itself', 'a symlink', 'a trailing slash'])('compare: %s', async how => {
		const {run, place, a} = await makeScene();
		symlinkSync(a, join(place, 'link'));
		const other = {itself: a, 'a symlink': join(place, 'link'), 'a trailing slash': `${a}/`}[how]!;
		for (const line of [`compare ${a} ${other}`, `on ${a} sync to ${other}`, `on ${a} sync with ${other} ${join(place, 'none')}`]) {
			const {status, stdout, stderr} = run(line);
			expect([status, stdout]).toEqual([1, '']);
			expect(stderr).toContain(`Source and target are the same repository, ${a}.\nName another target.\n`);
		}
	});

	test('compare: the same over a line, as it is told apart from a clone', async () => {
		const {run, place, a} = await makeScene();
		const env = {PLAKAR_SSH: localShell(place).ssh.join(' '), PLAKAR_SSH_REMOTE: remote};
		const {status, stdout, stderr} = run(`compare ${a} ssh://here${a}`, {env});
		expect([status, stdout]).toEqual([1, '']);
		expect(stderr).toContain(`ssh://here${a} is the same repository as ${a}, or a copy of its files made outside this program`);

		const server = await temporaryServer();
		const served = `plakar://127.0.0.1:${server.port}/${server.serve(a)}`;
		const matrix = await job({verb: 'matrix', repositories: [{location: a}, {location: served}]});
		expect(() => {
			assertDistinct(matrix);
		}).toThrow(expect.objectContaining({code: 'REPOSITORY_SAME'}) as Error);
	});
});

describe('a clone', () => {
	test('that a damaged source cannot give leaves nothing behind', async () => {
		const {run, place, a, snapshot} = await makeScene();
		const header = join(a, 'snapshots', snapshot.slice(0, 2), snapshot, 'HEADER');
		const bytes = readFileSync(header);
		bytes[bytes.length - 1]! ^= 1;
		writeFileSync(header, bytes);
		for (const target of [join(place, 'b'), `sqlite:${join(place, 'b.db')}`]) {
			const {status, stderr} = run(`on ${a} clone ${target}`);
			expect(status).toBe(1);
			expect(stderr).toContain('1 of 1 snapshots cannot be read');
		}

		expect(readdirSync(place).sort()).toEqual(['a', 'tree']);
	});

	test.skipIf(!canMount)(`without room leaves nothing behind${canMount ? '' : ' (SKIPPED: nothing can be mounted here)'}`, async () => {
		const {run, place, a} = await makeScene();
		writeFileSync(join(place, 'tree/large'), randomBytes(300_000));
		await push(a, [join(place, 'tree')]);
		const small = join(place, 'small');
		mkdirSync(small);
		mount(small);
		try {
			for (const target of [join(small, 'b'), `sqlite:${join(small, 'b.db')}`]) {
				const {status, stderr} = run(`on ${a} clone ${target}`);
				expect(status).toBe(1);
				expect(stderr).toMatch(/are needed and .* are free\.\nNothing was made\./);
				expect(readdirSync(small)).toEqual([]);
			}
		} finally {
			spawnSync('umount', [small]);
		}
	});

	test('that is unfinished is called so by check', async () => {
		const {run, place, a} = await makeScene();
		run(`on ${a} clone ${place}/b`);
		const configOf = (folder: string): RepositoryConfig => decodeConfig(readFileSync(join(folder, 'CONFIG')), folder);
		writeFileSync(join(place, 'b/CONFIG'), encodeConfig({...configOf(join(place, 'b')), unfinishedCloneOf: configOf(a).repositoryId}));
		expect(run(`on ${place}/b check`).stderr).toContain('This is an unfinished clone: 1 snapshot has arrived so far. Run that clone again to go on with it, or remove it.');
		run(`on ${a} clone ${place}/b`);
		expect(run(`on ${place}/b check`).stderr).not.toContain('unfinished clone');
	});
});

test('check takes no sample of nothing: --fast with --sample is refused', async () => {
	const {run, a} = await makeScene();
	const {status, stdout, stderr} = run(`on ${a} check --fast --sample 10`);
	expect([status, stdout]).toEqual([2, '']);
	expect(stderr).toContain('--sample chooses what is read, and --fast reads no content');
});

describe('a SQLite file', () => {
	test('as a bare path is told how to be named', async () => {
		const {run, place, a} = await makeScene(folder => `sqlite:${join(folder, 'x.db')}`);
		const file = join(place, 'x.db');
		const before = fingerprint(place);
		const {status, stderr} = run(`on ${file} ls`);
		expect(status).toBe(1);
		expect(stderr).toContain(`It is a SQLite database: name it sqlite:${file}\n`);
		expect(fingerprint(place)).toBe(before);
		expect(run(`on ${a} ls`).status).toBe(0);
	});

	test('behind ssh:// is opened as one', async () => {
		const {run, place, snapshot} = await makeScene(folder => `sqlite:${join(folder, 'x.db')}`);
		const {ssh} = localShell(place);
		const env = {PLAKAR_SSH: ssh.join(' '), PLAKAR_SSH_REMOTE: remote};
		const listed = run(`on ssh://here${place}/x.db ls`, {env});
		expect([listed.status, listed.stderr]).toEqual([0, '']);
		expect(listed.stdout).toContain(snapshot);
		expect(run(`on ssh://here${place}/x.db clone ${place}/copy`, {env}).status).toBe(0);
		expect(existsSync(join(place, 'x.db', 'CONFIG'))).toBe(false);
	});
});
