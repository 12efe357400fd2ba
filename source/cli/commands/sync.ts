// sync: plans, shows or stores the plan, applies it; to, from or with other repositories.

import {readFileSync, writeFileSync} from 'node:fs';
import {PlakarError} from '../../errors/plakar-error.js';
import type {RepositoryAccess, TargetOutcome} from '../../engine/jobs.js';
import {isBlocked, sendableRows, showsDamage, type Plan} from '../../engine/plan.js';
import {decodePlan, encodePlan} from '../../engine/plan-file.js';
import {findSnapshot, openSealed} from '../../engine/repository.js';
import {runJob} from '../../engine/run-job.js';
import {reviveError, toPlainError} from '../../errors/revive.js';
import type {SnapshotId} from '../../format/ids.js';
import {displayText} from '../../format/paths.js';
import {planLines, planSummary} from '../../session/plan-text.js';
import {usageError} from '../arguments.js';
import {exitCodes, withJob, type Command, type RunCommand} from '../command.js';
import {estimateTime} from '../estimate-time.js';
import {groupAccess} from '../group-access.js';
import {syncAmong} from '../mesh.js';
import {concludeTargets, noteFailure, statusOf} from '../outcomes.js';
import {planAccess} from '../plan-access.js';

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

/** What each prefix means in `source`; SNAPSHOT_NOT_FOUND, not thrown, for one that means nothing there. */
async function findEach({signal}: Command, source: RepositoryAccess, prefixes: readonly string[]): Promise<Array<SnapshotId | PlakarError>> {
	const repository = await openSealed(source.location, {signal});
	try {
		const found: Array<SnapshotId | PlakarError> = [];
		for (const prefix of prefixes) {
			found.push(await findSnapshot(repository, prefix).catch((error: unknown) => {
				if (error instanceof PlakarError && error.code === 'SNAPSHOT_NOT_FOUND') {
					return error;
				}

				throw error;
			}));
		}

		return found;
	} finally {
		await repository.close();
	}
}

const isFound = (found: SnapshotId | PlakarError): found is SnapshotId => !(found instanceof PlakarError);

/** Each prefix by the first of `repositories` that holds such a snapshot. Throws SNAPSHOT_NOT_FOUND, of the first, when none does. */
async function snapshotsOf(command: Command, [own, ...others]: readonly [RepositoryAccess, ...RepositoryAccess[]], prefixes: readonly string[]): Promise<readonly SnapshotId[] | undefined> {
	if (prefixes.length === 0) {
		return undefined;
	}

	let found = await findEach(command, own, prefixes);
	for (const other of others) {
		if (found.every(one => isFound(one))) {
			break;
		}

		const there = await findEach(command, other, prefixes);
		found = found.map((one, index) => isFound(one) || !isFound(there[index]!) ? one : there[index]);
	}

	return [...new Set(found.map(one => {
		if (isFound(one)) {
			return one;
		}

		throw one;
	}))];
}

const tickedOf = (plan: Plan): SnapshotId[] => sendableRows(plan).map(row => plan.rows[row]!.snapshot);

type Planned = {readonly access: RepositoryAccess; readonly plan: Plan};

/** Applies one plan for each target in one pass over the source. */
async function apply(command: Command, source: RepositoryAccess, planned: readonly Planned[], failures: readonly TargetOutcome[] = []): Promise<number> {
	const targets = planned.map(({access, plan}) => ({access, plan, ticked: tickedOf(plan)}));
	const outcomes = targets.length === 0 ? [] : await withJob(command, async context => runJob({verb: 'sync-each', source, targets}, context));
	const status = concludeTargets(command, [...outcomes, ...failures], 'synced', planned.map(({plan}) => plan));
	return Math.max(status, noteLeft(command, planned));
}

/** Names what the plans do not send. Answers with the exit status that this is worth. */
function noteLeft({output}: Command, planned: readonly Planned[]): number {
	const left = planned.flatMap(({plan: {rows, target}}) => rows.filter(({state}) => state !== 'send').map(row => ({row, target})));
	for (const {row, target} of left) {
		output.note(`not sent${planned.length > 1 ? ` to ${displayText(target.location)}` : ''}: ${row.snapshot}: ${row.reason ?? row.state}`);
	}

	return statusOf({failed: left.length > 0, sawDamage: planned.some(({plan}) => showsDamage(plan))});
}

/** Prints the plan, or stores it where --plan-out says. */
async function planOnly(command: Command, plan: Plan): Promise<number> {
	const {output, flags} = command;
	const file = flags['planOut'];
	if (typeof file === 'string') {
		try {
			writeFileSync(file, encodePlan(plan), {mode: 0o600});
		} catch (error) {
			throw new PlakarError('PATH_EXISTS', {message: `The plan cannot be written to ${file}.`, hint: 'Choose another file; nothing else was written.', cause: error});
		}

		output.note(`Plan ${plan.id} is in ${file}. Apply it with: plakar-tui sync --plan ${file}`);
	}

	const {time, words} = await estimateTime(command, plan);
	output.json('plan', {plan, ...planSummary(plan), ...(time === undefined ? {} : {time})});
	for (const line of planLines(plan, words)) {
		output.line(line);
	}

	return statusOf({failed: isBlocked(plan), sawDamage: showsDamage(plan)});
}

const showsOnly = ({flags}: Command): boolean => flags['dryRun'] === true || flags['planOut'] !== undefined;

async function syncTo(command: Command, source: RepositoryAccess, targets: readonly RepositoryAccess[], snapshots: readonly SnapshotId[] | undefined): Promise<number> {
	const outcomes = await withJob(command, async context => runJob({verb: 'plan-each', source, targets, snapshots}, context));
	const planned = outcomes.flatMap(({plan}, index): Planned[] => plan === undefined ? [] : [{access: targets[index]!, plan}]);
	const failures = outcomes.filter(({error}) => error !== undefined);
	if (failures.length > 0 && outcomes.length === 1) {
		throw reviveError(failures[0]!.error!);
	}

	if (!showsOnly(command)) {
		return apply(command, source, planned, failures);
	}

	for (const {location, error} of failures) {
		noteFailure(command, location, error!);
	}

	const statuses: number[] = [];
	for (const {plan} of planned) {
		statuses.push(await planOnly(command, plan));
	}

	return Math.max(failures.length === 0 ? exitCodes.done : exitCodes.failed, ...statuses);
}

/** One source after the other. Of several, one that fails is named and the others are used. */
async function syncFromEach(command: Command, sources: readonly RepositoryAccess[], target: RepositoryAccess, prefixes: readonly string[]): Promise<number> {
	let worst: number = exitCodes.done;
	for (const source of sources) {
		try {
			worst = Math.max(worst, await syncTo(command, source, [target], await snapshotsOf(command, [source], prefixes)));
		} catch (error) {
			if (sources.length === 1 || command.signal.aborted) {
				throw error;
			}

			noteFailure(command, source.location, toPlainError(error));
			worst = Math.max(worst, exitCodes.failed);
		}
	}

	return worst;
}

/** There and back. A direction that fails does not stop the other, and its error is thrown at the end; where one side cannot be reached, neither is tried further. */
async function syncBothWays(command: Command, own: RepositoryAccess, peer: RepositoryAccess, prefixes: readonly string[]): Promise<number> {
	const chosen = await snapshotsOf(command, [own, peer], prefixes);
	const failures: Array<{readonly target: RepositoryAccess; readonly error: unknown}> = [];
	let worst: number = exitCodes.done;
	for (const [source, target] of [[own, peer], [peer, own]] as const) {
		try {
			const held = chosen === undefined ? undefined : (await findEach(command, source, chosen)).filter(one => isFound(one));
			worst = Math.max(worst, await syncTo(command, source, [target], held));
		} catch (error) {
			if (command.signal.aborted || codeOf(error) === 'BACKEND_UNAVAILABLE') {
				throw error;
			}

			failures.push({target, error});
		}
	}

	const [first, second] = failures;
	if (first === undefined) {
		return worst;
	}

	if (second !== undefined && codeOf(second.error) !== codeOf(first.error)) {
		noteFailure(command, second.target.location, toPlainError(second.error));
	}

	throw first.error;
}

const codeOf = (error: unknown): string | undefined => error instanceof PlakarError ? error.code : undefined;

async function applyFile(command: Command, file: string): Promise<number> {
	let bytes: Uint8Array;
	try {
		bytes = readFileSync(file);
	} catch (error) {
		throw new PlakarError('PATH_NOT_FOUND', {message: `The plan ${file} cannot be read.`, hint: 'Check its path; nothing was written.', cause: error});
	}

	const plan = decodePlan(bytes, file);
	const {source, target} = await planAccess(command, plan);
	return apply(command, source, [{access: target, plan}]);
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

	if (flags['planOut'] !== undefined && (places.length > 1 || direction === 'with')) {
		throw usageError('--plan-out holds one plan: name one repository, to or from.', 'sync');
	}

	const among = direction === 'with' ? 'all' : 'own-and-peers';
	const {own, peers} = await groupAccess(command, command.location, places, among);
	if (direction === 'to') {
		return syncTo(command, own, peers, await snapshotsOf(command, [own], prefixes));
	}

	if (direction === 'with' && peers.length > 1) {
		return syncAmong(command, [own, ...peers], await snapshotsOf(command, [own, ...peers], prefixes));
	}

	if (direction === 'from') {
		return syncFromEach(command, peers, own, prefixes);
	}

	return syncBothWays(command, own, peers[0]!, prefixes);
};
