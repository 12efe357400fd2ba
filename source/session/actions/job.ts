// What can be done with the job that is shown: on the running screen, and pausing on the check screen too.

import type {Application} from '../application.js';
import {askToConfirm} from '../dialogs.js';
import {isRunning, shownJobOf, type Job, type State} from '../state.js';
import {offWhenReadOnly, offWithoutJob, type Action} from './action.js';

const pause = (scope: 'run' | 'check'): Action => ({
	id: `${scope}.pause`, keys: ['p'], title: 'pause/resume', scope, footerRank: 1, offBecause: offWithoutJob,
	run(application) {
		application.jobs.togglePause(application.state.shownJob!);
	},
});

const offBeforeTheEnd = (state: State): string | undefined => {
	const job = shownJobOf(state);
	return job === undefined ? 'no job was started yet' : isRunning(job) ? 'the job is still running' : undefined;
};

/** The same once more: a plan for what is left of a sync, the same clone again. */
function again(application: Application, {verb, transfer, sourceName, targetName}: Job): void {
	const {repositories} = application.state;
	const indexOf = (location: string): number => repositories.findIndex(repository => repository.location === location || repository.summary?.location === location);
	const [source, target] = [indexOf(transfer!.sourceLocation), indexOf(transfer!.targetLocation)];
	if (verb === 'clone') {
		askToConfirm(application, {
			title: `Clone ${sourceName} to ${targetName}?`, lines: ['What was sent already is kept and not sent again.', '', 'y  go on      n  back (default)'],
			onConfirm() {
				application.update(state => ({...state, source}));
				application.jobs.clone(transfer!.targetLocation);
			},
		});
		return;
	}

	application.update(state => ({...state, source, target}));
	const held = new Set(repositories[target]?.summary?.snapshots.map(({snapshot}) => snapshot));
	void application.planning.make(transfer!.snapshots.filter(snapshot => !held.has(snapshot)));
}

export const jobActions: readonly Action[] = [
	pause('run'), pause('check'),
	{
		id: 'run.lanes', keys: ['w'], title: 'lanes', scope: 'run', footerRank: 3, offBecause: offWithoutJob,
		run(application) {
			application.update(state => ({...state, watch: {...state.watch, hidesLanes: !state.watch.hidesLanes}}));
		},
	},
	{
		id: 'run.again', keys: ['r', 'f2'], title: 'try again', scope: 'run', footerRank: 24,
		offBecause(state) {
			const job = shownJobOf(state);
			return offWhenReadOnly(state) ?? offBeforeTheEnd(state) ?? (job?.status === 'done' || job?.transfer === undefined ? 'it is done' : undefined);
		},
		run(application) {
			again(application, shownJobOf(application.state)!);
		},
	},
	{
		id: 'run.verify', keys: ['v', 'f7'], title: 'verify', scope: 'run', footerRank: 25,
		offBecause(state) {
			const job = shownJobOf(state);
			return offBeforeTheEnd(state) ?? (targetIndexOf(state, job!) < 0 ? 'the target is not in the list of repositories' : undefined);
		},
		run(application) {
			application.jobs.check(targetIndexOf(application.state, shownJobOf(application.state)!));
		},
	},
];

const targetIndexOf = ({repositories}: State, {transfer, report}: Job): number =>
	repositories.findIndex(({location, summary}) => [transfer?.targetLocation, report?.targetLocation].some(known => known !== undefined && (known === location || known === summary?.location)));
