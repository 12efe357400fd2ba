// What check says of damage that another repository of the user's list can mend.

import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeHome} from '../support/program.js';
import {makeTree} from '../support/trees.js';

test('names it, proven only where a check has proven it; a stranger and the damaged one itself are no help', () => {
	const {run, home} = makeHome();
	const place = temporaryFolder(fastPlace);
	const [office, vault, stranger] = ['office', 'vault', 'stranger'].map(name => join(place, name)) as [string, string, string];
	makeTree(join(place, 'tree'), [{path: 'one', content: Buffer.alloc(50_000, 'one')}]);
	run(`create -no-encryption ${office} ${stranger}`);
	run(`on ${office} push ${join(place, 'tree')}`);
	run(`on ${office} clone to ${vault}`);
	const [bucket] = readdirSync(join(office, 'chunks')).filter(name => readdirSync(join(office, 'chunks', name)).length > 0);
	const [chunk] = readdirSync(join(office, 'chunks', bucket!));
	writeFileSync(join(office, 'chunks', bucket!, chunk!), 'not what it was');

	const without = run(`on ${office} check`);
	expect(without.status).toBe(3);
	expect(without.stdout).not.toContain('heal --from');

	mkdirSync(join(home, '.config', 'plakar-tui'), {recursive: true});
	writeFileSync(join(home, '.config', 'plakar-tui', 'config.json'), JSON.stringify({repositories: {office: `${office}/`, vault, stranger, gone: join(place, 'gone')}}));
	const lines = (text: string): string[] => text.split('\n').filter(line => line.includes('heal --from'));
	expect(lines(run(`on ${office} check`).stdout)).toEqual([`  copy in ${vault}, never checked there: heal --from ${vault}`]);
	expect(run(`on ${vault} check`).status).toBe(0);
	const proven = run(`on ${office} check`);
	expect(proven.status).toBe(3);
	expect(lines(proven.stdout)).toEqual([expect.stringMatching(/^ {2}sound copy in .*vault, proven there \d{4}-\d\d-\d\d: heal --from /)]);
	const findings = run(`on ${office} check --json`).stdout.trim().split('\n').map(line => JSON.parse(line) as {id?: string; copies?: unknown[]});
	expect(findings.find(({id}) => id === chunk)?.copies).toMatchObject([{location: vault}]);
});
