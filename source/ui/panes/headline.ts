// The first line of a screen: where am I, and what runs elsewhere.

import {formatEstimate, formatPercent} from '../../session/figures.js';
import {progressOf} from '../../session/jobs/job-state.js';
import {lineWidth, spread, widthOf, type Line, type Piece} from '../../session/line.js';
import {isRunning, type State} from '../../session/state.js';

/** From here on the headline has room for how long a job may still take. */
const leftFromColumns = 96;

/** "check office 38%, about 29 min left": every job that runs and is not what the screen shows. */
function otherJobs({jobs, shownJob, screen}: State, width: number): string {
	const others = screen === 'jobs' ? [] : jobs.filter(job => isRunning(job) && !(job.id === shownJob && (screen === 'run' || screen === 'check')));
	return others.map(job => {
		const {done, total} = progressOf(job);
		const estimate = job.isPaused || others.length > 1 || width < leftFromColumns ? undefined : job.sample?.estimate;
		const left = estimate === undefined ? '' : `, ${formatEstimate((estimate.lowMs + estimate.highMs) / 2)} left`;
		return `${job.verb} ${job.verb === 'heal' ? job.targetName : job.sourceName} ${formatPercent(done, total)}${job.isPaused ? ' paused' : left}`;
	}).join('   ');
}

export const headline = (state: State, left: readonly Piece[], right: string, width: number, ellipsis: string): Line => {
	const jobs = otherJobs(state, width);
	const both = [jobs, right].filter(text => text !== '').join('   ');
	const room = width - widthOf(both) - 3;
	// Where one is comes before all that would be good to know beside what runs.
	const end = lineWidth(left) <= room || room >= width / 2 ? both : jobs;
	return spread([{text: ' '}, ...left], [{text: end === '' ? '' : ` ${end} `, style: jobs === '' ? 'faint' : 'accent'}], width, ellipsis);
};
