// A check as a file: one JSON object a line, the very lines that `check --json` prints.

import type {CheckReport, Finding} from '../engine/finding.js';
import {displayText} from '../format/paths.js';
import type {Application} from './application.js';
import {exportFiles} from './export-files.js';
import {countOf} from './figures.js';
import type {Job} from './state.js';

const findingRecord = (finding: Finding): object => ({type: 'finding', ...finding});

/** The figures of a report, and the number of findings in place of themselves. */
export function reportFigures({findings: _, findingCount, ...figures}: CheckReport): object {
	return {...figures, findings: findingCount};
}

/** While a check runs there are no figures yet: the last line then says how far it was. */
const unfinishedRecord = ({sample, findings}: Job): object =>
	({type: 'unfinished', chunksRead: sample?.values.chunksDone ?? 0, chunks: sample?.values.chunksTotal ?? 0, findings: findings.length});

export const reportLines = (job: Job): string =>
	[...job.findings.map(finding => findingRecord(finding)), job.checkReport === undefined ? unfinishedRecord(job) : {type: 'checked', ...reportFigures(job.checkReport)}].map(record => `${JSON.stringify(record)}\n`).join('');

/** "check-office-2026-03-01.jsonl". */
export const defaultReportName = ({sourceName, startedAtMs}: Job): string =>
	`check-${sourceName.replaceAll(/[^\w.-]/g, '_')}-${new Date(startedAtMs).toISOString().slice(0, 10)}.jsonl`;

/** Writes the report of a job to a new file and says so; what is there is never written over. */
export async function exportReport(application: Application, id: number, file: string): Promise<void> {
	const job = application.state.jobs.find(candidate => candidate.id === id);
	if (job === undefined || file.trim() === '') {
		return;
	}

	await exportFiles(application, [{file, content: reportLines(job)}], {subject: 'The report', done: `${countOf(job.findings.length, 'finding')} written to ${displayText(file)}.`});
}
