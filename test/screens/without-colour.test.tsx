// Every screen without colour: the same characters, nothing painted, and what a key moves is seen in the text alone.

import {expect, test, vi} from 'vitest';
import {goldenPart} from '../terminal/golden.js';
import {sizes} from '../terminal/office.js';
import {scenes} from './scenes/all.js';
import {walk} from './scenes/scene.js';
import {steady} from './scenes/steady.js';

// What the program does for NO_COLOR, TERM=dumb and --no-color, before anything that draws is loaded.
await vi.hoisted(async () => {
	const {prepareTerminal} = await import('../../source/ui/prepare.js');
	prepareTerminal({color: false});
});

test.each(Object.entries(scenes))('%s', async (name, scene) => {
	for (const size of sizes) {
		const {draw, drawn, press, terminal} = await walk(scene, size);
		const before = await draw();
		expect(`${steady(before).join('\n').trimEnd()}\n`).toBe(goldenPart(name, size.join('x')));
		if (scene.moves !== undefined && size === sizes[0]) {
			press(scene.moves);
			expect(await drawn()).not.toEqual(before);
		}

		expect([...terminal.styles]).toEqual([]);
	}
});
