// The user's own keys: every mistake in them is told at the start, before anything is drawn.

import {PlakarError} from '../errors/plakar-error.js';
import type {Action} from './actions/action.js';
import {actions, reservedKeys} from './actions/all.js';
import {isKeyName} from './key-names.js';
import {nearest} from './nearest.js';

/** The first key that two actions want in one place, and those two; undefined when every key means one thing. */
export function clashOf(all: readonly Action[]): {readonly key: string; readonly actions: readonly [Action, Action]} | undefined {
	const owners = new Map<string, Action>();
	// Those of everywhere first: a screen's own key must not hide one of them.
	for (const action of [...all].sort((a, b) => Number(b.scope === 'everywhere') - Number(a.scope === 'everywhere'))) {
		for (const key of action.keys) {
			const owner = owners.get(`everywhere ${key}`) ?? owners.get(`${action.scope} ${key}`);
			if (owner !== undefined) {
				return {key, actions: [owner, action]};
			}

			owners.set(`${action.scope} ${key}`, action);
		}
	}

	return undefined;
}

/** The user's keys for an action, each once; a reserved one stays where it is, named or not. */
const keysOf = (action: Action, chosen: readonly string[]): readonly string[] => [...new Set([...chosen, ...action.keys.filter(key => reservedKeys.includes(key))])];

/**
 * The actions with the user's keys in place of their own; an empty list takes all of an action's keys away but the reserved
 * ones. Throws CONFIG_CORRUPT for an unknown action, a key that no terminal sends, a reserved key of another action, and a
 * key that would mean two things.
 */
export function actionsWith(keys: Readonly<Record<string, readonly string[]>>): readonly Action[] {
	const wrong = (message: string): PlakarError => new PlakarError('CONFIG_CORRUPT', {message, hint: 'Mend "keys" in the settings file; ? on the screen tells the name of the action under its cursor.'});
	for (const [id, chosen] of Object.entries(keys)) {
		const action = actions.find(each => each.id === id);
		if (action === undefined) {
			throw wrong(`The settings give keys to an unknown action, ${JSON.stringify(id)}.${nearest(id, actions.map(each => each.id))}`);
		}

		for (const key of chosen) {
			if (!isKeyName(key)) {
				throw wrong(`The settings give ${JSON.stringify(id)} the key ${JSON.stringify(key)}, which is none.`);
			}

			if (reservedKeys.includes(key) && !action.keys.includes(key)) {
				throw wrong(`The settings use the reserved key ${JSON.stringify(key)} for ${JSON.stringify(id)}.`);
			}
		}
	}

	const changed = actions.map(action => keys[action.id] === undefined ? action : {...action, keys: keysOf(action, keys[action.id]!)});
	const clash = clashOf(changed);
	if (clash !== undefined) {
		throw wrong(`The key ${JSON.stringify(clash.key)} would mean both ${JSON.stringify(clash.actions[0].id)} and ${JSON.stringify(clash.actions[1].id)}.`);
	}

	return changed;
}
