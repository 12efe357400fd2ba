// The keys of a screen in words: what each does here, or why it does nothing now.

import type {Action} from '../actions/action.js';
import type {Application} from '../application.js';
import type {Glyphs} from '../glyphs.js';
import {shownKey} from '../key-names.js';
import {keyOf} from '../key-of.js';
import {actionsOf, isMatch} from '../keymap.js';
import {fit, windowStart, type Line} from '../line.js';
import type {ScreenName, State} from '../state.js';

/** The screen that help was opened from. */
export const helpedScreen = (state: State): ScreenName => state.back.at(-1) ?? 'compare';

/** The actions that help lists: those of the screen below it that the filter leaves. */
export const helpedActions = (state: State): Action[] =>
	actionsOf({...state, screen: helpedScreen(state)}).filter(action => isMatch(action, state.help.filter));

/** `height` lines of `width` columns around the cursor; on narrow screens the reason gets the room of the second keys. */
export function helpLines(application: Application, width: number, height: number, {ellipsis}: Glyphs): Line[] {
	const {state} = application;
	const shown = helpedActions(state);
	if (shown.length === 0) {
		return [[{text: `Nothing matches ${JSON.stringify(state.help.filter)}. ${keyOf(state, 'back')} clears the filter.`, style: 'faint'}]];
	}

	const keyWidth = width < 90 ? 14 : 26;
	const titleWidth = 22;
	const start = windowStart(shown.length, state.help.cursor, height);
	return shown.slice(start, start + height).map(({keys, title, offBecause, scope}, index): Line => {
		const isCurrent = start + index === state.help.cursor;
		const reason = offBecause?.({...state, screen: helpedScreen(state)}, application);
		const note = reason === undefined ? (scope === 'everywhere' ? 'everywhere' : '') : `off: ${reason}`;
		return [
			{text: isCurrent ? '> ' : '  ', style: 'strong'},
			{text: fit(keys.map(key => shownKey(key)).join(' '), keyWidth, 'left', ellipsis), style: isCurrent ? 'cursor' : reason === undefined ? 'accent' : 'faint'},
			{text: fit(title, titleWidth, 'left', ellipsis), style: isCurrent ? 'cursor' : reason === undefined ? 'plain' : 'faint'},
			{text: fit(note, Math.max(0, width - keyWidth - titleWidth - 2), 'left', ellipsis), style: isCurrent ? 'cursor' : 'faint'},
		];
	});
}

export function helpSentence(state: State): string {
	const {filter} = state.help;
	const does = `${keyOf(state, 'help.run')} does it;`;
	return filter === '' ? `${does} ${keyOf(state, 'help.search')} searches; ${keyOf(state, 'back')} goes back.` : `Only what matches ${JSON.stringify(filter)}. ${does} ${keyOf(state, 'back')} shows all.`;
}

/** The same, with the name that settings have for the action under the cursor. */
export function helpClosing(state: State): string {
	const current = helpedActions(state)[state.help.cursor];
	return `${helpSentence(state)}${current === undefined ? '' : ` In the settings: "${current.id}".`}`;
}
