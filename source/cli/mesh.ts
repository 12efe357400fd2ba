// "sync with" several: all ways among all of them, as one plan that is shown or carried out.

import type {RepositoryAccess} from '../engine/jobs.js';
import {runJob} from '../engine/run-job.js';
import {assertDistinct, type Matrix} from '../engine/several/matrix.js';
import {reviveError} from '../errors/revive.js';
import type {SnapshotId} from '../format/ids.js';
import {displayText} from '../format/paths.js';
import {columnLetters, damageWords, meshLines} from '../session/matrix-text.js';
import {usageError} from './arguments.js';
import {withJob, type Command} from './command.js';
import {noteFailure, statusOf, tellReport} from './outcomes.js';

function printPlan({output}: Command, {columns, mesh}: Matrix): void {
	output.json('mesh-plan', {
		...mesh,
		transfers: mesh.transfers.map(({source, target, snapshots, total, plan}) => ({
			source: columns[source]!.location, target: columns[target]!.location, plan: plan.id, snapshots, total,
		})),
	});
	for (const [index, {location}] of columns.entries()) {
		output.line(`${columnLetters[index]!}  ${displayText(location)}`);
	}

	for (const line of meshLines(mesh)) {
		output.line(line);
	}
}

const noteDamage = ({output}: Command, {columns, mesh}: Matrix): void => {
	for (const damage of mesh.damaged) {
		output.note(damageWords(damage, index => displayText(columns[index]!.location)));
	}
};

/** Makes all of `repositories` hold what any of them holds (or `snapshots` alone); under --dry-run prints how. Answers with the exit status. */
export async function syncAmong(command: Command, repositories: readonly RepositoryAccess[], snapshots: readonly SnapshotId[] | undefined): Promise<number> {
	const {output, flags, signal} = command;
	if (repositories.length > columnLetters.length) {
		throw usageError(`sync with takes at most ${columnLetters.length - 1} other repositories.`, 'sync');
	}

	const matrix = await withJob(command, async context => runJob({verb: 'matrix', repositories, snapshots}, context));
	assertDistinct(matrix);
	const {columns, mesh, pairs} = matrix;
	const unreachable = columns.filter(({error}) => error !== undefined);
	for (const {location, error} of unreachable) {
		noteFailure(command, location, error!);
	}

	noteDamage(command, matrix);
	if (flags['dryRun'] === true) {
		printPlan(command, matrix);
		const isBlocked = mesh.skipped.some(({reason}) => pairs.some(({obstacle}) => obstacle !== undefined && reason.includes(obstacle)));
		return statusOf({failed: isBlocked || unreachable.length > 0, sawDamage: mesh.damaged.length > 0});
	}

	const {transfers, ...report} = await withJob(command, async context => runJob({verb: 'mesh', repositories, plan: mesh}, context));
	const failed = transfers.filter(({error}) => error !== undefined);
	if (signal.aborted && failed.length > 0) {
		throw reviveError(failed[0]!.error!);
	}

	let differ = 0;
	for (const {location, report: sent, error} of transfers) {
		if (error !== undefined) {
			noteFailure(command, location, error);
		} else if (!tellReport(command, sent!, 'synced')) {
			differ++;
		}
	}

	for (const {snapshot, reason} of report.skipped) {
		output.note(`not sent: ${snapshot}: ${displayText(reason)}`);
	}

	output.json('meshed', {transfers: transfers.length, failed: failed.length, unreachable: unreachable.map(({location}) => location), ...report});
	return statusOf({
		failed: unreachable.length + failed.length + differ + report.skipped.length > 0,
		sawDamage: mesh.damaged.length > 0 || transfers.some(({report: sent}) => (sent?.damaged.length ?? 0) > 0),
	});
}
