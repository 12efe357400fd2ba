// What is asked of every scene: at every size drawn as in its golden file, the same without colour and with ASCII alone, and said in sentences.

import {expect} from 'vitest';
import {Speech, type Spoken} from '../../../source/session/plain/speech.js';
import {firstDifference} from '../../terminal/ascii.js';
import {expectGoldenParts, expectPicture} from '../../terminal/golden.js';
import {sizes} from '../../terminal/office.js';
import {walk, type Scene} from './scene.js';
import {steady} from './steady.js';

/** Bold, faint, inverse, red, green, yellow, cyan, and what ends each: readable on light and dark. Never black, white, a bright one, or a background. */
const readable = ['1', '2', '22', '7', '27', '31', '32', '33', '36', '39'];
/** A golden file holds no more of what is said: nobody would read it. */
const readSentences = 60;
/** Bold, inverse, and what ends each. */
const colourless = ['1', '22', '7', '27'];
const codesOf = (styles: ReadonlySet<string>): string[] => [...styles].flatMap(style => style.slice(2, -1).split(';')).filter(code => code !== '0');
/** Yellow words cannot be read on the white of many terminals; a sign, which may be a letter several times, can be told. */
const words = /(\p{L})(?!\1)\p{L}/u;
const linesOf = (spoken: readonly Spoken[]): string[] => spoken.map(said => 'line' in said ? said.line : said.echo);

/** What Ctrl-L says of a screen; of a dialog, what was said since the last keys. */
async function inSentences(scene: Scene): Promise<string[]> {
	let said: string[] = [];
	let speech: Speech | undefined;
	const {application} = await walk(scene, sizes[0], opened => {
		const speaker = new Speech(opened.application);
		speech = speaker;
		opened.application.store.subscribe(() => {
			said.push(...linesOf(speaker.next()));
		});
	}, () => {
		said = [];
	});
	return application.state.dialog === undefined ? linesOf(speech!.screen()) : said;
}

/** Draws a scene at every size, without colour and with ASCII alone, hears it, and compares all with its golden file. */
export async function expectScene(name: string, scene: Scene): Promise<void> {
	const parts: Record<string, string[]> = {};
	for (const size of sizes) {
		const [columns, rows] = size;
		const {application, terminal, draw, drawn, press} = await walk(scene, size);
		expect({screen: application.state.screen, dialog: application.state.dialog?.kind}).toEqual({screen: scene.screen, dialog: scene.dialog});
		const grid = await draw();
		const cells = terminal.cells();
		parts[`${columns}x${rows}`] = steady(grid);
		const used = codesOf(terminal.styles);
		expect(used).not.toEqual([]);
		expect(used.filter(code => !readable.includes(code))).toEqual([]);
		expect(terminal.yellow().filter(run => words.test(run))).toEqual([]);
		if (scene.picture !== undefined && columns === 100) {
			await expectPicture(scene.picture.name, scene.picture.title, terminal);
		}

		await draw({isAscii: true});
		expect(firstDifference(cells, terminal.cells()), `${columns}x${rows} in ASCII`).toBe(undefined);
		expect(await draw({isBare: true})).toEqual(grid);
		if (scene.moves !== undefined && size === sizes[0]) {
			press(scene.moves);
			expect(await drawn()).not.toEqual(grid);
		}

		expect(codesOf(terminal.styles).filter(code => !colourless.includes(code))).toEqual([]);
	}

	const spoken = steady(await inSentences(scene));
	expect(spoken.join('')).not.toMatch(/[\p{Cc}\u2500-\u259F]/u);
	parts['in sentences'] = spoken.length <= readSentences ? spoken : [...spoken.slice(0, readSentences), `(${spoken.length - readSentences} more)`];
	expectGoldenParts(name, parts);
}
