// The README says what the program does: its table of keys is made from the actions, its links lead somewhere, its pictures are whole.

import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {cell} from '../demo/picture.js';
import type {Action, Scope} from '../source/session/actions/action.js';
import {actions} from '../source/session/actions/all.js';
import {shownKey} from '../source/session/key-names.js';
import {widthOf} from '../source/session/line.js';

const file = fileURLToPath(new URL('../README.md', import.meta.url));
const [begin, end] = ['<!-- keys -->', '<!-- /keys -->'];

const scopes: readonly Scope[] = ['everywhere', ...new Set(actions.map(({scope}) => scope).filter(scope => scope !== 'everywhere'))];
const keysOf = ({keys}: Action): string => keys.map(key => `\`${shownKey(key)}\``).join(' ');
const rowOf = (scope: Scope): string =>
	`| ${scope} | ${actions.filter(action => action.scope === scope && action.keys.length > 0).map(action => `${keysOf(action)} ${action.title}`).join(' · ')} |`;
const table = ['| where | keys |', '|---|---|', ...scopes.map(scope => rowOf(scope))].join('\n');

test('the table of keys is that of the program', () => {
	const text = readFileSync(file, 'utf8');
	const [before, rest = ''] = text.split(begin);
	const [shown = '', after = ''] = rest.split(end);
	if (process.env['UPDATE_GOLDEN'] === '1') {
		writeFileSync(file, `${before}${begin}\n${table}\n${end}${after}`);
	} else {
		expect(shown.trim()).toBe(table);
	}
});

test('every file and picture that it names is there', () => {
	const text = readFileSync(file, 'utf8');
	const named = [...text.matchAll(/\]\(([^)#:]+)\)|`((?:test|docs|demo|bench|source)\/[\w./-]+)`/g)].map(match => match[1] ?? match[2]!);
	expect(named.length).toBeGreaterThan(5);
	expect(named.filter(path => !existsSync(fileURLToPath(new URL(`../${path}`, import.meta.url))))).toEqual([]);
});

test('in its pictures every text is as wide as its columns', () => {
	const folder = fileURLToPath(new URL('../docs/pictures', import.meta.url));
	const texts = readdirSync(folder).flatMap(picture => [...readFileSync(join(folder, picture), 'utf8').matchAll(/textLength="([\d.]+)"[^>]*>([^<]*)</g)].map(([, width, text]) => ({picture, width: Number(width), text: text!.replaceAll(/&\w+;/g, '&')})));
	expect(texts.length).toBeGreaterThan(100);
	expect(texts.filter(({width, text}) => Math.abs(width - (widthOf(text) * cell.width)) > 0.1)).toEqual([]);
});
