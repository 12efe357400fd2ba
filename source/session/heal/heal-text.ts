// A heal in words: what is damaged, where the sound bytes come from, what cannot be healed and why, and how it ended.

import {healableRows, healBytes, type HealPlan, type HealReport, type HealRow} from '../../engine/heal/heal-plan.js';
import {countOf, formatBytes, formatCount, formatDuration} from '../figures.js';

const damageWords: Readonly<Record<HealRow['damage'], string>> = {
	corrupt: 'corrupt', missing: 'missing', unreadable: 'unreadable', unlinked: 'reference lost', other: 'damaged',
};

/** "chunk", "reference list": what a row is about. */
export const healNoun = ({kind}: HealRow): string => kind === undefined ? 'defect' : kind === 'references' ? 'reference list' : kind;

export const damageWord = ({damage}: HealRow): string => damageWords[damage];

/** "corrupt: the digest of its bytes differs". */
export const damageReason = ({damage, reason}: HealRow): string => `${damageWords[damage]}: ${reason}`;

/** "2 snapshots, 14 paths": who needs it. */
export const neededWords = ({snapshots, paths}: HealRow): string =>
	[...(snapshots === 0 ? [] : [countOf(snapshots, 'snapshot')]), ...(paths === 0 ? [] : [countOf(paths, 'path')])].join(', ');

/** "from vault, 12.0 KiB", or why not. `source` names the other repository. */
export function remedyWords(row: HealRow, source: string): string {
	if (row.cannot !== undefined) {
		return `cannot be healed: ${row.cannot}`;
	}

	return row.origin === 'own' ? `linked anew as the reference lists say, ${formatBytes(row.sizeBytes)}` : `from ${source}, ${formatBytes(row.sizeBytes)}`;
}

/** The same without the reason, where a list has no room for it. */
export const briefRemedy = (row: HealRow, source: string): string =>
	row.cannot !== undefined ? 'cannot be healed' : row.origin === 'own' ? `linked anew, ${formatBytes(row.sizeBytes)}` : remedyWords(row, source);

/** "3 records to write, 1.2 MiB; 1 cannot be healed". */
export function healTotal(plan: HealPlan): string {
	const rows = healableRows(plan);
	const cannot = plan.rows.length - rows.length;
	return `${countOf(rows.length, 'record')} to write, ${plan.kinship === 'family' ? '' : 'about '}${formatBytes(healBytes(plan))}${cannot === 0 ? '' : `; ${formatCount(cannot)} cannot be healed`}`;
}

/** How far the copies are proven. */
export const healProof = ({proof, kinship}: HealPlan): string =>
	`${proof === 'plaintext' ? 'Each copy was read and its content hashed' : 'Without the passphrase: each copy was read, and the digest and size of its stored bytes fit'}${kinship === 'family' ? '' : '; it is sealed anew, as this repository seals'}.`;

/** What is whole afterwards, as far as the check has read. */
export function healOutcome({whole, broken}: HealPlan): string {
	const rest = broken.length === 0 ? '' : `still damaged: ${countOf(broken.length, 'snapshot')}`;
	return whole.length === 0 ? rest : `whole afterwards: ${countOf(whole.length, 'snapshot')}${rest === '' ? '' : `; ${rest}`}`;
}

/** The whole plan, for people. */
export function healLines(plan: HealPlan): string[] {
	if (plan.rows.length === 0) {
		return ['Nothing to heal.'];
	}

	const outcome = healOutcome(plan);
	return [
		`heal plan ${plan.id}: ${plan.source.location} -> ${plan.target.location}`,
		...plan.rows.flatMap(row => {
			const needed = neededWords(row);
			return [`  ${healNoun(row)} ${row.id}  ${damageReason(row)}${needed === '' ? '' : `; needed by ${needed}`}`, `    ${remedyWords(row, 'the other repository')}`];
		}),
		healTotal(plan), healProof(plan), ...(outcome === '' ? [] : [`${outcome[0]!.toUpperCase()}${outcome.slice(1)}.`]),
	];
}

/** Totals for `--json`. */
export const healSummary = (plan: HealPlan): {readonly records: number; readonly bytes: number; readonly cannot: number} => {
	const records = healableRows(plan).length;
	return {records, bytes: healBytes(plan), cannot: plan.rows.length - records};
};

/** How a heal ended, in one sentence. */
export function healedWords({healed, unproven, left, cannot, bytesWritten, durationMs}: HealReport): string {
	const parts = [
		`${countOf(healed, 'record')} healed and proven by reading again`,
		...(unproven.length === 0 ? [] : [`${formatCount(unproven.length)} NOT SOUND after writing`]),
		...(left === 0 ? [] : [`${formatCount(left)} left for the next plan`]),
		...(cannot === 0 ? [] : [`${formatCount(cannot)} cannot be healed from there`]),
	];
	return `${parts.join('; ')}. ${formatBytes(bytesWritten)} written in ${formatDuration(durationMs)}.`;
}
