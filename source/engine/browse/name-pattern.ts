// Names by pattern: a part of the name, or a glob; letters of either case unless the pattern has capitals.

import {pathFromText, type PathBytes} from '../../format/paths.js';

/** Tells how many bytes of `name` it takes at `offset`; -1 when it does not fit there. `star`: any number. */
type Token = 'star' | ((name: string, offset: number) => number);

/** One character of UTF-8, or one byte of anything else. */
function anyCharacter(name: string, offset: number): number {
	let end = offset + 1;
	if (name.charCodeAt(offset) >= 0xc0) {
		while ((name.charCodeAt(end) & 0xc0) === 0x80) {
			end++;
		}
	}

	return offset < name.length ? end - offset : -1;
}

const literal = (character: string): Token => (name, offset) => name[offset] === character ? 1 : -1;

/** What stands between brackets: characters and ranges of bytes, `!` first for all others. */
function setOf(inside: string): Token {
	const isNegated = inside.startsWith('!') || inside.startsWith('^');
	const members = new Set<string>();
	const characters = isNegated ? inside.slice(1) : inside;
	for (let index = 0; index < characters.length; index++) {
		const isRange = characters[index + 1] === '-' && index + 2 < characters.length;
		const [low, high] = [characters.charCodeAt(index), characters.charCodeAt(isRange ? index + 2 : index)];
		for (let code = low; code <= high; code++) {
			members.add(String.fromCharCode(code));
		}

		index += isRange ? 2 : 0;
	}

	return (name, offset) => offset < name.length && members.has(name[offset]!) !== isNegated ? 1 : -1;
}

function tokensOf(pattern: string): Token[] {
	const tokens: Token[] = [];
	for (let index = 0; index < pattern.length; index++) {
		const character = pattern[index]!;
		const close = character === '[' ? pattern.indexOf(']', index + 2) : -1;
		if (close > 0) {
			tokens.push(setOf(pattern.slice(index + 1, close)));
			index = close;
		} else {
			tokens.push(character === '*' ? 'star' : character === '?' ? anyCharacter : literal(character));
		}
	}

	return tokens;
}

/** Whether the whole of `name` fits. O(name times pattern), whatever the pattern: the name may come from anywhere. */
function fits(tokens: readonly Token[], name: string): boolean {
	let [offset, token] = [0, 0];
	let [starToken, starOffset] = [-1, 0];
	while (offset < name.length || token < tokens.length) {
		const current = tokens[token];
		if (current === 'star') {
			[starToken, starOffset] = [token, offset];
			token++;
			continue;
		}

		const taken = current === undefined || offset >= name.length ? -1 : current(name, offset);
		if (taken > 0) {
			offset += taken;
			token++;
		} else if (starToken >= 0 && starOffset < name.length) {
			starOffset++;
			[offset, token] = [starOffset, starToken + 1];
		} else {
			return false;
		}
	}

	return true;
}

/** Longer patterns are cut: a name has at most 255 bytes. */
const maximumPatternCharacters = 255;

const withoutCapitals = (text: string): string => text.replaceAll(/[A-Z]/g, letter => letter.toLowerCase());

export type NameOptions = {/** A pattern without `*`, `?` or `[` is the whole name, not a part of it, and every letter counts. */ readonly isExact?: boolean};

/** Tells whether the last part of a path matches. */
export function namePattern(text: string, {isExact = false}: NameOptions = {}): (path: PathBytes) => boolean {
	const pattern: string = pathFromText(text.slice(0, maximumPatternCharacters));
	const anyCase = !isExact && !/[A-Z]/.test(pattern);
	const nameOf = (path: PathBytes): string => {
		const name = path.slice(path.lastIndexOf('/') + 1);
		return anyCase ? withoutCapitals(name) : name;
	};

	if (/[*?[]/.test(pattern)) {
		const tokens = tokensOf(pattern);
		return path => fits(tokens, nameOf(path));
	}

	return isExact ? path => nameOf(path) === pattern : path => nameOf(path).includes(pattern);
}
