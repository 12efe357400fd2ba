// The first line of a screen: where am I, and what runs elsewhere.

import {formatPercent} from '../../session/figures.js';
import {spread, type Line, type Piece} from '../../session/line.js';
import {isRunning, type State} from '../../session/state.js';

function otherJobs({jobs, shownJob, screen}: State): string {
	const others = jobs.filter(job => isRunning(job) && !(job.id === shownJob && (screen === 'run' || screen === 'check')));
	return others.map(({title, sourceName, sample, verb}) => {
		const {bytesDone = 0, bytesTotal = 0, chunksDone = 0, chunksTotal = 0} = sample?.values ?? {};
		const share = verb === 'check' ? formatPercent(chunksDone, chunksTotal) : formatPercent(bytesDone, bytesTotal);
		return `${title.toLowerCase()} ${sourceName} ${share}`;
	}).join('   ');
}

export const headline = (state: State, left: readonly Piece[], right: string, width: number): Line => {
	const jobs = otherJobs(state);
	const end = [jobs, right].filter(text => text !== '').join('   ');
	return spread([{text: ' '}, ...left], [{text: end === '' ? '' : ` ${end} `, style: jobs === '' ? 'faint' : 'accent'}], width);
};
