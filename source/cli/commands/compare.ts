// compare: which repository lacks which snapshots, and what it would cost to send them.

import {kinshipOf, likenessOf, namingOf, type Likeness, type Naming} from '../../engine/identity.js';
import {runJob} from '../../engine/run-job.js';
import {pricePlan, sendableRows, type Plan} from '../../engine/plan.js';
import {openRepository, listSnapshots} from '../../engine/repository.js';
import type {RepositoryAccess, SnapshotSummary} from '../../engine/jobs.js';
import {countOf, formatBytes, formatTime} from '../../session/figures.js';
import {usageError} from '../arguments.js';
import {exitCodes, peerAccess, withJob, type Command, type RunCommand} from '../command.js';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

type Side = {readonly location: string; readonly naming: Naming; readonly snapshots: readonly SnapshotSummary[]; readonly byId: ReadonlyMap<string, SnapshotSummary>};

async function sideOf(access: RepositoryAccess): Promise<Side> {
	const repository = await openRepository(access);
	try {
		const snapshots = await listSnapshots(repository);
		return {location: repository.location, naming: namingOf(repository.config), snapshots, byId: new Map(snapshots.map(summary => [summary.snapshot, summary]))};
	} finally {
		await repository.close();
	}
}

/** Whether all holders of a snapshot hold the same: the worst that any two of them show. */
function likenessAmong(snapshot: string, sides: readonly Side[]): Likeness {
	const holders = sides.filter(({byId}) => byId.has(snapshot));
	const found = new Set(holders.flatMap((a, index) => holders.slice(index + 1).map(b =>
		likenessOf(a.byId.get(snapshot)!, b.byId.get(snapshot)!, kinshipOf(a.naming, b.naming)))));
	return found.has('other') ? 'other' : found.has('unknown') ? 'unknown' : 'same';
}

const likenessMarks: Readonly<Record<Likeness, string>> = {same: '', other: ' !', unknown: ' ?'};

async function planBetween(command: Command, source: RepositoryAccess, target: RepositoryAccess): Promise<Plan> {
	return withJob(command, async context => runJob({verb: 'plan', source, target}, context));
}

export const run: RunCommand = async command => {
	const {parameters, output} = command;
	if (parameters.length < 2 || parameters.length > letters.length) {
		throw usageError('compare needs two repositories or more.', 'compare');
	}

	const accesses = await Promise.all(parameters.map(async (given, index) => peerAccess(command, given, false, index === 0 ? 'own' : 'peer')));
	const sides = await Promise.all(accesses.map(async access => sideOf(access)));
	const known = new Map<string, SnapshotSummary>(sides.flatMap(({byId}) => [...byId]).sort(([, a], [, b]) => (a.header === undefined ? -1 : b.header === undefined ? 1 : 0)));
	for (const [index, {location, snapshots}] of sides.entries()) {
		output.line(`${letters[index]}  ${location}  ${countOf(snapshots.length, 'snapshot')}`);
	}

	const rows = [...known.values()].sort((a, b) => ((a.header?.created ?? '') < (b.header?.created ?? '') ? -1 : 1));
	let unknown = 0;
	for (const {snapshot, header} of rows) {
		const likeness = likenessAmong(snapshot, sides);
		unknown += likeness === 'unknown' ? 1 : 0;
		const holders = sides.map(({byId}, index) => byId.has(snapshot) ? letters[index] : '.').join('') + likenessMarks[likeness];
		output.json('snapshot', {snapshot, created: header?.created, holders: sides.filter(({byId}) => byId.has(snapshot)).map(({location}) => location), conflict: likeness === 'other', comparable: likeness !== 'unknown'});
		output.line(`${holders.padEnd(sides.length + 2)} ${snapshot}  ${header === undefined ? '' : formatTime(header.created)}`.trimEnd());
	}

	if (unknown > 0) {
		output.note(`?: ${countOf(unknown, 'snapshot')} under the same id, stored otherwise; only the passphrases can tell whether they are the same.`);
	}

	for (const [from, source] of accesses.entries()) {
		for (const [to, target] of accesses.entries()) {
			if (from !== to) {
				const plan = await planBetween(command, source, target);
				const {total} = pricePlan(plan, new Set(sendableRows(plan)));
				output.json('difference', {source: sides[from]!.location, target: sides[to]!.location, ...total, exact: plan.exact});
				output.line(`${letters[from]} -> ${letters[to]}  ${countOf(total.snapshots, 'snapshot')}, ${countOf(total.chunks, 'chunk')}, ${plan.exact ? '' : 'about '}${formatBytes(total.bytes)}`);
			}
		}
	}

	return exitCodes.done;
};
