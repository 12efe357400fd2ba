// The first line of a screen: where am I, and what runs elsewhere.

import {formatEstimate, formatPercent} from '../../session/figures.js';
import {progressOf} from '../../session/jobs/job-state.js';
import {lineWidth, spread, widthOf, type Line, type Piece} from '../../session/line.js';
import {shortenMiddle, shrinkPieces} from '../../session/sentence.js';
import {isRunning, type State} from '../../session/state.js';

/** From here on the headline has room for how long a job may still take. */
const leftFromColumns = 96;
/** Of the name of what another job works on. */
const jobNameColumns = 20;

/** Of the headline, for two names and what stands before them: the rest is for what runs. */
const namesShare = 0.7;

/** "Sync plan   office -> vault"; of names that are too long as much of each as lets both be seen. */
export function pairPieces(lead: Piece, [source, target]: readonly [string, string], arrow: string, {columns, ellipsis, style = 'plain'}: {readonly columns: number; readonly ellipsis: string; readonly style?: Piece['style']}): Piece[] {
	const room = Math.floor(columns * namesShare) - widthOf(lead.text) - widthOf(arrow);
	const [sourceWidth, targetWidth] = [widthOf(source), widthOf(target)];
	const half = Math.floor(room / 2);
	const shortened = (name: string, width: number, other: number): string => shortenMiddle(name, Math.min(width, Math.max(half, room - other)), ellipsis);
	return [lead, {text: shortened(source, sourceWidth, targetWidth), style}, {text: arrow, style: 'accent'}, {text: shortened(target, targetWidth, sourceWidth), style}];
}

/** "check office 38%, about 29 min left": every job that runs and is not what the screen shows. */
function otherJobs({jobs, shownJob, screen}: State, width: number, ellipsis: string): string {
	const others = screen === 'jobs' ? [] : jobs.filter(job => isRunning(job) && !(job.id === shownJob && (screen === 'run' || screen === 'check')));
	return others.map(job => {
		const {done, total} = progressOf(job);
		const estimate = job.isPaused || others.length > 1 || width < leftFromColumns ? undefined : job.sample?.estimate;
		const left = estimate === undefined ? '' : `, ${formatEstimate((estimate.lowMs + estimate.highMs) / 2)} left`;
		return `${job.verb} ${shortenMiddle(job.verb === 'heal' ? job.targetName : job.sourceName, jobNameColumns, ellipsis)} ${formatPercent(done, total)}${job.isPaused ? ' paused' : left}`;
	}).join('   ');
}

/** Around the two ends of the line, and between them so much that they are two. */
const besideLeft = 5;

export const headline = (state: State, left: readonly Piece[], right: string, width: number, ellipsis: string): Line => {
	const jobs = otherJobs(state, width, ellipsis);
	const both = [jobs, right].filter(text => text !== '').join('   ');
	const room = width - widthOf(both) - besideLeft;
	// Where one is comes before all that would be good to know beside what runs.
	const end = lineWidth(left) <= room || room >= width / 2 ? both : jobs;
	const shown = end === '' ? '' : ` ${end} `;
	return spread([{text: ' '}, ...shrinkPieces(left, Math.max(0, width - widthOf(shown) - 1), ellipsis)], [{text: shown, style: jobs === '' ? 'faint' : 'accent'}], width, ellipsis);
};
