// Applies a plan exactly as it was confirmed, or refuses it because the world moved.

import type {SnapshotId} from '../format/ids.js';
import type {CallOptions} from '../backends/contract.js';
import {PlakarError} from '../errors/plakar-error.js';
import {asPlakarError} from '../errors/revive.js';
import type {Counters} from '../workers/counters.js';
import {classesIn} from './estimate.js';
import type {VerbOptions} from './events.js';
import {kinshipOfConfigs, likenessOf} from './identity.js';
import type {SnapshotSummary, TransferReport} from './jobs.js';
import {deltaOf} from './make-plan.js';
import {checksFor, isBlocked, pricePlan, stalePlan, tickCounter, type Kinship, type Plan, type PlanClass} from './plan.js';
import {listSnapshots, type Repository} from './repository.js';
import {basesOf} from './rewrite/bases.js';
import {rewrite} from './rewrite/rewrite.js';
import {listSame} from './rewrite/twins.js';
import type {TransferOutcome, TransferTarget} from './transfer/receiver.js';
import {transfer} from './transfer/transfer.js';

export type PlannedTarget = {
	readonly target: Repository;
	readonly plan: Plan;
	/** Which of the plan's snapshots to send. */
	readonly ticked: readonly SnapshotId[];
} & Pick<TransferTarget, 'isLocked'>;

export type SyncInput = PlannedTarget & {readonly source: Repository; readonly counters: Counters};

export type SyncManyInput = {readonly source: Repository; readonly targets: readonly PlannedTarget[]; readonly counters: Counters};

/** How one target ended: with `error`, the report tells what it received all the same. */
export type Applied = {readonly report: TransferReport; readonly error?: PlakarError | undefined};

/**
 * Sends the ticked snapshots of `plan`. Throws PLAN_STALE when either side changed in a way that matters, PLAN_BLOCKED,
 * what transfer throws and what rewrite answers as its error. When the plan is exact, the very bytes are written that
 * `pricePlan` shows for the ticked rows.
 */
export async function applyPlan({source, counters, ...target}: SyncInput, options: VerbOptions): Promise<TransferReport> {
	const [applied] = await applyPlans({source, targets: [target], counters}, options);
	const {report, error} = applied!;
	if (error !== undefined) {
		throw error;
	}

	return report;
}

/**
 * Applies one plan for each of `targets`, all from `source`; what several of its family lack is read once, in one pass.
 * Each target is confirmed, written and committed by its own plan alone; one that fails does not stop the others.
 */
export async function applyPlans({source, targets, counters}: SyncManyInput, options: VerbOptions): Promise<Applied[]> {
	const startedMs = performance.now();
	options.onEvent({type: 'phase', phase: 'plan'});
	const confirmed: Array<ConfirmedTarget | PlakarError> = [];
	const known = new Set<string>();
	for (const target of targets) {
		const {location, config: {repositoryId}} = target.target;
		confirmed.push(known.has(repositoryId) ? namedTwice(location) : await confirm(source, target, options).catch(asPlakarError));
		known.add(repositoryId);
	}

	const outcomes = await sendAll({source, targets: confirmed.filter((target): target is ConfirmedTarget => !(target instanceof PlakarError)), counters}, options);
	options.onEvent({type: 'phase', phase: 'receipt'});
	const applied: Applied[] = [];
	for (const [index, {target, plan}] of targets.entries()) {
		const entry = confirmed[index]!;
		const {snapshots, bytesWritten, recordsWritten, damaged, error} = entry instanceof PlakarError
			? {snapshots: [], bytesWritten: 0, recordsWritten: 0, damaged: [], error: entry}
			: outcomes.get(entry)!;
		const same = error ?? await holdSame(source, target, snapshots, options).catch(asPlakarError);
		applied.push({
			report: {
				sourceLocation: source.location, targetLocation: target.location, planId: plan.id, snapshots, recordsWritten, bytesWritten, damaged,
				retries: counters.get('retries'), receipt: same === true, durationMs: performance.now() - startedMs,
			},
			error: same instanceof PlakarError ? same : undefined,
		});
	}

	return applied;
}

/** A family's targets are served in one pass over the source; each of the others is stored anew by itself. */
async function sendAll({source, targets, counters}: {readonly source: Repository; readonly targets: readonly ConfirmedTarget[]; readonly counters: Counters}, options: VerbOptions): Promise<Map<ConfirmedTarget, TransferOutcome>> {
	const outcomes = new Map<ConfirmedTarget, TransferOutcome>();
	const family = targets.filter(({kinship}) => kinship === 'family');
	const sent = family.length === 0 ? [] : await transfer({source, targets: family, counters, options});
	for (const [index, target] of family.entries()) {
		outcomes.set(target, sent[index]!);
	}

	for (const target of targets) {
		if (target.kinship !== 'family') {
			outcomes.set(target, await rewrite({source, ...target, kinship: target.kinship, counters, options}));
		}
	}

	return outcomes;
}

export const namedTwice = (location: string): PlakarError => new PlakarError('REPOSITORY_SAME', {
	message: `${location} is among the targets already.`,
	hint: 'Name each repository once.',
});

type ConfirmedTarget = TransferTarget & {readonly kinship: Kinship; readonly bases: readonly SnapshotId[]};

/** The plan's delta as it is now, for the rows that are ticked. */
async function confirm(source: Repository, {target, plan, ticked, isLocked}: PlannedTarget, options: VerbOptions): Promise<ConfirmedTarget> {
	const chosen = tickedRows(plan, ticked);
	const checks = checksFor(plan, pricePlan(plan, new Set(chosen)).total.bytes);
	if (isBlocked({checks})) {
		const reasons = checks.filter(({level}) => level === 'block').map(({topic, text}) => `${topic}: ${text}`);
		throw new PlakarError('PLAN_BLOCKED', {
			message: `The plan cannot be carried out: ${reasons.join('; ')}.`,
			hint: 'Nothing was written. Remove the reason, then plan again.',
		});
	}

	return {target, kinship: plan.kinship, ticked: chosen, isLocked, ...await confirmPlan(source, target, plan, chosen, options)};
}

function tickedRows({rows, id}: Plan, ticked: readonly SnapshotId[]): number[] {
	const wanted = new Set<string>(ticked);
	const chosen = rows.flatMap(({snapshot, state}, index) => state === 'send' && wanted.has(snapshot) ? [index] : []);
	if (chosen.length < wanted.size) {
		throw stalePlan(`plan ${id} does not send all of the snapshots that were asked for`);
	}

	return chosen;
}

type Confirmed = Pick<ConfirmedTarget, 'delta' | 'bases'>;

/** The plan's delta, computed anew and proven to be the planned one for the chosen rows. */
async function confirmPlan(source: Repository, target: Repository, plan: Plan, chosen: readonly number[], options: CallOptions): Promise<Confirmed> {
	if (source.config.repositoryId !== plan.source.repositoryId || target.config.repositoryId !== plan.target.repositoryId) {
		throw stalePlan('it was made for other repositories');
	}

	if (kinshipOfConfigs(source.config, target.config) !== plan.kinship) {
		throw stalePlan('the settings of one of them have changed');
	}

	const [inSource, inTarget] = await Promise.all([listSnapshots(source, options), listSnapshots(target, options)]);
	const sourceDigests = new Map(inSource.map(({snapshot, digest}) => [snapshot, digest]));
	const targetIds = new Set(inTarget.map(({snapshot}) => snapshot));
	for (const index of chosen) {
		const {snapshot, digest} = plan.rows[index]!;
		const now = sourceDigests.get(snapshot);
		if (now !== digest) {
			throw stalePlan(now === undefined ? `the source no longer has ${snapshot}` : `${snapshot} has changed in the source`);
		}

		if (targetIds.has(snapshot)) {
			throw stalePlan(`the target has received ${snapshot} meanwhile`);
		}
	}

	const sendable = plan.rows.filter(({state}) => state === 'send');
	const stillThere = sendable.filter(({snapshot, digest}) => sourceDigests.get(snapshot) === digest);
	if (stillThere.length < sendable.length) {
		throw stalePlan(`${sendable.length - stillThere.length} of its snapshots have gone from the source`);
	}

	const bySnapshot = new Map<string, SnapshotSummary>(inSource.map(summary => [summary.snapshot, summary]));
	const missing = sendable.map(({snapshot}) => bySnapshot.get(snapshot)!);
	const delta = await deltaOf({source, target, kinship: plan.kinship, inSource, inTarget}, missing, options);
	const [damage] = delta.damaged.values();
	if (damage !== undefined) {
		throw asPlakarError(damage);
	}

	const change = differenceOf(plan, classesIn(source.config, target.config, missing, delta), new Set(chosen));
	if (change !== undefined) {
		throw stalePlan(change);
	}

	return {delta, bases: plan.kinship === 'unrelated' ? basesOf(missing, inSource, inTarget) : []};
}

/** What moved between two groupings, as far as the chosen rows need it; undefined when nothing did. */
function differenceOf({classes: planned, rows}: Plan, now: readonly PlanClass[], chosen: ReadonlySet<number>): string | undefined {
	const ticks = tickCounter(rows.length, chosen);
	const needed = (classes: readonly PlanClass[]): Map<string, PlanClass> =>
		new Map(classes.filter(({runs}) => ticks.first(runs) >= 0).map(part => [part.runs.join(','), part]));
	const [before, after] = [needed(planned), needed(now)];
	for (const key of new Set([...before.keys(), ...after.keys()])) {
		const [a, b] = [before.get(key), after.get(key)];
		if (a?.fingerprint !== b?.fingerprint || a?.missing.bytes !== b?.missing.bytes || a?.missing.chunks !== b?.missing.chunks) {
			const difference = (b?.missing.chunks ?? 0) - (a?.missing.chunks ?? 0);
			return difference < 0 ? `the target has gained ${-difference} of its chunks` : `the target lacks ${difference} chunks that it had`;
		}
	}

	return undefined;
}

/**
 * Whether both sides hold `snapshots`, as their stored headers or, where these differ in any case, what they say and the
 * entries of their indexes prove.
 */
export async function holdSame(source: Repository, target: Repository, snapshots: readonly SnapshotId[], options: CallOptions): Promise<boolean> {
	const [inSource, inTarget] = await Promise.all([listSnapshots(source, options), listSnapshots(target, options)]);
	const kinship = kinshipOfConfigs(source.config, target.config);
	const [ours, theirs] = [inSource, inTarget].map(list => new Map<string, SnapshotSummary>(list.map(summary => [summary.snapshot, summary])));
	for (const snapshot of snapshots) {
		const [here, there] = [ours!.get(snapshot), theirs!.get(snapshot)];
		if (here === undefined || there === undefined || likenessOf(here, there, kinship) !== 'same') {
			return false;
		}

		const isTold = here.digest === there.digest || kinship !== 'unrelated' || here.header === undefined || there.header === undefined;
		if (!isTold && !await listSame({repository: source, header: here.header}, {repository: target, header: there.header}, options)) {
			return false;
		}
	}

	return true;
}
