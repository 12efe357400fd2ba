// What a check may be said to have shown: never more than was read.

import type {CheckReport} from '../engine/finding.js';
import {countOf, formatBytes, formatCount, formatDuration} from './figures.js';

const proofs: Readonly<Record<CheckReport['proof'], string>> = {
	plaintext: 'the content of every record that was read was hashed',
	stored: 'without the passphrase: the stored bytes were checked for bit rot, their content was not',
	presence: 'presence, sizes and reference counts only: no content was read',
};

/** The closing lines of a check. */
export function checkConclusion(report: CheckReport): string[] {
	const {findings, chunks, chunksRead, bytesRead, level, proof, snapshots, snapshotsAffected, snapshotsProven, complete, unfinished, soundOnSecondRead, durationMs} = report;
	const lines = [
		level === 'fast'
			? `${countOf(chunks, 'chunk')} looked at in ${formatDuration(durationMs)}: ${proofs[proof]}.`
			: `${formatCount(chunksRead)} of ${countOf(chunks, 'chunk')} read (${formatBytes(bytesRead)}) in ${formatDuration(durationMs)}: ${proofs[proof]}.`,
	];
	if (!complete) {
		lines.push('What was not read is not proven sound.');
	}

	if (soundOnSecondRead > 0) {
		lines.push(`${countOf(soundOnSecondRead, 'record')} failed the first read and passed the second: look at the memory, the disk and its cable.`);
	}

	if (unfinished > 0) {
		lines.push(`${countOf(unfinished, 'unfinished transfer')}: not a defect; the next push or sync goes on with it.`);
	}

	lines.push(findings.length === 0
		? `No defect found. ${level === 'full' ? `${formatCount(snapshotsProven)} of ${countOf(snapshots, 'snapshot')} fully read and sound.` : ''}`.trimEnd()
		: `${countOf(findings.length, 'finding')}; ${formatCount(snapshotsAffected)} of ${countOf(snapshots, 'snapshot')} damaged.`);
	return lines;
}
