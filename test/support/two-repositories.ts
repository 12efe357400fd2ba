// A home with two repositories that the command line made, for tests of what commands print and leave.

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {keepScene} from './kept-scene.js';
import type {Home} from './program.js';
import {makeTree} from './trees.js';

export type TwoRepositories = Home & {
	/** Has two snapshots. */
	readonly a: string;
	/** A clone of A with the first of them. */
	readonly b: string;
	/** What was pushed, by the name that the snapshots have for it; a copy of the scene has it at `folder`/tree. */
	readonly tree: string;
	readonly ids: readonly string[];
};

/** Made once for the calling file. */
export function keepTwoRepositories(): {readonly original: () => TwoRepositories; readonly copy: () => TwoRepositories} {
	const kept = keepScene(({folder, run}) => {
		const [a, b, tree] = ['a', 'b', 'tree'].map(name => join(folder, name)) as [string, string, string];
		makeTree(tree, [{path: 'one', content: Buffer.from('one')}, {path: 'folder/two', content: Buffer.alloc(300_000, 'two')}, {path: 'evil\u001B[31m', content: Buffer.from('x')}]);
		run(`create -no-encryption ${a}`);
		const first = run(`on ${a} push ${tree}`).stdout.trim();
		run(`on ${a} clone ${b}`);
		writeFileSync(join(tree, 'three'), 'three');
		const second = run(`on ${a} push --tag nightly ${tree}`).stdout.trim();
		return {tree, ids: [first, second]};
	});
	const placed = ({made, ...home}: ReturnType<typeof kept.copy>): TwoRepositories => ({...home, ...made, a: join(home.folder, 'a'), b: join(home.folder, 'b')});
	return {original: () => placed(kept.original()), copy: () => placed(kept.copy())};
}
