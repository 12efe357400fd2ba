// Golden screens: text files that a person has read. UPDATE_GOLDEN=1 writes them anew; then read them again.

import {existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'vitest';
import {pictureOf} from '../../demo/picture.js';
import type {FakeTerminal} from './fake-terminal.js';

const placeOf = (name: string): string => fileURLToPath(new URL(`../screens/golden/${name}.txt`, import.meta.url));

const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

function expectText(name: string, text: string): void {
	const file = placeOf(name);
	if (isUpdate) {
		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(file, text);
	} else if (!existsSync(file)) {
		throw new Error(`There is no golden screen ${name}; make it with UPDATE_GOLDEN=1 and read it.`);
	}

	expect(text).toBe(readFileSync(file, 'utf8'));
}

/** Compares a screen with its golden file. */
export function expectGolden(name: string, grid: readonly string[]): void {
	expectText(name, `${grid.join('\n').trimEnd()}\n`);
}

const headOf = (title: string): string => `##### ${title}\n`;

/** Compares several looks of one thing with their golden file. */
export function expectGoldenParts(name: string, parts: Readonly<Record<string, readonly string[]>>): void {
	expectText(name, Object.entries(parts).map(([title, grid]) => `${headOf(title)}${grid.join('\n').trimEnd()}\n`).join(''));
}

/** One part of a golden file, as `expectGoldenParts` has written it; undefined where there is none. */
export function goldenPart(name: string, title: string): string | undefined {
	const [, after] = readFileSync(placeOf(name), 'utf8').split(headOf(title));
	return after?.split(/^##### /m)[0];
}

/** The golden files that are there. */
export const goldenNames = (): string[] => readdirSync(dirname(placeOf(''))).map(file => file.replace(/\.txt$/, ''));

const pictureOfName = (name: string): string => fileURLToPath(new URL(`../../docs/pictures/${name}.svg`, import.meta.url));

/** Compares a screen with the picture that the README shows of it, colours included. */
export async function expectPicture(name: string, title: string, terminal: FakeTerminal): Promise<void> {
	await terminal.grid();
	const picture = pictureOf(terminal.emulator, title);
	const file = pictureOfName(name);
	if (isUpdate) {
		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(file, picture);
	}

	expect(picture).toBe(readFileSync(file, 'utf8'));
}
