// The list of jobs in words, the newest first.

import {formatBytes, formatDuration, formatPercent, formatRange} from '../figures.js';
import {isRunning, jobWords, progressOf, type Job} from '../jobs/job-state.js';
import {firstFitting, type Style} from '../line.js';
import type {State} from '../state.js';
import {layoutColumns, tableView, type Column, type TableView} from './table.js';

/** From here on there is room for everything. */
const wideColumns = 96;

/** The newest first. */
export const listedJobs = ({jobs}: State): readonly Job[] => [...jobs].reverse();

/** The job under the cursor. */
export const currentJob = (state: State): Job | undefined => listedJobs(state)[state.watch.jobCursor];

const styles: Readonly<Record<Job['status'], Style>> = {running: 'accent', stopping: 'attention', done: 'plain', failed: 'damage', stopped: 'attention'};

export const statusWords = (job: Job): string =>
	job.isPaused && job.status === 'running' ? 'paused' : job.status === 'done' && job.findings.length > 0 ? `${job.findings.length} found` : job.status;

const leftWords = (job: Job): string => {
	const {estimate} = job.sample ?? {};
	return job.status !== 'running' || job.isPaused || estimate === undefined ? '' : formatRange(estimate.lowMs, estimate.highMs).replace('about ', '');
};

const tookMs = ({report, sample}: Job): number => report?.durationMs ?? sample?.elapsedMs ?? 0;

export function jobsTable(state: State, width: number, height: number): TableView {
	const isWide = width >= wideColumns - 2;
	const columns: readonly Column[] = layoutColumns([
		{title: '', width: 3, align: 'right'}, {title: 'job', width: 10}, {title: 'state', width: 8}, {title: 'done', width: 4, align: 'right'},
		...(isWide ? [{title: 'rate', width: 12, align: 'right' as const}] : []),
		{title: 'left', width: 16}, {title: 'started', width: 7}, ...(isWide ? [{title: 'took', width: 7, align: 'right' as const}] : []),
	], 1, width);
	return tableView(listedJobs(state), columns, job => {
		const {done, total} = progressOf(job);
		const isMoving = job.status === 'running' && !job.isPaused;
		return {
			cells: [
				String(job.id), jobWords(job), statusWords(job), total === 0 ? '-' : formatPercent(done, total),
				...(isWide ? [isMoving && job.sample !== undefined ? `${formatBytes(job.sample.rateBytesPerSecond)}/s` : ''] : []),
				leftWords(job), new Date(job.startedAtMs).toISOString().slice(11, 16), ...(isWide ? [formatDuration(tookMs(job))] : []),
			],
			style: styles[job.status],
		};
	}, {cursor: state.watch.jobCursor, height});
}

/** What Enter would show of the job under the cursor. */
export function jobsSentence(state: State): string {
	const job = currentJob(state);
	if (job === undefined) {
		return firstFitting(['Jobs are started on the other screens: s plans a sync, c clones, v verifies.', 'No jobs yet: s plans a sync, c clones, v verifies.'], state.columns - 1);
	}

	if (job.problem !== undefined) {
		return job.problem.message;
	}

	return isRunning(job) ? `Enter shows ${jobWords(job)}; it goes on wherever you are.` : `Enter shows how ${jobWords(job)} ended.`;
}
