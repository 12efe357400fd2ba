// The keys that sentences name: those that the user has set, never letters of their own.

import type {Action} from './actions/action.js';
import type {ActionId} from './actions/action-ids.js';
import {shownKey} from './key-names.js';
import {actionsOf} from './keymap.js';
import type {State} from './state.js';

/** What opens the list of every action: reserved, so it is there whatever the settings say. */
const paletteKey = ':';

/** A frame asks for some ten keys of the same state. */
const named = new WeakMap<State, ReadonlyMap<string, Action>>();

/** On the screen that is shown, an action has the keys that no narrower place takes; elsewhere, all of its own. */
function actionNamed(state: State, id: ActionId): Action {
	let actions = named.get(state);
	if (actions === undefined) {
		actions = new Map([...state.actions, ...actionsOf(state)].map(action => [action.id, action]));
		named.set(state, actions);
	}

	return actions.get(id)!;
}

/** The key of an action as the footer shows it: "y", "Enter", "Ctrl-L"; '' where the settings leave it none. O(actions) for the first of a state. */
export const shownKeyOf = (state: State, id: ActionId): string => shownKey(actionNamed(state, id).keys[0] ?? '');

/** The same for a sentence, which always names a way: an action without a key is in the palette, as ":start". */
export function keyOf(state: State, id: ActionId): string {
	const {keys: [key], title} = actionNamed(state, id);
	return key === undefined ? `${paletteKey}${title}` : shownKey(key);
}

/** A title with the key that leads to what stands under it: "1 Repositories"; alone where the settings leave it none. */
export const keyedTitle = (state: State, id: ActionId, title: string): string => `${shownKeyOf(state, id)} ${title}`.trimStart();
