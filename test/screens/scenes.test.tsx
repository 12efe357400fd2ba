// Every screen in each of its states, at every size: drawn, with ASCII alone, and said in sentences.

import {describe, expect, test} from 'vitest';
import type {Dialog} from '../../source/session/dialogs.js';
import {Speech, type Spoken} from '../../source/session/plain/speech.js';
import type {ScreenName} from '../../source/session/state.js';
import {layouts} from '../../source/ui/layout.js';
import {firstDifference} from '../terminal/ascii.js';
import {expectGoldenParts, expectPicture, goldenNames} from '../terminal/golden.js';
import {sizes} from '../terminal/office.js';
import {cannotOccur, scenes} from './scenes/all.js';
import {stateKinds, walk, type Scene} from './scenes/scene.js';
import {steady} from './scenes/steady.js';

/** Bold, faint, inverse, red, green, yellow, cyan, and what ends each: readable on light and dark. Never black, white, a bright one, or a background. */
const readable = ['1', '2', '22', '7', '27', '31', '32', '33', '36', '39'];
const dialogKinds: Readonly<Record<Dialog['kind'], true>> = {text: true, choice: true, confirm: true, message: true, palette: true};
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

test.each(Object.entries(scenes))('%s', async (name, scene) => {
	const parts: Record<string, string[]> = {};
	for (const size of sizes) {
		const [columns, rows] = size;
		const {application, terminal, draw} = await walk(scene, size);
		expect({screen: application.state.screen, dialog: application.state.dialog?.kind}).toEqual({screen: scene.screen, dialog: scene.dialog});
		const grid = await draw();
		const cells = terminal.cells();
		parts[`${columns}x${rows}`] = steady(grid);
		const used = [...terminal.styles].flatMap(style => style.slice(2, -1).split(';')).filter(code => code !== '0');
		expect(used).not.toEqual([]);
		expect(used.filter(code => !readable.includes(code))).toEqual([]);
		if (scene.picture !== undefined && columns === 100) {
			await expectPicture(scene.picture.name, scene.picture.title, terminal);
		}

		await draw(true);
		expect(firstDifference(cells, terminal.cells()), `${columns}x${rows} in ASCII`).toBe(undefined);
	}

	parts['in sentences'] = steady(await inSentences(scene));
	expect(parts['in sentences'].join('')).not.toMatch(/[\p{Cc}\u2500-\u259F]/u);
	expectGoldenParts(name, parts);
});
