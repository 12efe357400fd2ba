// From a key to what it does: dialogs first, then the screen's own actions, then those of everywhere.

import type {ActionId} from './actions/action-ids.js';
import type {Action, Scope} from './actions/action.js';
import type {Application} from './application.js';
import {dialogGuardMs, renewDialog, type ChoiceDialog, type ConfirmDialog, type Dialog, type MessageDialog, type PaletteDialog, type ScrolledDialog, type TextDialog} from './dialogs.js';
import {searchOf, type State} from './state.js';
import {reachOf} from './view/dialog-view.js';

/** What of the state decides which keys there are. */
type Looked = Pick<State, 'actions' | 'screen' | 'compare' | 'repositories' | 'watch' | 'help' | 'search'>;

/** Screens with a list of which `/` asks. */
const searchable: ReadonlySet<State['screen']> = new Set(['compare', 'plan', 'check', 'log', 'help']);

/** Where a key is looked for, in this order: the focused pane, the screen, everywhere. */
function scopesOf(state: Looked): readonly Scope[] {
	const {screen, compare, repositories} = state;
	// What is searched for goes before all else; until then, help tells of it where there is something to search.
	const [first, last]: ReadonlyArray<readonly Scope[]> = searchOf(state).text !== '' ? [['searching'], ['everywhere']] : [[], searchable.has(screen) ? ['searching', 'everywhere'] : ['everywhere']];
	if (screen !== 'compare') {
		return [...first!, screen, ...last!];
	}

	// With nothing to compare, most of what the screen can do would only be in the way.
	return repositories.length === 0 ? ['first-run', 'everywhere'] : compare.focus === 'list' ? ['repositories', 'compare', 'everywhere'] : [...first!, 'compare', ...last!];
}

/** Actions of the focused pane, of the shown screen and of everywhere, in this order, each with the keys that none before it takes. */
export function actionsOf(state: Looked): Action[] {
	const taken = new Set<string>();
	return scopesOf(state).flatMap(wanted => {
		const actionsHere = state.actions.filter(({scope}) => scope === wanted)
			.map(action => action.keys.some(key => taken.has(key)) ? {...action, keys: action.keys.filter(key => !taken.has(key))} : action);
		for (const {keys} of actionsHere) {
			for (const key of keys) {
				taken.add(key);
			}
		}

		return actionsHere;
	});
}

/** Whether title, id or keys hold every word of `filter`. */
export const isMatch = ({id, title, keys}: Action, filter: string): boolean => {
	const text = `${title} ${id} ${keys.join(' ')}`.toLowerCase();
	return filter.toLowerCase().split(' ').every(word => text.includes(word));
};

const elsewhere = (scope: Scope): string => scope === 'searching' ? 'nothing is searched for' : `it is on the ${scope} screen`;

/** Every action of the program that matches, those that can be reached from here first; the others say where they are. */
export function matchingActions(state: Looked, filter: string): Action[] {
	const here = actionsOf(state);
	const names = new Set(here.map(({id}) => id));
	const others = state.actions.filter(({id}) => !names.has(id)).map(action => ({...action, offBecause: () => elsewhere(action.scope)}));
	return [...here, ...others].filter(action => isMatch(action, filter));
}

/** Does it, or says why it cannot be done. */
export function runAction(application: Application, action: Action): void {
	const whyNot = (): string | undefined => action.offBecause?.(application.state, application);
	if (whyNot() === undefined) {
		action.run(application);
	} else {
		application.refuse(action.title, whyNot);
	}
}

/** What a key does. */
export function pressKey(application: Application, key: string): void {
	const shown = application.state.dialog;
	renewDialog(application);
	const {dialog} = application.state;
	if (key === 'ctrl-c') {
		application.interrupt();
		return;
	}

	const action = actionsOf(application.state).find(({keys}) => keys.includes(key));
	if (dialog === undefined || (action?.isOverDialogs === true && key.startsWith('ctrl-'))) {
		// One that answered a question which is over just now was not meant for the screen.
		if (action !== undefined && (shown === undefined || dialog !== undefined)) {
			runAction(application, action);
		}
	} else {
		pressInDialog(application, dialog, key);
	}
}

/** A paste goes into a text field and nowhere else: it never presses keys. */
export function paste(application: Application, text: string): void {
	const {dialog} = application.state;
	if (dialog?.kind === 'text' || dialog?.kind === 'palette') {
		const [firstLine = ''] = text.split(/[\r\n]/);
		changeValue(application, dialog, dialog.value + firstLine.replaceAll(/\p{Cc}/gu, ''));
	} else {
		application.notice('What comes all at once is taken for a paste, and answers nothing.');
	}
}

function pressInDialog(application: Application, dialog: Dialog, key: string): void {
	if (key === 'escape') {
		application.showDialog(undefined);
		if (dialog.kind === 'text') {
			dialog.onCancel?.();
		}

		return;
	}

	switch (dialog.kind) {
		case 'message': {
			pressInMessage(application, dialog, key);
			break;
		}

		case 'choice': {
			pressInChoice(application, dialog, key);
			break;
		}

		case 'confirm': {
			pressInConfirm(application, dialog, key);
			break;
		}

		default: {
			pressInField(application, dialog, key);
		}
	}
}

/** How far each key takes a text of which `page` lines are in sight. */
const strides: Readonly<Record<string, (page: number) => number>> = {
	down: () => 1, up: () => -1, pagedown: page => page, pageup: page => -page, home: () => Number.NEGATIVE_INFINITY, end: () => Number.POSITIVE_INFINITY,
};
/** Where no text is typed, letters do the same as elsewhere. */
const letterNames: Readonly<Record<string, string>> = {j: 'down', k: 'up', g: 'home', G: 'end'};

/** Moves the text of a dialog, for as long as there is more of it; does nothing for other keys. */
function scrollDialog(application: Application, dialog: ScrolledDialog, key: string): void {
	const stride = strides[key];
	if (stride !== undefined) {
		const {last, page} = reachOf(dialog, application.state);
		application.showDialog({...dialog, scroll: Math.max(0, Math.min(last, Math.min(last, dialog.scroll ?? 0) + stride(page)))});
	}
}

function pressInMessage(application: Application, dialog: MessageDialog, key: string): void {
	if (key === dialog.choice?.key) {
		application.showDialog(undefined);
		dialog.choice.run();
	} else if (key === 'enter' || key === 'space' || key === 'q') {
		application.showDialog(undefined);
	} else {
		scrollDialog(application, dialog, letterNames[key] ?? key);
	}
}

/** Enter takes the option under the cursor, a digit the one of that number; whole pages scroll what stands above them. */
function pressInChoice(application: Application, dialog: ChoiceDialog, key: string): void {
	const {options, cursor} = dialog;
	const chosen = key === 'enter' ? options[cursor] : options[Number(key) - 1];
	if (chosen !== undefined) {
		application.showDialog(undefined);
		chosen.choose();
	} else if (key === 'down' || key === 'j' || key === 'tab') {
		application.showDialog({...dialog, cursor: (cursor + 1) % options.length});
	} else if (key === 'up' || key === 'k' || key === 'shift-tab') {
		application.showDialog({...dialog, cursor: (cursor + options.length - 1) % options.length});
	} else {
		scrollDialog(application, dialog, key);
	}
}

/** Enter takes the default, which is always to go back. */
function pressInConfirm(application: Application, dialog: ConfirmDialog, key: string): void {
	if (application.now() - dialog.openedAtMs < dialogGuardMs) {
		return;
	}

	if (key === 'n' || key === 'enter') {
		application.showDialog(undefined);
		if (key === 'n') {
			dialog.onDecline?.();
		}
	} else if (key === 'y') {
		application.showDialog(undefined);
		dialog.onConfirm();
	} else {
		scrollDialog(application, dialog, letterNames[key] ?? key);
	}
}

function pressInField(application: Application, dialog: TextDialog | PaletteDialog, key: string): void {
	if (key === 'enter') {
		application.showDialog(undefined);
		if (dialog.kind === 'text') {
			dialog.onSubmit(dialog.value);
		} else {
			const action = matchingActions(application.state, dialog.value)[dialog.cursor];
			if (action !== undefined) {
				runAction(application, action);
			}
		}
	} else if (key === 'backspace') {
		changeValue(application, dialog, [...dialog.value].slice(0, -1).join(''));
	} else if (key === 'ctrl-u') {
		changeValue(application, dialog, '');
	} else if (dialog.kind === 'text' && strides[key] !== undefined) {
		if (dialog.isInline === true) {
			moveBelow(application, key);
		} else {
			scrollDialog(application, dialog, key);
		}
	} else if (key === 'up' || key === 'down') {
		if (dialog.kind === 'palette') {
			const count = matchingActions(application.state, dialog.value).length;
			application.showDialog({...dialog, cursor: Math.max(0, Math.min(count - 1, dialog.cursor + (key === 'down' ? 1 : -1)))});
		}
	} else if (key === 'space' || [...key].length === 1 || !/^[a-z][a-z\d-]+$/.test(key)) {
		changeValue(application, dialog, dialog.value + (key === 'space' ? ' ' : key));
	}
}

/** These keys move whatever the settings give to the screens: the letters there are typed here. */
const movesOf: Readonly<Record<string, ActionId>> = {down: 'move.down', up: 'move.up', pagedown: 'move.pagedown', pageup: 'move.pageup', home: 'move.top', end: 'move.bottom'};

/** While something is typed in the last line, the arrows move in the list that it narrows. */
function moveBelow(application: Application, key: string): void {
	application.state.actions.find(({id}) => id === movesOf[key])?.run(application);
}

function changeValue(application: Application, dialog: TextDialog | PaletteDialog, value: string): void {
	application.showDialog(dialog.kind === 'palette' ? {...dialog, value, cursor: 0} : {...dialog, value});
	if (dialog.kind === 'text') {
		dialog.onChange?.(value);
	}
}
