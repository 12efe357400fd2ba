// The last line answers what the obvious key would do, on every screen and in every window: names may be cut in it, its end never.

import {expect, test} from 'vitest';
import {closingSentence, layouts} from '../../source/ui/layout.js';
import {widthOf} from '../../source/session/line.js';
import {repositories, sizes} from '../terminal/office.js';
import {scenes} from './scenes/all.js';
import {longNames, walk, type Scene} from './scenes/scene.js';

const ellipsis = '…';
const windows = [[60, 16], ...sizes] as const;
const named = (name: string, index: number) => index < 2 ? longNames[index]!.name : `${name}${longNames[0]!.name} ${index}`;

/** The scene with names that have no room anywhere. */
const withLongNames = (scene: Scene): Scene =>
	({...scene, options: {...scene.options, repositories: (scene.options?.repositories ?? repositories).map((repository, index) => ({...repository, name: named(repository.location, index)}))}});

test.each(Object.entries(scenes))('%s', async (_, scene) => {
	for (const each of [scene, withLongNames(scene)]) {
		const {application} = await walk(each, windows[0]);
		for (const [columns, rows] of windows) {
			application.resize(columns, rows);
			const {state} = application;
			const text = closingSentence(state, state.notice === '' ? layouts[state.screen].sentence(state, application) : state.notice, columns - 1, ellipsis);
			expect(widthOf(text), text).toBeLessThan(columns);
			expect(text.trimEnd().endsWith(ellipsis), `${columns}x${rows}: ${text}`).toBe(false);
		}
	}
});
