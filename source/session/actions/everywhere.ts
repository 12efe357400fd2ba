// What can be done on every screen.

import {searchOf} from '../state.js';
import type {Action} from './action.js';

export const everywhereActions: readonly Action[] = [
	{
		id: 'job.stop', keys: ['ctrl-c'], title: 'stop safely', scope: 'everywhere',
		run(application) {
			application.interrupt();
		},
	},
	{
		id: 'jobs', keys: ['J'], title: 'jobs', scope: 'everywhere', footerRank: 20,
		run(application) {
			application.open('jobs');
		},
	},
	{
		id: 'log', keys: ['L'], title: 'log', scope: 'everywhere', footerRank: 21,
		run(application) {
			application.open('log');
		},
	},
	{
		id: 'palette', keys: [':'], title: 'every action by name', scope: 'everywhere',
		run(application) {
			application.showDialog({kind: 'palette', title: 'Every action by name', value: '', openedAtMs: application.now(), cursor: 0});
		},
	},
	{
		id: 'help', keys: ['?', 'f1'], title: 'all keys', scope: 'everywhere', footerRank: 30,
		run(application) {
			application.open('help');
		},
	},
	{
		id: 'back', keys: ['escape'], title: 'back', scope: 'everywhere', footerRank: 29,
		offBecause: state => state.back.length === 0 && searchOf(state).text === '' ? 'this is the first screen' : undefined,
		run(application) {
			application.goBack();
		},
	},
	{
		id: 'quit', keys: ['q'], title: 'quit', scope: 'everywhere',
		run(application) {
			if (application.state.back.length > 0) {
				application.goBack();
			} else {
				application.quit();
			}
		},
	},
	{
		id: 'redraw', keys: ['ctrl-l'], title: 'draw again', scope: 'everywhere',
		run(application) {
			application.repaint();
		},
	},
	{
		id: 'suspend', keys: ['ctrl-z'], title: 'to the shell', scope: 'everywhere',
		run(application) {
			application.suspend();
		},
	},
];
