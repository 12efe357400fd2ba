// What stands for each character where there is no UTF-8: the same layout, cell by cell.

import {asciiGlyphs, unicodeGlyphs} from '../../source/session/glyphs.js';

type Tree = string | readonly string[] | Readonly<Record<string, string>>;
const partsOf = (tree: Tree): readonly string[] => typeof tree === 'string' ? [tree] : Object.values(tree);

/** By character: what may stand for it. A bar has fewer steps in ASCII, so each of its steps has several. */
const standsFor = new Map<string, Set<string>>();
for (const [name, tree] of Object.entries(unicodeGlyphs) as ReadonlyArray<readonly [keyof typeof unicodeGlyphs, Tree]>) {
	const [ours, theirs] = [partsOf(tree), partsOf(asciiGlyphs[name])];
	for (const [index, glyph] of ours.entries()) {
		for (const [at, character] of [...glyph].entries()) {
			const allowed = ours.length === theirs.length ? [[...theirs[index]!][at]!] : theirs;
			standsFor.set(character, new Set([...standsFor.get(character) ?? [], ...allowed]));
		}
	}
}

// What a bar has not filled is drawn as its track, and ASCII has no half of a column.
for (const step of unicodeGlyphs.bar) {
	standsFor.get(step)!.add(asciiGlyphs.map.unread);
}

/** The first cell in which the screen in ASCII is another one; undefined when it is the same. */
export function firstDifference(drawn: readonly (readonly string[])[], inAscii: readonly (readonly string[])[]): string | undefined {
	for (const [row, cells] of drawn.entries()) {
		for (const [column, cell] of cells.entries()) {
			const found = inAscii[row]?.[column] ?? '';
			const isSame = /^[\u0020-\u007E]$/.test(found) && (found === cell || standsFor.get(cell)?.has(found) === true || (!/^[\u0020-\u007E]$/.test(cell) && !standsFor.has(cell) && found === '?'));
			if (!isSame) {
				return `row ${row + 1}, column ${column + 1}: ${JSON.stringify(cell)} became ${JSON.stringify(found)} in ${JSON.stringify(inAscii[row]?.join(''))}`;
			}
		}
	}

	return undefined;
}
