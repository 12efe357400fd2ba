// What can be done in the list of jobs: with the one under the cursor.

import type {Application} from '../application.js';
import {askWhileSo} from '../dialogs.js';
import {isRunning, jobWords, type Job} from '../jobs/job-state.js';
import type {State} from '../state.js';
import {currentJob} from '../view/jobs-view.js';
import type {Action} from './action.js';

const offWithoutRunning = (state: State): string | undefined => {
	const job = currentJob(state);
	return job === undefined ? 'there is no job' : job.status === 'stopping' ? 'it is stopping already' : isRunning(job) ? undefined : 'it is over';
};

/** Asks before it stops one job that runs. */
export function askToStop(application: Application, {id, ...job}: Job): void {
	askWhileSo(application, {
		over: `${jobWords(job)} is over, or stopping already.`,
		question: () => application.state.jobs.some(known => known.id === id && known.status === 'running') ? {
			title: `Stop ${jobWords(job)}?`, lines: ['It stops safely: what is complete is kept, and the next run sends or reads only the rest.'],
			answers: {y: 'stop it', n: 'go on'},
			onConfirm() {
				application.jobs.stop([id]);
			},
		} : undefined,
	});
}

export const jobsListActions: readonly Action[] = [
	{
		id: 'jobs.open', keys: ['enter'], title: 'open', scope: 'jobs', footerRank: 1, offBecause: state => currentJob(state) === undefined ? 'there is no job' : undefined,
		run(application) {
			const {id, verb} = currentJob(application.state)!;
			application.update(state => ({...state, shownJob: id}));
			application.open(verb === 'check' ? 'check' : 'run');
		},
	},
	{
		id: 'jobs.pause', keys: ['p'], title: 'pause/resume', scope: 'jobs', footerRank: 2, offBecause: offWithoutRunning,
		run(application) {
			application.jobs.togglePause(currentJob(application.state)!.id);
		},
	},
	{
		id: 'jobs.stop', keys: ['s', 'delete'], title: 'stop it', scope: 'jobs', footerRank: 3, offBecause: offWithoutRunning,
		run(application) {
			askToStop(application, currentJob(application.state)!);
		},
	},
];
