// sync: plans, shows or stores the plan, applies it; to, from or with other repositories.

import {readFileSync, writeFileSync} from 'node:fs';
import {PlakarError} from '../../errors/plakar-error.js';
import type {RepositoryAccess} from '../../engine/jobs.js';
import {isBlocked, pricePlan, sendableRows, type Plan} from '../../engine/plan.js';
import {decodePlan, encodePlan} from '../../engine/plan-file.js';
import {findSnapshot, openSealed} from '../../engine/repository.js';
import {runJob} from '../../engine/run-job.js';
import type {SnapshotId} from '../../format/ids.js';
import {countOf, formatBytes, formatDuration} from '../../session/figures.js';
import {planLines, planSummary} from '../../session/plan-text.js';
import {usageError} from '../arguments.js';
import {exitCodes, withJob, type Command, type RunCommand} from '../command.js';
import {pairAccess} from '../pair-access.js';

type Direction = 'to' | 'from' | 'with';
const directions: readonly string[] = ['to', 'from', 'with'] satisfies Direction[];

type Wish = {readonly prefixes: readonly string[]; readonly direction: Direction; readonly places: readonly string[]};

/** Without a direction word, leading arguments that look like the start of a UUID are snapshots. */
function understand(parameters: readonly string[]): Wish {
	const at = parameters.findIndex(word => directions.includes(word));
	if (at >= 0) {
		return {prefixes: parameters.slice(0, at), direction: parameters[at] as Direction, places: parameters.slice(at + 1)};
	}

	const count = parameters.findIndex((word, index) => index === parameters.length - 1 || !/^[\da-f][\da-f-]{0,35}$/i.test(word));
	const prefixes = Math.max(0, count);
	return {prefixes: parameters.slice(0, prefixes), direction: 'to', places: parameters.slice(prefixes)};
}

async function snapshotsOf(source: RepositoryAccess, prefixes: readonly string[]): Promise<readonly SnapshotId[] | undefined> {
	if (prefixes.length === 0) {
		return undefined;
	}

	const repository = await openSealed(source.location);
	try {
		const snapshots: SnapshotId[] = [];
		for (const prefix of prefixes) {
			snapshots.push(await findSnapshot(repository, prefix));
		}

		return [...new Set(snapshots)];
	} finally {
		await repository.close();
	}
}

async function apply(command: Command, source: RepositoryAccess, target: RepositoryAccess, plan: Plan): Promise<number> {
	const {output} = command;
	const ticked = sendableRows(plan).map(row => plan.rows[row]!.snapshot);
	const report = await withJob(command, async context => runJob({verb: 'sync', source, target, plan, ticked}, context));
	const plannedBytes = pricePlan(plan, new Set(sendableRows(plan))).total.bytes;
	output.json('synced', {...report, plannedBytes, exact: plan.exact});
	output.tell(`${countOf(report.snapshots.length, 'snapshot')} sent to ${report.targetLocation}: ${formatBytes(report.bytesWritten)}${plan.exact ? '' : ` (the estimate was ${formatBytes(plannedBytes)})`} in ${formatDuration(report.durationMs)}`);
	const left = plan.rows.filter(({state}) => state !== 'send');
	for (const row of left) {
		output.note(`not sent: ${row.snapshot}: ${row.reason ?? row.state}`);
	}

	if (!report.receipt) {
		output.note('Compared again afterwards, the two differ: run check on both.');
	}

	return report.receipt && left.length === 0 ? exitCodes.done : exitCodes.failed;
}

async function planOnly({output, flags}: Command, plan: Plan): Promise<number> {
	const file = flags['planOut'];
	if (typeof file === 'string') {
		try {
			writeFileSync(file, encodePlan(plan), {mode: 0o600});
		} catch (error) {
			throw new PlakarError('PATH_EXISTS', {message: `The plan cannot be written to ${file}.`, hint: 'Choose another file; nothing else was written.', cause: error});
		}

		output.note(`Plan ${plan.id} is in ${file}. Apply it with: plakar-tui sync --plan ${file}`);
	}

	output.json('plan', {plan, ...planSummary(plan)});
	for (const line of planLines(plan)) {
		output.line(line);
	}

	return isBlocked(plan) ? exitCodes.failed : exitCodes.done;
}

async function syncOne(command: Command, source: RepositoryAccess, target: RepositoryAccess, prefixes: readonly string[]): Promise<number> {
	const snapshots = await snapshotsOf(source, prefixes);
	const plan = await withJob(command, async context => runJob({verb: 'plan', source, target, snapshots}, context));
	const {flags} = command;
	return flags['dryRun'] === true || flags['planOut'] !== undefined ? planOnly(command, plan) : apply(command, source, target, plan);
}

async function applyFile(command: Command, file: string): Promise<number> {
	let bytes: Uint8Array;
	try {
		bytes = readFileSync(file);
	} catch (error) {
		throw new PlakarError('PATH_NOT_FOUND', {message: `The plan ${file} cannot be read.`, hint: 'Check its path; nothing was written.', cause: error});
	}

	const plan = decodePlan(bytes, file);
	const {own, peer} = await pairAccess(command, plan.source.location, plan.target.location);
	return apply(command, own, peer, plan);
}

export const run: RunCommand = async command => {
	const {parameters, flags} = command;
	if (typeof flags['plan'] === 'string') {
		if (parameters.length > 0) {
			throw usageError('sync --plan takes its repositories and snapshots from the plan alone.', 'sync');
		}

		return applyFile(command, flags['plan']);
	}

	const {prefixes, direction, places} = understand(parameters);
	if (places.length === 0) {
		throw usageError('sync needs the other repository.', 'sync');
	}

	let worst: number = exitCodes.done;
	for (const place of places) {
		const {own, peer} = await pairAccess(command, command.location, place);
		if (direction !== 'from') {
			worst = Math.max(worst, await syncOne(command, own, peer, prefixes));
		}

		if (direction !== 'to') {
			worst = Math.max(worst, await syncOne(command, peer, own, direction === 'with' ? [] : prefixes));
		}
	}

	return worst;
};
