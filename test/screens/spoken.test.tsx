// Every screen and every kind of dialog in sentences: what is said on the way to it.

import {describe, expect, test} from 'vitest';
import {Speech} from '../../source/session/plain/speech.js';
import {expectGolden} from '../terminal/golden.js';
import {openScene, scenes} from '../terminal/scenes.js';

describe.each(Object.entries(scenes))('%s', (name, scene) => {
	test('is said in lines without boxes', async () => {
		const spoken: string[] = [];
		await openScene(scene, [80, 24], {}, ({application}) => {
			const speech = new Speech(application);
			spoken.push(...speech.screen().map(said => 'line' in said ? said.line : said.echo));
			application.store.subscribe(() => {
				spoken.push(...speech.next().map(said => 'line' in said ? said.line : said.echo));
			});
		});
		expectGolden(`spoken-${name}`, spoken);
		expect(spoken.join('')).not.toMatch(/[\p{Cc}\u2500-\u259F]/u);
	});
});
