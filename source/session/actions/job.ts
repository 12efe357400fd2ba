// What can be done with the job that is shown: on the running screen, and pausing on the check screen too.

import type {Application} from '../application.js';
import {askToConfirm} from '../dialogs.js';
import {keyOf} from '../key-of.js';
import {indexAt} from '../repositories.js';
import {isRunning, shownJobOf, type Job, type State} from '../state.js';
import {offWhenReadOnly, isShownJobRunning, offWithoutJob, type Action} from './action.js';
import {askForLimit} from './limit.js';

const pause = (scope: 'run' | 'check'): Action => ({
	id: `${scope}.pause`, keys: ['p'], title: 'pause/resume', footerTitle: state => shownJobOf(state)?.isPaused === true ? 'resume' : 'pause', scope, footerRank: state => isShownJobRunning(state) ? (scope === 'run' ? 1 : 3) : 22, offBecause: offWithoutJob,
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
	const [source, target] = [indexAt(repositories, transfer!.sourceLocation), indexAt(repositories, transfer!.targetLocation)];
	if (verb === 'clone') {
		askToConfirm(application, {
			title: `Clone ${sourceName} to ${targetName}?`, lines: ['What was sent already is kept and not sent again.'],
			answers: {y: 'go on', n: 'back'},
			onConfirm() {
				application.update(state => ({...state, source}));
				application.starts.clone(transfer!.targetLocation);
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
		id: 'run.limit', keys: ['l'], title: 'limit', scope: 'run', footerRank: state => isShownJobRunning(state) ? 2 : 23, offBecause: offWithoutJob,
		run(application) {
			const id = application.state.shownJob!;
			askForLimit(application, bytes => {
				application.jobs.setLimit(id, bytes);
			});
		},
	},
	{
		id: 'run.lanes', keys: ['w'], title: 'lanes', scope: 'run', footerRank: 31, offBecause: offWithoutJob,
		run(application) {
			application.update(state => ({...state, watch: {...state.watch, hidesLanes: !state.watch.hidesLanes}}));
		},
	},
	{
		id: 'run.again', keys: ['r', 'f2'], title: 'try again', scope: 'run', footerRank: state => isShownJobRunning(state) ? 24 : 1,
		offBecause(state) {
			const job = shownJobOf(state);
			const {transfer, status, verb} = job ?? {};
			const isKnown = transfer !== undefined && indexAt(state.repositories, transfer.sourceLocation) >= 0 && (verb === 'clone' || indexAt(state.repositories, transfer.targetLocation) >= 0);
			return offWhenReadOnly(state) ?? offBeforeTheEnd(state) ?? (verb === 'heal' ? `${keyOf(state, 'check.heal')} on the check makes a new plan` : status === 'done' ? 'it is done' : verb === 'restore' ? `${keyOf(state, 'browse.restore')} in the snapshot shows what is left to write` : verb === 'mesh' ? `${keyOf(state, 'matrix.reread')} in the matrix compares all again` : isKnown ? undefined : 'its repositories are not on the screen');
		},
		run(application) {
			again(application, shownJobOf(application.state)!);
		},
	},
	{
		id: 'run.verify', keys: ['v', 'f7'], title: 'verify', scope: 'run', footerRank: state => isShownJobRunning(state) ? 25 : 2,
		offBecause(state) {
			const job = shownJobOf(state);
			return offBeforeTheEnd(state) ?? (targetIndexOf(state, job!) < 0 ? 'the target is not in the list of repositories' : undefined);
		},
		run(application) {
			application.starts.check(targetIndexOf(application.state, shownJobOf(application.state)!));
		},
	},
];

/** The target of a job that is over, -1 when it is not on the screen: a clone tells its place only at its end. */
const targetIndexOf = ({repositories}: State, {transfer, report, verb, repositoryIndex}: Job): number => verb === 'heal' ? repositoryIndex :
	[report?.targetLocation, transfer?.targetLocation].reduce((found, location) => found >= 0 || location === undefined ? found : indexAt(repositories, location), -1);
