// What a transfer did, in words, and what several did as one.

import type {MeshReport, TransferReport} from '../../engine/jobs.js';
import {countOf} from '../figures.js';

/** What holds after all was sent, of two repositories or of many. */
export const alikeWords = (isMesh: boolean): string => isMesh ? 'all that were reached hold the same' : 'both sides hold them alike';

/** What comparing again has shown, of two repositories or of many. */
export function receiptWords({damaged, receipt}: TransferReport, isMesh = false): string {
	if (damaged.length > 0) {
		return `${countOf(damaged.length, 'snapshot')} left out, damaged in the source`;
	}

	return receipt ? `compared again: ${alikeWords(isMesh)}` : 'compared again: they differ';
}

/** What several transfers did, as one. */
export function transferOf({transfers, bytesWritten, equal, durationMs}: MeshReport): TransferReport {
	const reports = transfers.flatMap(({report}) => report ?? []);
	const sum = (count: (report: TransferReport) => number): number => reports.reduce((total, report) => total + count(report), 0);
	return {
		sourceLocation: '', targetLocation: '', snapshots: reports.flatMap(({snapshots}) => snapshots), bytesWritten, receipt: equal, durationMs,
		damaged: reports.flatMap(({damaged}) => damaged),
		recordsWritten: sum(({recordsWritten}) => recordsWritten), retries: sum(({retries}) => retries),
	};
}
