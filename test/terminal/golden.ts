// Golden screens: text files that a person has read. UPDATE_GOLDEN=1 writes them anew; then read them again.

import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'vitest';
import {pictureOf} from '../../demo/picture.js';
import type {FakeTerminal} from './fake-terminal.js';

const placeOf = (name: string): string => fileURLToPath(new URL(`../screens/golden/${name}.txt`, import.meta.url));

/** Compares a screen with its golden file. */
export function expectGolden(name: string, grid: readonly string[]): void {
	const text = `${grid.join('\n').trimEnd()}\n`;
	const file = placeOf(name);
	if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(file)) {
		if (process.env['UPDATE_GOLDEN'] !== '1') {
			throw new Error(`There is no golden screen ${name}; make it with UPDATE_GOLDEN=1 and read it.`);
		}

		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(file, text);
	}

	expect(text).toBe(readFileSync(file, 'utf8'));
}

const pictureOfName = (name: string): string => fileURLToPath(new URL(`../../docs/pictures/${name}.svg`, import.meta.url));

/** Compares a screen with the picture that the README shows of it, colours included. */
export async function expectPicture(name: string, title: string, terminal: FakeTerminal): Promise<void> {
	await terminal.grid();
	const picture = pictureOf(terminal.emulator, title);
	const file = pictureOfName(name);
	if (process.env['UPDATE_GOLDEN'] === '1') {
		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(file, picture);
	}

	expect(picture).toBe(readFileSync(file, 'utf8'));
}
