// heal: checks, plans what another repository can mend, and with --apply carries that out.

import type {CheckReport} from '../../engine/finding.js';
import {defectOf, type HealPlan, type HealReport} from '../../engine/heal/heal-plan.js';
import {healKinship} from '../../engine/heal/kin.js';
import type {RepositoryAccess} from '../../engine/jobs.js';
import {openSealed} from '../../engine/repository.js';
import {runJob} from '../../engine/run-job.js';
import {healedWords, healLines, healSummary} from '../../session/heal/heal-text.js';
import {usageError} from '../arguments.js';
import {exitCodes, targetsIn, withJob, type Command, type RunCommand} from '../command.js';
import {groupAccess} from '../group-access.js';
import {resolvePlace} from '../places.js';

/** Refuses what cannot be done before anything is asked for or read. Throws PLAN_BLOCKED, REPOSITORY_SAME. */
async function assertKin({location, signal}: Command, from: string): Promise<void> {
	const target = await openSealed(location, {signal});
	try {
		const source = await openSealed(resolvePlace(from), {signal});
		await source.close();
		healKinship(source, target);
	} finally {
		await target.close();
	}
}

async function checkTarget(command: Command, access: RepositoryAccess): Promise<CheckReport> {
	const targets = await targetsIn(access, command.parameters, command.signal);
	return withJob(command, async context => runJob({verb: 'check', repository: access, level: 'full', targets}, context));
}

function concludePlan({output}: Command, plan: HealPlan): number {
	output.json('heal-plan', {plan, ...healSummary(plan)});
	for (const line of healLines(plan)) {
		output.line(line);
	}

	if (plan.rows.length > 0) {
		output.note('Nothing was written. Add --apply to carry it out.');
	}

	return plan.rows.length > 0 ? exitCodes.findings : exitCodes.done;
}

function concludeHeal({output, signal}: Command, plan: HealPlan, report: HealReport): number {
	output.json('healed', report);
	for (const line of healLines(plan)) {
		output.line(line);
	}

	for (const {kind, id, reason} of report.unproven) {
		output.note(`${kind} ${id}: written, and not sound when it was read again: ${reason}`);
	}

	output.note(healedWords(report));
	if (signal.aborted) {
		return exitCodes.interrupted;
	}

	return report.unproven.length > 0 ? exitCodes.failed : report.left + report.cannot > 0 ? exitCodes.findings : exitCodes.done;
}

export const run: RunCommand = async command => {
	const {flags, signal, output} = command;
	const from = flags['from'];
	if (typeof from !== 'string') {
		throw usageError('heal needs --from REPOSITORY: where the sound copies are.', 'heal');
	}

	await assertKin(command, from);
	const {own: target, peers: [source]} = await groupAccess(command, command.location, [from]);
	const checked = await checkTarget(command, target);
	if (signal.aborted) {
		output.note('Stopped while it was checked; nothing was written.');
		return exitCodes.interrupted;
	}

	if (checked.findingCount > checked.findings.length) {
		output.note(`Only the first ${checked.findings.length} of ${checked.findingCount} findings are in this plan: run it again afterwards.`);
	}

	const sides = {source: source!, target};
	const defects = checked.findings.map(finding => defectOf(finding));
	const plan = await withJob(command, async context => runJob({verb: 'plan-heal', ...sides, defects, rewritesUnreadable: flags['unreadable'] === true}, context));
	if (flags['apply'] !== true || plan.rows.length === 0) {
		return concludePlan(command, plan);
	}

	return concludeHeal(command, plan, await withJob(command, async context => runJob({verb: 'heal', ...sides, plan}, context)));
};
