// The running screen in words: phases, throughput, lanes, and what stopping now would keep.

import {formatBytes, formatBytesShort, formatCount, formatDuration, formatEstimate, formatPercent, countOf} from '../figures.js';
import {bar, sparkRows, type Glyphs} from '../glyphs.js';
import {fit, line, type Line, type Style} from '../line.js';
import type {Job, JobSample} from '../state.js';
import {restoredWords} from './restore-view.js';

type PhaseRow = {readonly name: string; readonly done: number; readonly total: number; readonly extra?: string};

function phaseRows({values}: JobSample, verb: Job['verb']): PhaseRow[] {
	const extra = `${formatBytes(values.bytesDone)} of ${formatBytes(values.bytesTotal)}`;
	if (verb === 'restore') {
		return [{name: '1 files', done: values.filesDone, total: values.filesTotal, extra}];
	}

	return [
		// Content that is cut anew is counted in files: how many chunks it becomes is not known before.
		values.chunksTotal === 0 && values.filesTotal > 0
			? {name: '1 files', done: values.filesDone, total: values.filesTotal, extra}
			: {name: '1 chunks', done: values.chunksDone, total: values.chunksTotal, extra},
		{name: '2 objects', done: values.objectsDone, total: values.objectsTotal},
		{name: '3 references', done: Math.min(values.recordsReferenced, values.referencesTotal), total: values.referencesTotal},
		{name: '4 snapshots', done: values.snapshotsDone, total: values.snapshotsTotal},
	];
}

/** Four bars for `width` columns. */
export function phaseLines(job: Job, width: number, glyphs: Glyphs): Line[] {
	const {sample} = job;
	if (sample === undefined) {
		return [line('starting…', 'faint'), line(''), line(''), line('')];
	}

	const barWidth = Math.max(8, width - 62);
	return phaseRows(sample, job.verb).map(({name, done, total, extra}) => [
		{text: fit(name, 14)},
		{text: bar(total === 0 ? (job.status === 'done' ? 1 : 0) : done / total, barWidth, glyphs), style: 'accent'},
		{text: fit(`${formatCount(done)} / ${formatCount(total)}`, 18, 'right')},
		{text: fit(total === 0 ? '-' : formatPercent(done, total), 6, 'right')},
		{text: fit(extra ?? '', 24, 'right'), style: 'faint'},
	]);
}

/** "64% of bytes   about 4 min left (3 to 6)". */
export function progressWords(job: Job): string {
	const {sample} = job;
	if (sample === undefined || sample.values.bytesTotal === 0) {
		return job.status === 'running' ? 'preparing' : job.status;
	}

	const share = `${formatPercent(sample.values.bytesDone, sample.values.bytesTotal)} of bytes`;
	if (job.status !== 'running') {
		return `${share}   ${job.status}`;
	}

	const {estimate} = sample;
	if (job.isPaused) {
		return `${share}   paused`;
	}

	return estimate === undefined ? share : `${share}   ${formatEstimate((estimate.lowMs + estimate.highMs) / 2)} left (${formatDuration(estimate.lowMs)} to ${formatDuration(estimate.highMs)})`;
}

/** `rows` lines of throughput, then the figures. */
export function throughputLines(job: Job, width: number, rows: number, glyphs: Glyphs): Line[] {
	const {sample} = job;
	const columns = Math.max(8, width - 8);
	const history = sample?.history ?? [];
	const stretched = Array.from({length: columns}, (_, index) => history[Math.floor((index * history.length) / columns)] ?? 0);
	const highest = Math.max(0, ...history);
	const labels = Array.from({length: rows}, (_, index) => index === 0 ? formatBytesShort(highest) : index === rows - 1 ? '0' : '');
	return [
		...sparkRows(stretched, rows, glyphs).map((text, index): Line => [{text: `${labels[index]!.padStart(7)} `, style: 'faint'}, {text, style: 'accent'}]),
		line(sample === undefined ? '' : `now ${formatBytes(sample.rateBytesPerSecond)}/s   mean ${formatBytes(sample.meanBytesPerSecond)}/s`),
	];
}

export function tallyLines({sample, verb}: Job): Line[] {
	if (sample === undefined) {
		return [];
	}

	const {bytesWritten, recordsWritten, retries, errors, soundOnSecondRead} = sample.values;
	const field = (name: string, value: string, style: Style = 'plain'): Line => [{text: name.padEnd(12), style: 'faint'}, {text: value, style}];
	return [
		field(verb === 'check' ? 'read' : verb === 'restore' ? 'written' : 'sent', formatBytes(verb === 'check' ? sample.values.bytesRead : bytesWritten)),
		field('records', formatCount(recordsWritten)),
		field('retried', retries === 0 ? '0' : `${formatCount(retries)}`, retries > 0 ? 'attention' : 'plain'),
		field('second read', formatCount(soundOnSecondRead), soundOnSecondRead > 0 ? 'attention' : 'plain'),
		field('errors', formatCount(errors), errors > 0 ? 'damage' : 'plain'),
	];
}

/** What holds the job up, told by how full the queue in front of the lanes is. */
export function bottleneckWords({sample, status}: Job): string {
	if (sample === undefined || status !== 'running') {
		return '';
	}

	const {queueDepth, queueLimit} = sample.values;
	const busy = sample.lanes.filter(({state}) => state !== 'idle');
	const writing = busy.filter(({state}) => state === 'writing' || state === 'linking').length;
	const where = busy.length === 0 ? 'waiting for the source' : writing * 2 >= busy.length ? 'the target is the bottleneck' : 'the source is the bottleneck';
	return `queue ${queueDepth} of ${Math.max(queueLimit, 1) * 2}   ${where}`;
}

export function laneLines({sample}: Job): Line[] {
	return (sample?.lanes ?? []).map(({state, subject, sizeBytes, bytesDone, sinceMs}, index) => [
		{text: `${index + 1} `, style: 'faint'},
		{text: fit(state, 12), style: state === 'idle' ? 'faint' : 'plain'},
		{text: fit(subject === '' ? '' : `record ${subject}`, 18)},
		{text: fit(sizeBytes > 0 ? formatBytes(sizeBytes) : '', 11, 'right')},
		{text: fit(state === 'idle' || sinceMs < 100 ? '' : `${(sinceMs / 1000).toFixed(1)} s`, 9, 'right'), style: 'faint'},
		{text: fit(formatBytes(bytesDone), 13, 'right')},
	]);
}

/** What stopping now would keep, or how it ended. */
export function runSentence(job: Job | undefined): string {
	if (job === undefined) {
		return '';
	}

	const {sample, status, report, restoreReport, problem} = job;
	if (restoreReport !== undefined) {
		return `${restoredWords(restoreReport)} Esc goes back.`;
	}

	if (status === 'done' && report !== undefined) {
		return `${countOf(report.snapshots.length, 'snapshot')}, ${formatBytes(report.bytesWritten)} written in ${formatDuration(report.durationMs)}. ${report.receipt ? 'Compared again: both sides hold the same.' : 'Compared again: they DIFFER; check both.'} Esc goes back.`;
	}

	if (status === 'failed' || status === 'stopped') {
		return `${problem?.message ?? 'Stopped.'} ${problem?.hint ?? ''}`.trim();
	}

	const values = sample?.values;
	const rest = values === undefined ? 0 : Math.max(0, values.bytesTotal - values.bytesDone);
	return values === undefined
		? 'Nothing is written yet.'
		: job.verb === 'restore' ? `Stopping now keeps ${countOf(values.filesDone, 'whole file')}; ${formatBytes(rest)} remain.` : `Stopping now keeps ${countOf(values.snapshotsDone, 'finished snapshot')} and ${countOf(values.chunksDone, 'chunk')}; ${formatBytes(rest)} remain.`;
}
