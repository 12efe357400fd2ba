// Bad input gets one clear error and a hint, and changes nothing.

import {execFileSync, spawnSync} from 'node:child_process';
import {cpSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {fingerprint} from '../support/trees.js';
import {keepTwoRepositories, type TwoRepositories} from '../support/two-repositories.js';
import {program} from '../terminal/pty.js';

const scenes = keepTwoRepositories();

describe('bad input gets one clear error and a hint, and changes nothing', () => {
	test.each<readonly [string, (scene: TwoRepositories) => string, number, string]>([
		['no repository there', () => 'on /no/where ls', 1, 'There is no repository at /no/where'],
		['a folder that is no repository', ({tree}) => `on ${tree} ls`, 1, 'is a folder, but not a repository'],
		['a file that is no repository', ({tree}) => `on ${tree}/one ls`, 1, 'is a file, not a repository'],
		['target equals source', ({a}) => `on ${a} sync ${a}`, 1, 'the same repository'],
		['target equals source, spelled otherwise', ({a}) => `on ${a} sync ${a}/../a`, 1, 'the same repository'],
		['clone onto itself', ({a}) => `on ${a} clone ${a}`, 1, 'cannot be cloned onto itself'],
		['clone onto another repository', ({a, b}) => `on ${a} clone ${b}`, 1, 'There is a repository at'],
		['clone onto a folder with files', ({a, tree}) => `on ${a} clone ${tree}`, 1, 'is taken'],
		['an unknown snapshot', ({a}) => `on ${a} ls ffffffff-dead`, 1, 'No snapshot of'],
		['an ambiguous prefix', ({a}) => `on ${a} cat :/etc`, 1, '2 snapshots of'],
		['a path that is not in the snapshot', ({a, ids}) => `on ${a} cat ${ids[0]!}:/nothing`, 1, 'does not hold /nothing'],
		['a path that does not exist', ({a}) => `on ${a} push /no/such/file`, 1, 'it does not exist'],
		['an unknown command', ({a}) => `on ${a} chek`, 2, 'Did you mean check?'],
		['an unknown flag', ({a}) => `on ${a} check --fats`, 2, 'Did you mean --fast?'],
		['days without going on', ({a}) => `on ${a} check --days 3`, 2, 'belongs to --resume'],
		['going on with a sample', ({a}) => `on ${a} check --resume --sample 5`, 2, 'does not go with'],
		['days that cannot be', ({a}) => `on ${a} check --resume --days 0`, 2, 'above 0'],
		['a flag without its value', ({a}) => `on ${a} push --tag`, 2, 'needs a value'],
		['a chunk size that cannot be', ({folder}) => `create -no-encryption -chunk-size 1000 ${folder}/new`, 2, 'chunk size'],
		['a place that is taken', ({a}) => `create -no-encryption ${a}`, 1, 'is taken'],
		['a kind of repository that is unknown', () => 'on ftp://host/x ls', 1, 'does not know'],
		['an empty path', ({a}) => `on ${a} push EMPTY`, 2, 'An argument is empty'],
		['an empty folder to restore to', ({a}) => `on ${a} restore latest --to EMPTY`, 2, 'An argument is empty'],
		['an empty folder to restore to, in one word', ({a}) => `on ${a} restore latest --to=`, 2, 'An argument is empty'],
		['a clone inside of its source', ({a}) => `on ${a} clone ${a}/chunks/00/inner`, 1, 'lies inside the repository'],
		['a plan that is none', ({tree}) => `sync --plan ${tree}/one`, 1, 'not a plan'],
	])('%s', (_, line, status, words) => {
		const scene = scenes.original();
		const before = fingerprint(scene.folder);
		const {status: ended, stdout, stderr} = scene.run(line(scene));
		expect({status: ended, stdout}).toEqual({status, stdout: ''});
		expect(stderr).toContain(words);
		expect(stderr.trim().split('\n')).toHaveLength(2);
		expect(fingerprint(scene.folder)).toBe(before);
	});

	test('a pipe in place of CONFIG or of a chunk is named, not waited for', () => {
		const {a, folder, home} = scenes.copy();
		const readOnly = (words: readonly string[]): {status: number | null; told: string} => {
			const {status, stdout, stderr} = spawnSync(process.execPath, [program, 'on', a, ...words], {encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL', cwd: folder, env: {...process.env, HOME: home}});
			return {status, told: stdout + stderr};
		};

		const chunks = readdirSync(join(a, 'chunks'), {recursive: true, encoding: 'utf8'}).filter(name => name.length > 60);
		rmSync(join(a, 'chunks', chunks[0]!));
		execFileSync('mkfifo', [join(a, 'chunks', chunks[0]!)]);
		const checked = readOnly(['check']);
		expect(checked.status).toBe(3);
		expect(checked.told).toContain(`unreadable-chunk ${chunks[0]!.slice(3)}`);
		rmSync(join(a, 'CONFIG'));
		execFileSync('mkfifo', [join(a, 'CONFIG')]);
		expect(readOnly(['ls'])).toMatchObject({status: 1, told: expect.stringContaining('Check what stands at this path') as string});
	});

	test('a damaged CONFIG, and one of a newer format', () => {
		const {run, a, folder} = scenes.copy();
		const config = readFileSync(join(a, 'CONFIG'), 'utf8');
		for (const [text, words] of [[config.replace('zstd', 'none'), 'its checksum differs'], ['', 'it is not JSON'], [config.replace('"format": 1', '"format": 7'), 'has format 7']] as const) {
			cpSync(a, join(folder, 'broken'), {recursive: true});
			writeFileSync(join(folder, 'broken/CONFIG'), text);
			const before = fingerprint(join(folder, 'broken'));
			expect(run(`on ${folder}/broken ls`)).toMatchObject({status: 1, stderr: expect.stringContaining(words) as string});
			expect(fingerprint(join(folder, 'broken'))).toBe(before);
		}
	});
});
