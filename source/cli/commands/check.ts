// check: findings, one a line; exit 3 when there are any.

import {reportOfUnopened} from '../../engine/check/unopened.js';
import type {CheckLevel, CheckReport, Finding} from '../../engine/finding.js';
import {verifiedDays} from '../../engine/ledger/verified.js';
import type {RecordCopy} from '../../engine/jobs.js';
import {runJob} from '../../engine/run-job.js';
import {isPlakarError, type PlakarError} from '../../errors/plakar-error.js';
import {displayText} from '../../format/paths.js';
import {reportFigures} from '../../session/check-report.js';
import {checkConclusion} from '../../session/check-text.js';
import {usageError} from '../arguments.js';
import {copyLine, knownCopies} from '../known-copies.js';
import {exitCodes, ownAccess, targetsIn, withJob, type Command, type RunCommand} from '../command.js';

/** Ten years: a proof of then says little of a disk of today. */
const maximumDays = 3650;

function printFinding({output}: Command, finding: Finding, copies: readonly RecordCopy[]): void {
	const {kind, id, reason, snapshots, paths, pathCount} = finding;
	output.json('finding', copies.length === 0 ? finding : {...finding, copies});
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

	for (const copy of copies) {
		output.line(`  ${copyLine(copy)}`);
	}
}

async function conclude(command: Command, report: CheckReport, location: string): Promise<number> {
	const {output, signal} = command;
	const copies = signal.aborted ? new Map<string, readonly RecordCopy[]>() : await knownCopies(location, report.findings, signal);
	for (const finding of report.findings) {
		printFinding(command, finding, copies.get(finding.id) ?? []);
	}

	output.json('checked', reportFigures(report));
	for (const line of checkConclusion(report)) {
		output.note(line);
	}

	const medium = report.findings.findLast(({kind}) => kind === 'medium');
	if (medium !== undefined) {
		output.note(displayText(medium.advice));
	}

	if (signal.aborted) {
		return exitCodes.interrupted;
	}

	return report.findingCount > 0 ? exitCodes.findings : exitCodes.done;
}

export const run: RunCommand = async command => {
	const {parameters, flags, signal} = command;
	const samplePercent = flags['sample'] as number | undefined;
	if (samplePercent !== undefined && !(samplePercent > 0 && samplePercent <= 100)) {
		throw usageError('--sample takes a percentage above 0 and up to 100.', 'check');
	}

	if (samplePercent !== undefined && flags['fast'] === true) {
		throw usageError('--sample chooses what is read, and --fast reads no content: give one of them.', 'check');
	}

	const resume = resumeOf(flags);
	const needsKey = parameters.some(parameter => parameter.includes(':'));
	const level = flags['fast'] === true ? 'fast' : 'full';
	try {
		const access = await ownAccess(command, needsKey);
		const targets = await targetsIn(access, parameters, signal);
		const report = await withJob(command, async context => runJob({verb: 'check', repository: access, level, samplePercent, targets, resume}, context));
		return await conclude(command, report, access.location);
	} catch (error) {
		if (!isPlakarError(error, 'BACKEND_CORRUPT')) {
			throw error;
		}

		return concludeUnopened(command, level, error);
	}
};

/** Damage that lets nobody in is a finding too, and the only one. */
function concludeUnopened(command: Command, level: CheckLevel, error: PlakarError): number {
	const {output, location} = command;
	const report = reportOfUnopened(location, level, error);
	printFinding(command, report.findings[0]!, []);
	output.json('checked', reportFigures(report));
	output.note(`Nothing of it could be read. ${displayText(error.hint)}`);
	return exitCodes.findings;
}

/** Throws USAGE. */
function resumeOf(flags: Command['flags']): {readonly withinDays: number} | undefined {
	const days = flags['days'] as number | undefined;
	if (days !== undefined && !(days > 0 && days <= maximumDays)) {
		throw usageError(`--days takes a number above 0 and up to ${maximumDays}.`, 'check');
	}

	if (days !== undefined && flags['resume'] !== true) {
		throw usageError('--days belongs to --resume.', 'check');
	}

	if (flags['resume'] === true && (flags['fast'] === true || flags['sample'] !== undefined)) {
		throw usageError('--resume reads every chunk that is due; it does not go with --fast or --sample.', 'check');
	}

	return flags['resume'] === true ? {withinDays: days ?? verifiedDays} : undefined;
}
