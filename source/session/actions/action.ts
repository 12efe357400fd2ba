// What an action is: its keys, its words, when it is off and why. Footer, help, palette and README are made from it.

import type {Application} from '../application.js';
import type {ActionId} from './action-ids.js';
import {isRunning, shownJobOf, sourceOf, targetOf, type ScreenName, type State} from '../state.js';

/**
 * A screen; `repositories`, the list pane of the compare screen, whose keys come before those of its screen; `first-run`,
 * the compare screen while there is nothing to compare; `searching`, any list in which something is searched for, whose
 * keys come first; or all screens.
 */
export type Scope = ScreenName | 'repositories' | 'first-run' | 'searching' | 'everywhere';

export type Action = {
	readonly id: ActionId;
	/** The first one is shown. */
	readonly keys: readonly string[];
	readonly title: string;
	readonly scope: Scope;
	/** Lower stands further left in the footer; absent or undefined: not in the footer. */
	readonly footerRank?: number | ((state: State) => number | undefined);
	/** What the footer says in place of the title, where that is too long for 80 columns or says less than the state knows. */
	readonly footerTitle?: string | ((state: State) => string);
	/** Its control keys work while a dialog is open too: it is about the terminal, not about what is shown. */
	readonly isOverDialogs?: boolean;
	/** Why it cannot be done now; undefined when it can. */
	offBecause?(state: State, application: Application): string | undefined;
	run(application: Application): void;
};

export const offWhenReadOnly = (state: State): string | undefined => state.readOnly ? 'started with --read-only' : undefined;

export const offWithoutTarget = (state: State): string | undefined =>
	sourceOf(state)?.summary === undefined || targetOf(state)?.summary === undefined ? 'it takes a source and a target that can be read' : undefined;

export const offWithoutPeer = (state: State): string | undefined => state.target === undefined ? 'there is no target' : undefined;

export const offWithoutJob = (state: State): string | undefined => {
	const job = shownJobOf(state);
	return job !== undefined && isRunning(job) ? undefined : 'no job is running here';
};

export const isShownJobRunning = (state: State): boolean => offWithoutJob(state) === undefined;

/** `items` with `item` taken out when it was in, else put in. */
export function toggled<Item>(items: ReadonlySet<Item>, item: Item): ReadonlySet<Item> {
	const changed = new Set(items);
	if (!changed.delete(item)) {
		changed.add(item);
	}

	return changed;
}
