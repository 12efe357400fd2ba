// Keys as data: none means two things, and settings that would break that are refused with the reason.

import {describe, expect, test} from 'vitest';
import {actionIds} from '../../source/session/actions/action-ids.js';
import {actions, reservedKeys} from '../../source/session/actions/all.js';
import {isKeyName, shownKey} from '../../source/session/key-names.js';
import {keyOfText} from '../../source/ui/terminal/keys.js';
import {actionsWith, clashOf} from '../../source/session/key-settings.js';

describe('the keys of the program', () => {
	test('mean one thing each on every screen, and have names', () => {
		expect(clashOf(actions)).toBeUndefined();
		expect(actions.flatMap(({keys}) => keys).filter(key => !isKeyName(key))).toEqual([]);
		// Whatever byte a terminal sends for Ctrl and a letter, the setting has the name that it is known by.
		const letters = [...'abcdefghijklmnopqrstuvwxyz'];
		expect(letters.filter((letter, index) => isKeyName(`ctrl-${letter}`) !== (keyOfText(String.fromCodePoint(index + 1)) === `ctrl-${letter}`))).toEqual([]);
	});

	test('every action has an id of its own and a title', () => {
		expect(actions.map(({id}) => id).sort()).toEqual([...actionIds].sort());
		expect(new Set(actions.map(({id}) => id)).size).toBe(actions.length);
		expect(actions.filter(({title}) => title === '')).toEqual([]);
	});

	test('are shown in words', () => {
		expect(['space', 'ctrl-c', 'f5', 's', 'shift-tab', '*'].map(key => shownKey(key))).toEqual(['Space', 'Ctrl-C', 'F5', 's', 'Shift-Tab', '*']);
	});
});

describe('the user\'s keys', () => {
	test('take the place of the program\'s; an empty list takes them away', () => {
		const changed = actionsWith({'sync.planAll': ['P', 'f9'], clone: []});
		expect(changed.find(({id}) => id === 'sync.planAll')!.keys).toEqual(['P', 'f9']);
		expect(changed.find(({id}) => id === 'clone')!.keys).toEqual([]);
	});

	test('leave the reserved ones where they are, and may add to them', () => {
		const changed = actionsWith({quit: ['Q'], back: [], help: ['f9', '?'], 'plan.explain': ['E'], clone: ['C', 'C']});
		const keysOf = (id: string): readonly string[] => changed.find(action => action.id === id)!.keys;
		expect(['quit', 'back', 'help', 'plan.explain', 'clone'].map(id => keysOf(id))).toEqual([['Q', 'q'], ['escape'], ['f9', '?'], ['E', 'enter'], ['C']]);
	});

	test.each([
		['an unknown action', {'no.such': ['z']}, 'unknown action, "no.such".'],
		['an action that is nearly one', {'sync.planall': ['z']}, 'Did you mean sync.planAll?'],
		['a key that terminals send as another', {'sync.planAll': ['ctrl-i']}, '"ctrl-i", which is none'],
		['a key that is none', {'sync.planAll': ['meta-x']}, '"meta-x", which is none'],
		['two characters', {'sync.planAll': ['gg']}, '"gg", which is none'],
		['a control character', {'sync.planAll': ['\u001B']}, 'which is none'],
		['a key of the same screen', {'sync.planAll': ['v']}, 'would mean both'],
		['a key of everywhere', {'sync.planAll': ['J']}, 'would mean both'],
		...reservedKeys.map(key => [`the reserved ${key}`, {'sync.planAll': [key]}, 'reserved key'] as const),
	] as const)('are refused: %s', (_, keys, words) => {
		expect(() => actionsWith(keys as never)).toThrow(expect.objectContaining({code: 'CONFIG_CORRUPT', message: expect.stringContaining(words) as string}));
	});

	test('may swap two keys', () => {
		expect(clashOf(actionsWith({'sync.plan': ['S'], 'sync.planAll': ['s']}))).toBeUndefined();
	});
});
