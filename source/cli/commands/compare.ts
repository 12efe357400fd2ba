// compare: which repository lacks which snapshots, and what it would cost to send them.

import {runJob} from '../../engine/run-job.js';
import {pricePlan, sendableRows, type Plan} from '../../engine/plan.js';
import {openRepository, listSnapshots} from '../../engine/repository.js';
import type {RepositoryAccess, SnapshotSummary} from '../../engine/jobs.js';
import {countOf, formatBytes, formatTime} from '../../session/figures.js';
import {usageError} from '../arguments.js';
import {exitCodes, peerAccess, withJob, type Command, type RunCommand} from '../command.js';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

async function summariesOf(access: RepositoryAccess): Promise<{readonly location: string; readonly snapshots: SnapshotSummary[]}> {
	const repository = await openRepository(access);
	try {
		return {location: repository.location, snapshots: await listSnapshots(repository)};
	} finally {
		await repository.close();
	}
}

/** Who holds a snapshot: one letter each; "!" where the content under the same id differs. */
function membership(snapshot: string, sides: ReadonlyArray<ReadonlyMap<string, SnapshotSummary>>): string {
	const digests = new Set(sides.flatMap(side => side.get(snapshot)?.digest ?? []));
	return sides.map((side, index) => side.has(snapshot) ? letters[index] : '.').join('') + (digests.size > 1 ? ' !' : '');
}

async function planBetween(command: Command, source: RepositoryAccess, target: RepositoryAccess): Promise<Plan> {
	return withJob(command, async context => runJob({verb: 'plan', source, target}, context));
}

export const run: RunCommand = async command => {
	const {parameters, output} = command;
	if (parameters.length < 2 || parameters.length > letters.length) {
		throw usageError('compare needs two repositories or more.', 'compare');
	}

	const accesses = await Promise.all(parameters.map(async (given, index) => peerAccess(command, given, false, index === 0 ? 'own' : 'peer')));
	const sides = await Promise.all(accesses.map(async access => summariesOf(access)));
	const maps = sides.map(({snapshots}) => new Map<string, SnapshotSummary>(snapshots.map(summary => [summary.snapshot, summary])));
	const known = new Map<string, SnapshotSummary>(maps.flatMap(side => [...side]).sort(([, a], [, b]) => (a.header === undefined ? -1 : b.header === undefined ? 1 : 0)));
	for (const [index, {location, snapshots}] of sides.entries()) {
		output.line(`${letters[index]}  ${location}  ${countOf(snapshots.length, 'snapshot')}`);
	}

	const rows = [...known.values()].sort((a, b) => ((a.header?.created ?? '') < (b.header?.created ?? '') ? -1 : 1));
	for (const {snapshot, header} of rows) {
		const holders = membership(snapshot, maps);
		output.json('snapshot', {snapshot, created: header?.created, holders: sides.filter((_, index) => maps[index]!.has(snapshot)).map(({location}) => location), conflict: holders.endsWith('!')});
		output.line(`${holders.padEnd(sides.length + 2)} ${snapshot}  ${header === undefined ? '' : formatTime(header.created)}`.trimEnd());
	}

	for (const [from, source] of accesses.entries()) {
		for (const [to, target] of accesses.entries()) {
			if (from !== to) {
				const plan = await planBetween(command, source, target);
				const {total} = pricePlan(plan, new Set(sendableRows(plan)));
				output.json('difference', {source: sides[from]!.location, target: sides[to]!.location, ...total, exact: plan.exact});
				output.line(`${letters[from]} -> ${letters[to]}  ${countOf(total.snapshots, 'snapshot')}, ${countOf(total.chunks, 'chunk')}, ${formatBytes(total.bytes)}`);
			}
		}
	}

	return exitCodes.done;
};
