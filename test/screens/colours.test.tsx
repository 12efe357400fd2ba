// Colours that are readable on light and on dark terminals: the four of the theme, on the terminal's own background.

import {expect, test} from 'vitest';
import {openScene, scenes} from '../terminal/scenes.js';

/** Bold, faint, inverse, red, green, yellow, cyan, and what ends each: never black, white, a bright one, or a background. */
const readable = ['1', '2', '22', '7', '27', '31', '32', '33', '36', '39'];

test.each(Object.entries(scenes))('%s', async (_, scene) => {
	const {drawn, terminal} = await openScene(scene, [100, 30]);
	await drawn();
	const used = [...terminal.styles].flatMap(style => style.slice(2, -1).split(';')).filter(code => code !== '0');
	expect(used).not.toEqual([]);
	expect(used.filter(code => !readable.includes(code))).toEqual([]);
});
