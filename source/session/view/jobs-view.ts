// The list of jobs in words, the newest first.

import {checkConclusion} from '../check-text.js';
import {countOf, formatBytes, formatBytesOf, formatCount, formatDuration, formatEstimate, formatPercent, formatRange} from '../figures.js';
import {healedWords} from '../heal/heal-text.js';
import {isRunning, jobWords, progressOf, type Job} from '../jobs/job-state.js';
import {keyOf} from '../key-of.js';
import {firstFitting, widthOf, type Style} from '../line.js';
import type {Glyphs} from '../glyphs.js';
import {shortenMiddle} from '../sentence.js';
import type {State} from '../state.js';
import {restoredWords} from './restore-view.js';
import {layoutColumns, tableView, type Column, type TableView} from './table.js';

/** From here on there is room for when a job started, then for all figures, then for what came of it. */
const fullColumns = 76;
const wideColumns = 96;
const outcomeFromColumns = 140;
/** Of what a job works on, where its outcome stands behind it. */
const mostJobColumns = 44;

/** The newest first. */
export const listedJobs = ({jobs}: State): readonly Job[] => [...jobs].reverse();

/** The job under the cursor. */
export const currentJob = (state: State): Job | undefined => listedJobs(state)[state.watch.jobCursor];

/** The last one. */
const outcomeColumn = 8;

const styles: Readonly<Record<Job['status'], Style>> = {running: 'accent', stopping: 'attention', done: 'plain', failed: 'damage', stopped: 'attention'};

export const statusWords = (job: Job): string =>
	job.isPaused && job.status === 'running' ? 'paused' : job.status === 'done' && job.findings.length > 0 ? `${job.findings.length} found` : job.status;

/** "5 min (3 to 6)", "5 min". */
const leftWords = (job: Job, isBrief: boolean): string => {
	const {estimate} = job.sample ?? {};
	return job.status !== 'running' || job.isPaused || estimate === undefined ? '' : (isBrief ? formatEstimate((estimate.lowMs + estimate.highMs) / 2) : formatRange(estimate.lowMs, estimate.highMs)).replace('about ', '');
};

/** `jobWords` in `width` columns: of names that are too long as much as lets both be told. */
function shortJobWords(job: Job, width: number, ellipsis: string): string {
	const {verb, sourceName, targetName} = job;
	const room = width - widthOf(jobWords({verb, sourceName: '', targetName: ''})) - (targetName === '' ? 0 : widthOf(' -> '));
	const half = targetName === '' ? room : Math.floor(room / 2);
	const shortened = (name: string, other: string): string => shortenMiddle(name, Math.max(half, room - widthOf(other)), ellipsis);
	return jobWords({verb, sourceName: shortened(sourceName, targetName), targetName: shortened(targetName, sourceName)});
}

const tookMs = ({report, sample}: Job): number => report?.durationMs ?? sample?.elapsedMs ?? 0;

/** How far it is, or what came of it. */
function outcomeWords(state: State, job: Job): string {
	const {verb, problem, report, restoreReport, healReport, checkReport} = job;
	const {done, total} = progressOf(job);
	if (isRunning(job)) {
		return total === 0 ? '' : verb === 'check' ? `${formatCount(done)} of ${countOf(total, 'chunk')}` : formatBytesOf(done, total);
	}

	return problem?.message
		?? (report === undefined ? undefined : `${countOf(report.snapshots.length, 'snapshot')}, ${formatBytes(report.bytesWritten)} written`)
		?? (healReport === undefined ? undefined : healedWords(healReport))
		?? (restoreReport === undefined ? undefined : restoredWords(state, restoreReport))
		?? (checkReport === undefined ? '' : checkConclusion(checkReport).at(-1)!);
}

export function jobsTable(state: State, width: number, height: number, {ellipsis}: Glyphs): TableView {
	const isWide = width >= wideColumns - 2;
	const isFull = width >= fullColumns - 2;
	const hasOutcome = width >= outcomeFromColumns - 2;
	const longest = Math.max(0, ...state.jobs.map(job => widthOf(jobWords(job))));
	const columns: readonly Column[] = layoutColumns([
		{title: '', width: 3, align: 'right'}, {title: 'job', width: Math.min(longest, mostJobColumns)}, {title: 'state', width: 8}, {title: 'done', width: 4, align: 'right'},
		...(isWide ? [{title: 'rate', width: 12, align: 'right' as const}] : []),
		{title: 'left', width: isFull ? 16 : 7}, ...(isFull ? [{title: 'started', width: 7}] : []), ...(isWide ? [{title: 'took', width: 7, align: 'right' as const}] : []), ...(hasOutcome ? [{title: 'outcome', width: 0}] : []),
	], hasOutcome ? outcomeColumn : 1, width);
	return tableView(listedJobs(state), columns, job => {
		const {done, total} = progressOf(job);
		const isMoving = job.status === 'running' && !job.isPaused;
		return {
			cells: [
				String(job.id), shortJobWords(job, columns[1]!.width, ellipsis), statusWords(job), total === 0 ? '-' : formatPercent(done, total),
				...(isWide ? [isMoving && job.sample !== undefined ? `${formatBytes(job.sample.rateBytesPerSecond)}/s` : ''] : []),
				leftWords(job, !isFull), ...(isFull ? [new Date(job.startedAtMs).toISOString().slice(11, 16)] : []), ...(isWide ? [formatDuration(tookMs(job))] : []), ...(hasOutcome ? [outcomeWords(state, job)] : []),
			],
			style: styles[job.status],
		};
	}, {cursor: state.watch.jobCursor, height});
}

/** What opening would show of the job under the cursor. */
export function jobsSentence(state: State): string {
	const job = currentJob(state);
	if (job === undefined) {
		const ways = `${keyOf(state, 'sync.plan')} plans a sync, ${keyOf(state, 'clone')} clones, ${keyOf(state, 'check')} verifies.`;
		return firstFitting([`Jobs are started on the other screens: ${ways}`, `No jobs yet: ${ways}`], state.columns - 1);
	}

	if (job.problem !== undefined) {
		return job.problem.message;
	}

	return isRunning(job) ? `${keyOf(state, 'jobs.open')} shows ${jobWords(job)}; it goes on wherever you are.` : `${keyOf(state, 'jobs.open')} shows how ${jobWords(job)} ended.`;
}
