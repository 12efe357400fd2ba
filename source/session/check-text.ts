// What a check may be said to have shown: never more than was read.

import type {CheckReport} from '../engine/finding.js';
import type {Verified} from '../engine/ledger/verified.js';
import {countOf, formatBytes, formatCount, formatDuration, formatPercent, formatTime} from './figures.js';

const proofs: Readonly<Record<CheckReport['proof'], string>> = {
	plaintext: 'the content of every record that was read was hashed',
	stored: 'without the passphrase: the stored bytes were checked for bit rot, their content was not',
	presence: 'presence, sizes and reference counts only: no content was read',
};

/** What may be said of a snapshot all of whose records passed. */
const provenWords = ({proof, chunksTrusted}: CheckReport): string =>
	proof === 'stored' ? 'without bit rot in what is stored' : chunksTrusted > 0 ? 'fully proven' : 'fully read and sound';

/** The closing lines of a check. */
export function checkConclusion(report: CheckReport): string[] {
	const {findingCount, chunks, chunksRead, chunksTrusted, trustedSince, bytesRead, level, proof, snapshots, snapshotsAffected, snapshotsProven, complete, unfinished, unfinishedClone, soundOnSecondRead, durationMs} = report;
	const lines = [
		level === 'fast'
			? `${countOf(chunks, 'chunk')} looked at in ${formatDuration(durationMs)}: ${proofs[proof]}.`
			: `${formatCount(chunksRead)} of ${countOf(chunks, 'chunk')} read (${formatBytes(bytesRead)}) in ${formatDuration(durationMs)}: ${proofs[proof]}.`,
	];
	if (chunksTrusted > 0) {
		lines.push(`${countOf(chunksTrusted, 'chunk')} not read again: proven by earlier checks since ${formatTime(trustedSince!)}, says the ledger.`);
	}

	if (!complete) {
		lines.push('What was not read is not proven sound.');
	}

	if (soundOnSecondRead > 0) {
		lines.push(`${countOf(soundOnSecondRead, 'record')} failed the first read and passed the second: look at the memory, the disk and its cable.`);
	}

	if (unfinishedClone) {
		lines.push(`This is an unfinished clone: ${snapshots === 0 ? 'no snapshot has' : `${countOf(snapshots, 'snapshot')} ${snapshots === 1 ? 'has' : 'have'}`} arrived so far. Run that clone again to go on with it, or remove it.`);
	}

	if (unfinished > 0) {
		lines.push(`${countOf(unfinished, 'unfinished transfer')}: not a defect. A sync goes on with what it left; what a killed push left costs space only.`);
	}

	lines.push(findingCount === 0
		? `No defect found${complete ? '' : ' in what was read'}. ${level === 'full' && !(unfinishedClone && snapshots === 0) ? `${formatCount(snapshotsProven)} of ${countOf(snapshots, 'snapshot')} ${provenWords(report)}.` : ''}`.trimEnd()
		: `${countOf(findingCount, 'finding')}; ${formatCount(snapshotsAffected)} of ${countOf(snapshots, 'snapshot')} damaged.`);
	return lines;
}

/** "verified 96% <30d": what a list of repositories says; more in `verifiedSentence`. What came since may be the most of it: then there is no share to tell. */
export function verifiedShort(verified: Verified | undefined): {readonly text: string; readonly isWhole: boolean} {
	if (verified === undefined) {
		return {text: 'never verified', isWhole: false};
	}

	const {chunks, recent, isCurrent} = verified;
	return recent > 0 && !isCurrent
		? {text: 'verified in part', isWhole: false}
		: {text: `verified ${recent === chunks ? 'all' : formatPercent(recent, chunks)} <30d`, isWhole: recent === chunks};
}

/** The same in a sentence, with what it does not cover. */
export function verifiedSentence(verified: Verified | undefined): string {
	if (verified === undefined) {
		return 'never, as far as checks from this machine tell';
	}

	const {chunks, recent, isCurrent, unfinishedSince} = verified;
	return [
		`${formatCount(recent)} of ${countOf(chunks, 'chunk')} in the last 30 days (${formatPercent(recent, chunks)})`,
		...(isCurrent ? [] : ['snapshots came or went since']),
		...(unfinishedSince === undefined ? [] : [`the check of ${formatTime(unfinishedSince)} was stopped: check --resume goes on`]),
	].join('; ');
}
