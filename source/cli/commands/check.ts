// check: findings, one a line; exit 3 when there are any.

import type {CheckReport, Finding} from '../../engine/finding.js';
import {openRepository} from '../../engine/repository.js';
import {runJob} from '../../engine/run-job.js';
import {checkConclusion} from '../../session/check-text.js';
import {usageError} from '../arguments.js';
import {exitCodes, findTargets, ownAccess, withJob, type Command, type RunCommand} from '../command.js';

function printFinding({output}: Command, finding: Finding): void {
	const {kind, id, reason, snapshots, paths, pathCount} = finding;
	output.json('finding', finding);
	output.line(`${kind} ${id}: ${reason}`);
	if (snapshots.length > 0) {
		output.line(`  needed by ${snapshots.join(', ')}`);
	}

	for (const {snapshot, path} of paths.slice(0, 10)) {
		output.line(`  affects ${snapshot.slice(0, 8)}:${path}`);
	}

	if (pathCount > 10) {
		output.line(`  and ${pathCount - 10} more paths`);
	}
}

function conclude(command: Command, report: CheckReport): number {
	const {output, signal} = command;
	for (const finding of report.findings) {
		printFinding(command, finding);
	}

	const {findings, ...figures} = report;
	output.json('checked', {...figures, findings: findings.length});
	for (const line of checkConclusion(report)) {
		output.note(line);
	}

	if (signal.aborted) {
		return exitCodes.interrupted;
	}

	return findings.length > 0 ? exitCodes.findings : exitCodes.done;
}

export const run: RunCommand = async command => {
	const {parameters, flags, signal} = command;
	const samplePercent = flags['sample'] as number | undefined;
	if (samplePercent !== undefined && !(samplePercent > 0 && samplePercent <= 100)) {
		throw usageError('--sample takes a percentage above 0 and up to 100.', 'check');
	}

	const needsKey = parameters.some(parameter => parameter.includes(':'));
	const access = await ownAccess(command, needsKey);
	const level = flags['fast'] === true ? 'fast' : 'full';
	const targets = parameters.length === 0 ? undefined : await withTargets(access, parameters, signal);
	const report = await withJob(command, async context => runJob({verb: 'check', repository: access, level, samplePercent, targets}, context));
	return conclude(command, report);
};

async function withTargets(access: Parameters<typeof openRepository>[0], parameters: readonly string[], signal: AbortSignal): Promise<Awaited<ReturnType<typeof findTargets>>> {
	const repository = await openRepository(access, {signal});
	try {
		return await findTargets(repository, parameters);
	} finally {
		await repository.close();
	}
}
