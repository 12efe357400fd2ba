// A repository in a SQLite file, and what another program might do to it.

import {randomBytes} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openBackend} from '../../source/backends/registry.js';
import {openHandle} from '../../source/backends/sqlite/connection.js';
import {makeRepository, push} from './engine.js';
import {fastPlace, temporaryFolder} from './folders.js';
import {makeTree} from './trees.js';

export const at = (path: string): string => `sqlite:${path}`;

export type Scene = {readonly folder: string; readonly tree: string; readonly file: string; readonly location: string};

/** A repository file with one snapshot of a small tree. */
export async function makeScene(): Promise<Scene> {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	mkdirSync(join(folder, 'in'));
	makeTree(tree, Array.from({length: 40}, (_, index) => ({path: `${index}`, content: randomBytes(1 + (index * 900))})));
	const file = join(folder, 'in/store.db');
	const location = await makeRepository(at(file));
	await push(location, [tree]);
	return {folder, tree, file, location};
}

/** Runs SQL as another program would. */
export function meddle(file: string, sql: string): void {
	writeFileSync(file, '', {flag: 'a'});
	const handle = openHandle(file, false);
	handle.exec(sql);
	handle.close();
}

/** The ids of all visible records, by kind. */
export async function idsOf(location: string): Promise<Record<'chunk' | 'object' | 'header', string[]>> {
	const backend = await openBackend(location);
	const collect = async (kind: 'chunk' | 'object' | 'header'): Promise<string[]> => {
		const ids: string[] = [];
		for await (const page of backend.list(kind)) {
			ids.push(...page);
		}

		return ids;
	};

	const ids = {chunk: await collect('chunk'), object: await collect('object'), header: await collect('header')};
	await backend.close();
	return ids;
}
