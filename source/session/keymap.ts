// From a key to what it does: dialogs first, then the screen's own actions, then those of everywhere.

import {PlakarError} from '../errors/plakar-error.js';
import {actions, reservedKeys, type Action} from './actions.js';
import {dialogGuardMs, type Application} from './application.js';
import type {Dialog, State} from './state.js';

/** The actions with the user's keys in place. Throws CONFIG_CORRUPT for an unknown action or a reserved key. */
export function actionsWith(keys: Readonly<Record<string, readonly string[]>>): readonly Action[] {
	const wrong = (message: string): PlakarError => new PlakarError('CONFIG_CORRUPT', {message, hint: 'Mend "keys" in the settings file; ? lists the actions and their keys.'});
	for (const [id, chosen] of Object.entries(keys)) {
		if (!actions.some(action => action.id === id)) {
			throw wrong(`The settings give keys to an unknown action, ${JSON.stringify(id)}.`);
		}

		const taken = chosen.find(key => reservedKeys.includes(key));
		if (taken !== undefined) {
			throw wrong(`The settings use the reserved key ${JSON.stringify(taken)} for ${JSON.stringify(id)}.`);
		}
	}

	return actions.map(action => keys[action.id] === undefined ? action : {...action, keys: keys[action.id]!});
}

/** Actions of the shown screen and of everywhere, the screen's first. */
export const actionsOf = (all: readonly Action[], screen: State['screen']): Action[] =>
	[...all.filter(({scope}) => scope === screen), ...all.filter(({scope}) => scope === 'everywhere')];

/** Actions whose title or id holds every word of `filter`. */
export const matchingActions = (all: readonly Action[], screen: State['screen'], filter: string): Action[] =>
	actionsOf(all, screen).filter(({id, title}) => filter.toLowerCase().split(' ').every(word => `${title} ${id}`.toLowerCase().includes(word)));

function runAction(application: Application, action: Action): void {
	const reason = action.offBecause?.(application.state, application);
	if (reason === undefined) {
		action.run(application);
	} else {
		application.notice(`${action.title}: ${reason}.`);
	}
}

/** What a key does. */
export function pressKey(application: Application, all: readonly Action[], key: string): void {
	const {dialog, screen} = application.state;
	if (key === 'ctrl-c') {
		application.interrupt();
	} else if (dialog === undefined) {
		const action = actionsOf(all, screen).find(({keys}) => keys.includes(key));
		if (action !== undefined) {
			runAction(application, action);
		}
	} else {
		pressInDialog(application, all, dialog, key);
	}
}

/** A paste goes into a text field and nowhere else: it never presses keys. */
export function paste(application: Application, text: string): void {
	const {dialog} = application.state;
	if (dialog?.kind === 'text') {
		const [firstLine = ''] = text.split(/[\r\n]/);
		application.showDialog({...dialog, value: dialog.value + firstLine.replaceAll(/\p{Cc}/gu, '')});
	}
}

function pressInDialog(application: Application, all: readonly Action[], dialog: Dialog, key: string): void {
	if (key === 'escape') {
		application.showDialog(undefined);
		return;
	}

	if (dialog.kind === 'message') {
		if (key === 'enter' || key === 'space' || key === 'q') {
			application.showDialog(undefined);
		}
	} else if (dialog.kind === 'confirm') {
		pressInConfirm(application, dialog, key);
	} else {
		pressInText(application, all, dialog, key);
	}
}

/** Enter takes the default, which is always to go back. */
function pressInConfirm(application: Application, dialog: Extract<Dialog, {kind: 'confirm'}>, key: string): void {
	if (application.now() - dialog.openedAtMs < dialogGuardMs) {
		return;
	}

	if (key === 'n' || key === 'enter') {
		application.showDialog(undefined);
	} else if (key === 'y') {
		application.showDialog(undefined);
		if (dialog.id === 'quit') {
			void application.stopAndQuit();
		} else if (dialog.id === 'clone') {
			application.startClone(dialog.value);
		}
	}
}

function pressInText(application: Application, all: readonly Action[], dialog: Extract<Dialog, {kind: 'text'}>, key: string): void {
	if (key === 'enter') {
		submitText(application, all, dialog);
	} else if (key === 'backspace') {
		application.showDialog({...dialog, value: [...dialog.value].slice(0, -1).join(''), cursor: 0});
	} else if (key === 'up' || key === 'down') {
		application.showDialog({...dialog, cursor: Math.max(0, dialog.cursor + (key === 'down' ? 1 : -1))});
	} else if (key === 'ctrl-u') {
		application.showDialog({...dialog, value: '', cursor: 0});
	} else if (key === 'space' || [...key].length === 1 || !/^[a-z][a-z\d-]+$/.test(key)) {
		application.showDialog({...dialog, value: dialog.value + (key === 'space' ? ' ' : key), cursor: 0});
	}

	const {dialog: now} = application.state;
	if (now?.kind === 'text' && now.id === 'filter') {
		application.update(state => ({...state, compare: {...state.compare, filter: now.value, cursor: 0}}));
	}
}

function submitText(application: Application, all: readonly Action[], dialog: Extract<Dialog, {kind: 'text'}>): void {
	application.showDialog(undefined);
	const {value} = dialog;
	switch (dialog.id) {
		case 'filter': {
			application.update(state => ({...state, compare: {...state.compare, filter: value, cursor: 0}}));
			break;
		}

		case 'passphrase': {
			const {compare: {focus}, source, target} = application.state;
			application.setPassphrase(focus === 'target' && target !== undefined ? target : source, value);
			break;
		}

		case 'export': {
			void application.exportPlan(value);
			break;
		}

		case 'palette': {
			const action = matchingActions(all, application.state.screen, value)[dialog.cursor];
			if (action !== undefined) {
				runAction(application, action);
			}

			break;
		}

		case 'clone': {
			if (value.trim() !== '') {
				const count = application.state.repositories[application.state.source]?.summary?.snapshots.length ?? 0;
				application.showDialog({
					kind: 'confirm', id: 'clone', title: `Clone to ${value}?`, value, openedAtMs: application.now(),
					lines: [`All ${count} snapshots are copied as they are stored, each record verified on the way.`, 'Stopping early is safe: the same clone goes on later.', '', 'y  clone      n  back (default)'],
				});
			}
		}
	}
}
