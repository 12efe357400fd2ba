// The running screen in words: phases, throughput, lanes, what stopping now would keep, and how it ended.

import type {HealReport} from '../../engine/heal/heal-plan.js';
import type {TransferReport} from '../../engine/jobs.js';
import type {ActionId} from '../actions/action-ids.js';
import {formatBytes, formatBytesOf, formatBytesShort, formatCount, formatDuration, formatPercent, formatRange, countOf, scaleTop} from '../figures.js';
import {bar, sparkRows, type Glyphs} from '../glyphs.js';
import {firstFitting, fit, line, type Line, type Style} from '../line.js';
import {keyOf} from '../key-of.js';
import {isRunning, type Job, type JobSample} from '../jobs/job-state.js';
import {alikeWords} from '../jobs/transfers.js';
import {healedWords} from '../heal/heal-text.js';
import type {State} from '../state.js';
import {restoredWords} from './restore-view.js';

type PhaseRow = {readonly name: string; readonly done: number; readonly total: number; readonly extra?: string};

function phaseRows({values}: JobSample, verb: Job['verb']): PhaseRow[] {
	const extra = formatBytesOf(values.bytesDone, values.bytesTotal);
	const files = {name: '1 files', done: values.filesDone, total: values.filesTotal, extra};
	if (verb === 'restore') {
		return [{...files, name: 'files'}];
	}

	if (verb === 'demo') {
		return [files, {name: '2 snapshots', done: values.snapshotsDone, total: values.snapshotsTotal}];
	}

	if (verb === 'heal') {
		return [
			{name: '1 verified', done: values.chunksDone, total: values.chunksTotal, extra},
			{name: '2 written', done: values.recordsWritten, total: values.chunksTotal},
			{name: '3 read again', done: values.objectsDone, total: values.objectsTotal},
		];
	}

	return [
		// Content that is cut anew is counted in files: how many chunks it becomes is not known before.
		values.chunksTotal === 0 && values.filesTotal > 0
			? files
			: {name: '1 chunks', done: values.chunksDone, total: values.chunksTotal, extra},
		{name: '2 objects', done: values.objectsDone, total: values.objectsTotal},
		{name: '3 references', done: Math.min(values.recordsReferenced, values.referencesTotal), total: values.referencesTotal},
		{name: '4 snapshots', done: values.snapshotsDone, total: values.snapshotsTotal},
	];
}

/** What a phase line needs beside its bar. */
const phaseWords = {name: 13, count: 20, percent: 6, extra: 22} as const;
const minimumBarColumns = 8;
/** " 4.4 of 6.8 GiB"; where there is less room, there are no bytes. */
const minimumExtraColumns = 17;

/** A bar, and faint dots for what is still to come. */
function track(share: number, width: number, glyphs: Glyphs): Line {
	const full = bar(share, width, glyphs).trimEnd();
	return [{text: full, style: 'accent'}, {text: glyphs.map.unread.repeat(width - full.length), style: 'faint'}];
}

/** How many there are, of jobs that have fewer than the four of a transfer. */
const phaseCounts: Readonly<Partial<Record<Job['verb'], number>>> = {restore: 1, demo: 2, heal: 3};
export const phaseCount = ({verb}: Job): number => phaseCounts[verb] ?? 4;

/** A bar for each phase, in `width` columns. */
export function phaseLines(job: Job, width: number, glyphs: Glyphs): Line[] {
	const {sample} = job;
	if (sample === undefined) {
		return [line('starting', 'faint')];
	}

	const {name: nameWidth, count, percent, extra} = phaseWords;
	const room = width - nameWidth - count - percent;
	const extraWidth = room - minimumBarColumns < minimumExtraColumns ? 0 : Math.min(extra, room - minimumBarColumns);
	const barWidth = Math.max(minimumBarColumns, room - extraWidth);
	return phaseRows(sample, job.verb).map(({name, done, total, extra: bytes}) => [
		{text: fit(name, nameWidth)},
		...track(total === 0 ? (job.status === 'done' ? 1 : 0) : done / total, barWidth, glyphs),
		{text: fit(`${formatCount(done)} / ${formatCount(total)}`, count, 'right')},
		{text: fit(total === 0 ? '-' : formatPercent(done, total), percent, 'right')},
		{text: extraWidth === 0 ? '' : fit(bytes ?? '', extraWidth, 'right'), style: 'faint'},
	]);
}

/** "64% of bytes   about 4 min left (3 to 6)". */
export function progressWords(job: Job): string {
	const {sample, status} = job;
	if (sample === undefined || sample.values.bytesTotal === 0) {
		return status === 'running' ? 'preparing' : status;
	}

	const share = `${formatPercent(sample.values.bytesDone, sample.values.bytesTotal)} of bytes`;
	if (status !== 'running') {
		return `${share}   ${status}`;
	}

	const {estimate} = sample;
	if (job.isPaused) {
		return `${share}   paused`;
	}

	return estimate === undefined ? share : `${share}   ${formatRange(estimate.lowMs, estimate.highMs)} left`;
}

/** "Throughput, last 3 min", where there is a graph and that fits `width`. */
export const throughputTitle = ({sample}: Job, width: number, {spark}: Glyphs): string => sample === undefined || spark.length === 0 || width < titledFromColumns ? 'Throughput' : `Throughput, last ${sample.historyMs < 60_000 ? `${Math.round(sample.historyMs / 1000)} s` : `${Math.round(sample.historyMs / 60_000)} min`}`;

/** Below this a title has no room for how far back it goes. */
const titledFromColumns = 24;

const axisWidth = 7;
/** Below this there is no room for the third rate. */
const readFromColumns = 52;

/** `rows` lines of throughput with their scale, where a graph is wanted, then one of figures. */
export function throughputLines(job: Job, width: number, rows: number, glyphs: Glyphs): Line[] {
	const {sample} = job;
	if (sample === undefined) {
		return [line('nothing yet', 'faint')];
	}

	const columns = Math.max(8, width - axisWidth);
	const {history} = sample;
	const stretched = Array.from({length: columns}, (_, index) => history[Math.floor((index * history.length) / columns)] ?? 0);
	const top = scaleTop(Math.max(0, ...history));
	const scale = (index: number): string => index === 0 ? formatBytesShort(top).replace(/\.0 /, ' ') : index === rows - 1 ? '0' : rows > 4 && index === Math.floor(rows / 2) ? formatBytesShort(top / 2).replace(/\.0 /, ' ') : '';
	const mean = `mean ${formatBytes(sample.meanBytesPerSecond)}/s`;
	const now = `now ${formatBytes(sample.rateBytesPerSecond)}/s`;
	const figures = !isRunning(job) ? mean : firstFitting(job.isPaused
		? [`paused   ${mean}`, 'paused']
		: [`${now}   ${mean}${width < readFromColumns ? '' : `   read ${formatBytes(sample.readBytesPerSecond)}/s`}`, now], width);
	const graph = glyphs.spark.length === 0 ? [] : sparkRows(stretched, rows, top, glyphs);
	return [
		...graph.map((text, index): Line => [{text: `${scale(index).padStart(axisWidth - 2)}${glyphs.tick} `, style: 'faint'}, {text, style: 'backdrop'}]),
		line(figures),
	];
}

export function tallyLines({sample, verb, transfer, status, limitBytesPerSecond = 0}: Job): Line[] {
	if (sample === undefined) {
		return [line('nothing yet', 'faint')];
	}

	const {bytesWritten, recordsWritten, retries, errors} = sample.values;
	const field = (name: string, value: string, style: Style = 'plain'): Line => [{text: name.padEnd(16), style: 'faint'}, {text: value, style}];
	const conflicts = transfer?.conflicts ?? 0;
	if (verb === 'heal') {
		return [field('written', formatBytes(bytesWritten)), field('records', formatCount(recordsWritten)), field('retried', formatCount(retries), retries > 0 ? 'attention' : 'plain'), field('not sound', formatCount(errors), errors > 0 ? 'damage' : 'plain')];
	}

	// What matters most comes first: a small screen cuts the end off.
	return [
		field(verb === 'restore' ? 'written' : 'sent', formatBytes(bytesWritten)),
		...(limitBytesPerSecond === 0 ? [] : [field('limit', `${formatBytes(limitBytesPerSecond)}/s`)]),
		field('saved by dedupe', transfer === undefined || transfer.snapshots.length === 0 ? '-' : formatBytes(transfer.sparedBytes)),
		field('skipped', conflicts === 0 ? '0' : countOf(conflicts, 'conflict'), conflicts > 0 ? 'attention' : 'plain'),
		field('errors', formatCount(errors), errors > 0 ? 'damage' : 'plain'),
		field('retried', retries === 0 ? '0' : `${formatCount(retries)}${errors === 0 && status !== 'failed' ? ' (recovered)' : ''}`, retries > 0 ? 'attention' : 'plain'),
		field('records', formatCount(recordsWritten)),
	];
}

/** What holds the job up, told by what the lanes were found doing lately. */
export function bottleneckWords({sample, status, isPaused}: Job): string {
	if (sample === undefined || status !== 'running' || isPaused) {
		return '';
	}

	const share = (...states: ReadonlyArray<keyof JobSample['doing']>): number => states.reduce((sum, state) => sum + (sample.doing[state] ?? 0), 0);
	const [target, source, machine, limit, idle] = [share('writing', 'linking'), share('reading'), share('verifying', 'sealing'), share('waiting'), share('idle')];
	const most = Math.max(target, source, machine, limit);
	const where = idle > 0.7
		? 'the lanes wait for work'
		: most === limit ? 'the limit holds it back' : most === target ? 'the target is the bottleneck' : most === source ? 'the source is the bottleneck' : 'this machine is the bottleneck';
	const {queueDepth, queueLimit} = sample.values;
	return `queue ${queueDepth} of ${Math.max(queueLimit, 1) * 2}   ${where}`;
}

const laneLine = ({state, subject, sizeBytes, bytesDone, sinceMs}: JobSample['lanes'][number], index: number): Line => [
	{text: `${index + 1} `, style: 'faint'},
	{text: fit(state, 11), style: state === 'idle' ? 'faint' : 'plain'},
	{text: fit(subject, 11)},
	{text: fit(sizeBytes > 0 && state !== 'idle' ? formatBytes(sizeBytes) : '', 10, 'right')},
	{text: fit(state === 'idle' || sinceMs < 100 ? '' : `${(sinceMs / 1000).toFixed(1)} s`, 8, 'right'), style: 'faint'},
	{text: fit(formatBytes(bytesDone), 12, 'right')},
];

/** The columns of `laneLines`. */
const laneHead: Line = [{text: `  ${fit('doing', 11)}${fit('record', 11)}${fit('size', 10, 'right')}${fit('for', 8, 'right')}${fit('moved', 12, 'right')}`, style: 'faint'}];

/** One line a lane under a head; compact: two lanes a line, without figures. */
export function laneLines({sample}: Job, width: number, isCompact: boolean): Line[] {
	if (sample === undefined) {
		return [line('starting', 'faint')];
	}

	const {lanes} = sample;
	if (!isCompact) {
		return [laneHead, ...lanes.map((lane, index) => laneLine(lane, index))];
	}

	const half = Math.floor(width / 2);
	const short = lanes.map(({state, subject}, index): Line => [
		{text: `${index + 1} `, style: 'faint'}, {text: fit(`${fit(state, 11)}${subject}`, half - 2), style: state === 'idle' ? 'faint' : 'plain'},
	]);
	return Array.from({length: Math.ceil(short.length / 2)}, (_, row) => [...short[row * 2]!, ...(short[(row * 2) + 1] ?? [])]);
}

type KeyOf = (id: ActionId) => string;

/** What goes on with a job that did not come to its end: by a key where one key does it, in a sentence and in a few words. */
const onwardWords: Readonly<Record<Job['verb'], (key: KeyOf) => {readonly long: string; readonly short: string}>> = {
	check: key => ({long: `${key('check.again')} verifies again.`, short: `${key('check.again')} verifies again.`}),
	sync: key => ({long: `${key('run.again')} tries again: a new plan shows what is left.`, short: `${key('run.again')} tries again.`}),
	clone: key => ({long: `${key('run.again')} tries again: the same clone goes on.`, short: `${key('run.again')} tries again.`}),
	mesh: key => ({long: `${key('back')} goes back to the matrix; ${key('matrix.reread')} there compares all again.`, short: `${key('back')}, then ${key('matrix.reread')} compares again.`}),
	heal: key => ({long: `${key('check.heal')} on the check makes a new plan of what is left.`, short: `${key('check.heal')} on the check plans again.`}),
	restore: key => ({long: `${key('back')} goes back to the snapshot; ${key('browse.restore')} there shows what is left to write.`, short: `${key('browse.restore')} in the snapshot goes on.`}),
	demo: () => ({long: 'What was built of it is removed when you quit.', short: 'Its folder is removed when you quit.'}),
};

const onwardFrom = (state: State, {verb}: Job): {readonly long: string; readonly short: string} => onwardWords[verb](id => keyOf(state, id));

/** What is kept of a transfer that did not come to its end. */
function keptWords({sample, targetName, verb}: Job): string {
	const values = sample?.values;
	if (verb === 'heal') {
		return `${countOf(values?.objectsDone ?? 0, 'record')} of ${targetName} were healed and read again; every other one is as it was.`;
	}

	if (verb === 'restore') {
		return `Below ${targetName}: ${countOf(values?.filesDone ?? 0, 'whole file')}; no file is half written.`;
	}

	if (verb === 'mesh') {
		return `Kept: ${countOf(values?.snapshotsDone ?? 0, 'finished snapshot')}; what is whole is not sent again.`;
	}

	return values === undefined || values.bytesDone === 0
		? `Nothing was sent; ${targetName} is as it was.`
		: `Kept in ${targetName}: ${countOf(values.snapshotsDone, 'finished snapshot')}. ${formatBytes(values.bytesDone)} were sent in all; what is whole is not sent again.`;
}

function receiptLine(state: State, {damaged, receipt}: TransferReport, verb: Job['verb']): Line {
	if (damaged.length > 0) {
		return line(`${countOf(damaged.length, 'snapshot')} left out, damaged in the source; the log (${keyOf(state, 'log')}) names ${damaged.length === 1 ? 'it' : 'them'}. Check the source.`, 'damage');
	}

	return receipt
		? line(verb === 'mesh' ? 'Compared again: all that were reached hold the same.' : 'Compared again: both sides hold these snapshots alike.', 'sound')
		: line(`Compared again: they DIFFER. Check ${verb === 'mesh' ? 'each of them' : 'both repositories'}.`, 'damage');
}

const verifyWords = (state: State, {targetName}: Job): string => `${keyOf(state, 'run.verify')} verifies ${targetName}: every byte is read and proven.`;

/** How a job ended and what to do next. */
export function resultLines(state: State, job: Job): Line[] {
	const {status, report, restoreReport, healReport, problem, transfer} = job;
	if (healReport !== undefined) {
		return healLines(state, job, healReport);
	}

	if (status === 'done' && restoreReport !== undefined) {
		return [line(restoredWords(state, restoreReport))];
	}

	if (status === 'done' && report !== undefined) {
		const retried = report.retries === 0 ? '' : `; ${countOf(report.retries, 'retry', 'retries')}, all recovered`;
		return [
			line(`${countOf(report.snapshots.length, 'snapshot')}, ${countOf(report.recordsWritten, 'record')}, ${formatBytes(report.bytesWritten)} written in ${formatDuration(report.durationMs)}${retried}.`),
			receiptLine(state, report, job.verb),
			line(job.verb === 'mesh' ? onwardFrom(state, job).long : transfer === undefined || transfer.next === '' ? verifyWords(state, job) : `Next: ${transfer.next}.`),
		];
	}

	const why = [line(problem?.message ?? 'Stopped.', status === 'failed' ? 'damage' : 'attention'), line(problem?.hint ?? '')];
	if (job.verb === 'demo') {
		return [...why, line(onwardFrom(state, job).long)];
	}

	return [...why, line(keptWords(job)), line(onwardFrom(state, job).long)];
}

/** What was written was read again, or is named. */
function healLines(state: State, job: Job, report: HealReport): Line[] {
	const [first] = report.unproven;
	return [
		line(healedWords(report), report.receipt ? 'sound' : 'attention'),
		...(first === undefined ? [] : [line(`${first.kind} ${first.id} was written and is not sound: ${first.reason}. Look at the medium of ${job.targetName}.`, 'damage')]),
		line(report.left > 0 || report.cannot > 0 ? `What is left stays in the findings: ${keyOf(state, 'check.heal')} on the check makes a new plan.` : `${keyOf(state, 'back')} goes back to the findings; ${verifyWords(state, job)}`),
	];
}

/** "Done", "Failed", "Stopped". */
export const resultTitle = ({status}: Job): string => status[0]!.toUpperCase() + status.slice(1);

/** What stopping now would keep, or how it ended. */
export function runSentence(state: State, job: Job | undefined): string {
	if (job === undefined) {
		return '';
	}

	const {sample, status, report, restoreReport, healReport, problem} = job;
	if (healReport !== undefined) {
		const {healed, unproven, left, cannot} = healReport;
		const rest = unproven.length + left + cannot;
		return `${countOf(healed, 'record')} healed, read again and sound${rest === 0 ? '' : `; ${formatCount(rest)} not`}. ${keyOf(state, 'back')} goes back.`;
	}

	if (restoreReport !== undefined) {
		return `${restoredWords(state, restoreReport)} ${keyOf(state, 'back')} goes back.`;
	}

	if (status === 'done' && report !== undefined) {
		return `${countOf(report.snapshots.length, 'snapshot')}, ${formatBytes(report.bytesWritten)} written. ${report.damaged.length > 0 ? `${countOf(report.damaged.length, 'snapshot')} left out: damaged in the source` : `Compared again: ${report.receipt ? alikeWords(job.verb === 'mesh') : `they DIFFER, check ${job.verb === 'mesh' ? 'each' : 'both'}`}`}.`;
	}

	if (status === 'failed' || status === 'stopped') {
		return `${problem?.message ?? 'Stopped.'} ${onwardFrom(state, job).short}`;
	}

	if (job.verb === 'demo') {
		return status === 'done' ? `${keyOf(state, 'back')} shows the two repositories. Their folder is removed when you quit.` : 'Built in a temporary folder, which is removed when you quit.';
	}

	const values = sample?.values;
	if (values === undefined || values.bytesTotal === 0) {
		return 'Nothing is written yet.';
	}

	const rest = formatBytes(Math.max(0, values.bytesTotal - values.bytesDone));
	if (job.verb === 'restore') {
		return `Stopping now keeps ${countOf(values.filesDone, 'whole file')}; ${rest} remain.`;
	}

	if (job.verb === 'heal') {
		return `Stopping now keeps ${countOf(values.objectsDone, 'healed record')}; no record is ever half written.`;
	}

	const kept = `${countOf(values.snapshotsDone, 'snapshot')} and ${countOf(values.chunksDone, 'chunk')}`;
	if (status === 'stopping') {
		return `Stopping once what is in flight is written; ${kept} are kept.`;
	}

	return job.isPaused ? `Paused; its locks stay fresh. ${keyOf(state, 'run.pause')} goes on; stopping keeps what was sent.` : `Stopping now keeps ${kept}; the next run sends ${rest}.`;
}
