// The table of scenes is whole; and every scene of the screens on which repositories are compared and plans are made.

import {describe, expect, test} from 'vitest';
import type {Dialog} from '../../source/session/dialogs.js';
import type {ScreenName} from '../../source/session/state.js';
import {layouts} from '../../source/ui/layout.js';
import {goldenNames, goldenPart} from '../terminal/golden.js';
import {cannotOccur, scenes, scenesOfRepositories} from './scenes/all.js';
import {expectScene} from './scenes/expect-scene.js';
import {stateKinds} from './scenes/scene.js';

const dialogKinds: Readonly<Record<Dialog['kind'], true>> = {text: true, choice: true, confirm: true, message: true, palette: true};

describe('the table', () => {
	test.each(Object.keys(layouts) as ScreenName[])('has every state of the %s screen, or the reason why it cannot occur', screen => {
		const shown = new Set(Object.values(scenes).filter(scene => scene.screen === screen).flatMap(({shows = []}) => shows));
		const reasons = cannotOccur[screen] ?? {};
		expect(stateKinds.filter(kind => !shown.has(kind) && reasons[kind] === undefined)).toEqual([]);
		expect(stateKinds.filter(kind => shown.has(kind) && reasons[kind] !== undefined)).toEqual([]);
	});

	test('has every kind of dialog, and a key that moves something for every screen', () => {
		const all = Object.values(scenes);
		expect(Object.keys(dialogKinds).filter(kind => all.every(({dialog}) => dialog !== kind))).toEqual([]);
		expect(Object.keys(layouts).filter(screen => all.every(scene => scene.screen !== screen || scene.moves === undefined))).toEqual([]);
	});

	test('has a scene for every golden file that is not of one size', () => {
		expect(goldenNames().filter(name => scenes[name] === undefined && name !== 'plain' && !/\.\d+x\d+$/.test(name))).toEqual([]);
	});
});

describe('a wide screen', () => {
	// What an eye still follows along a row; the heads of columns that are empty stand no farther apart.
	const farthest = 45;

	test.each(Object.keys(scenes))('has nothing far from what it belongs to: %s', name => {
		const [, ...lines] = goldenPart(name, '160x45')!.split('\n');
		const gaps = lines.flatMap(line => line.split('│')).flatMap(cell => cell.trim().match(/ +/g) ?? []);
		expect(Math.max(...gaps.map(gap => gap.length))).toBeLessThan(farthest);
	});
});

test.each(Object.entries(scenesOfRepositories))('%s', expectScene);
