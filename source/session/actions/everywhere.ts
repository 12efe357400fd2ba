// What can be done on every screen.

import {searchOf} from '../state.js';
import {isShownJobRunning, type Action} from './action.js';

export const everywhereActions: readonly Action[] = [
	{
		id: 'job.stop', keys: ['ctrl-c'], title: 'stop safely', scope: 'everywhere', footerRank: state => state.screen === 'run' && isShownJobRunning(state) ? 19 : undefined,
		run(application) {
			application.interrupt();
		},
	},
	{
		id: 'jobs', keys: ['J'], title: 'jobs', scope: 'everywhere', footerRank: ({screen}) => screen === 'jobs' ? undefined : 21,
		run(application) {
			application.open('jobs');
		},
	},
	{
		id: 'log', keys: ['L'], title: 'log', scope: 'everywhere', footerRank: ({screen}) => screen === 'log' ? undefined : 20,
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
		id: 'help', keys: ['?', 'f1'], title: 'all keys', footerTitle: 'keys', scope: 'everywhere', footerRank: 30,
		run(application) {
			application.open('help');
		},
	},
	{
		id: 'back', keys: ['escape'], title: 'back', footerTitle: state => searchOf(state).text !== '' ? 'clear' : state.screen === 'run' && isShownJobRunning(state) ? 'background' : 'back', scope: 'everywhere', footerRank: 29,
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
		id: 'redraw', keys: ['ctrl-l'], title: 'draw again', scope: 'everywhere', isOverDialogs: true,
		run(application) {
			application.repaint();
		},
	},
	{
		id: 'suspend', keys: ['ctrl-z'], title: 'to the shell', scope: 'everywhere', isOverDialogs: true,
		run(application) {
			application.suspend();
		},
	},
];
