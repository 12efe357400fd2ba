// What stands in front of a screen: fields, choices, questions, messages and the palette; and the list of keys.

import {PlakarError} from '../../../source/errors/plakar-error.js';
import {makeSnapshot, makeSummary} from '../../terminal/scripted-engine.js';
import type {Scene, Scenes} from './scene.js';

const notThere = new PlakarError('REPOSITORY_NOT_FOUND', {message: 'There is no repository at /mnt/vualt.', hint: 'Make one with: plakar-tui create /mnt/vualt'});
export const places = {
	'/srv/office': makeSummary('/srv/office', [makeSnapshot(0), makeSnapshot(1)]),
	'/mnt/vault': makeSummary('/mnt/vault', [makeSnapshot(1)]),
	'/mnt/vualt': notThere,
	'/srv/new': makeSummary('/srv/new', []),
	'/srv/sealed': makeSummary('/srv/sealed', [makeSnapshot(2)], {opened: false}),
};

const first = (dialog: Scene['dialog'], ...keys: readonly string[]): Scene => ({screen: 'compare', dialog: dialog!, steps: [keys], script: {summaries: places}, options: {repositories: []}});

export const dialogScenes: Scenes = {
	'add-problem': first('text', 'A', ...'/mnt/vualt', 'enter'),
	'create-sealing': {...first('choice', 'N', ...'/srv/new', 'enter'), moves: 'down'},
	'create-passphrase': first('text', 'N', ...'/srv/new', 'enter', 'enter', ...'secret', 'enter', ...'secrte', 'enter'),
	'create-confirm': first('confirm', 'N', ...'/srv/new', 'enter', 'enter', ...'secret', 'enter', ...'secret', 'enter'),
	'clone-dialog': {screen: 'compare', dialog: 'text', moves: 'm', steps: [['c'], office => {
		office.paste('/mnt/new-place');
	}]},
	palette: {screen: 'compare', dialog: 'palette', steps: [[':', 'p', 'l']], moves: 'down'},
	'palette-nothing': {screen: 'compare', dialog: 'palette', steps: [[':', ...'no such']]},
	help: {screen: 'help', steps: [['?']], moves: 'down'},
	'help-nothing': {screen: 'help', shows: ['empty'], steps: [['?', '/', ...'no such', 'enter']]},
};
