// Every screen without colour: nothing is painted, and what a key moves is seen in the text alone; and with ASCII alone.

import {describe, expect, test, vi} from 'vitest';
import {expectGolden} from '../terminal/golden.js';
import {sizes} from '../terminal/office.js';
import {openScene, scenes} from '../terminal/scenes.js';

// What the program does for NO_COLOR, TERM=dumb and --no-color, before anything that draws is loaded.
await vi.hoisted(async () => {
	const {prepareTerminal} = await import('../../source/ui/prepare.js');
	prepareTerminal({color: false});
});

describe.each(Object.entries(scenes))('%s', (name, scene) => {
	test('is drawn without colour, and a key that moves something changes its text', async () => {
		const {drawn, press, terminal} = await openScene(scene, [80, 24]);
		const before = await drawn();
		expectGolden(`bare-${name}.80x24`, before);
		press(scene.moves);
		expect(await drawn()).not.toEqual(before);
		expect([...terminal.styles]).toEqual([]);
	});

	test.each(sizes)('is drawn with ASCII alone at %ix%i', async (columns, rows) => {
		const {drawn} = await openScene(scene, [columns, rows], {ascii: true});
		const grid = await drawn();
		expect(grid.join('')).toMatch(/^[\u0020-\u007E]*$/);
		expect(grid.every(line => line.length <= columns)).toBe(true);
	});
});
