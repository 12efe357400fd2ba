// Applies a plan exactly as it was confirmed, or refuses it because the world moved.

import type {SnapshotId} from '../format/ids.js';
import type {CallOptions} from '../backends/contract.js';
import {PlakarError} from '../errors/plakar-error.js';
import {asPlakarError} from '../errors/revive.js';
import type {Counters} from '../workers/counters.js';
import {classesOf, computeDelta, type Delta} from './delta.js';
import type {VerbOptions} from './events.js';
import type {TransferReport} from './jobs.js';
import {isBlocked, stalePlan, type Plan, type PlanClass} from './plan.js';
import {listSnapshots, type Repository} from './repository.js';
import type {TransferTarget} from './transfer/receiver.js';
import {transfer} from './transfer/transfer.js';

export type PlannedTarget = {
	readonly target: Repository;
	readonly plan: Plan;
	/** Which of the plan's snapshots to send. */
	readonly ticked: readonly SnapshotId[];
};

export type SyncInput = PlannedTarget & {readonly source: Repository; readonly counters: Counters};

export type SyncManyInput = {readonly source: Repository; readonly targets: readonly PlannedTarget[]; readonly counters: Counters};

/** How one target ended: with `error`, the report tells what it received all the same. */
export type Applied = {readonly report: TransferReport; readonly error?: PlakarError | undefined};

/**
 * Sends the ticked snapshots of `plan`. Throws PLAN_STALE when either side changed in a way that matters, PLAN_BLOCKED,
 * and what transfer throws. Writes the very bytes that `pricePlan` shows for the ticked rows.
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
 * Applies one plan for each of `targets`, all from `source`, in one pass over it: what several of them lack is read once.
 * Each target is confirmed, written and committed by its own plan alone; one that fails does not stop the others.
 */
export async function applyPlans({source, targets, counters}: SyncManyInput, options: VerbOptions): Promise<Applied[]> {
	const startedMs = performance.now();
	options.onEvent({type: 'phase', phase: 'plan'});
	const confirmed: Array<TransferTarget | PlakarError> = [];
	const known = new Set<string>();
	for (const target of targets) {
		const {location, config: {repositoryId}} = target.target;
		confirmed.push(known.has(repositoryId) ? namedTwice(location) : await confirm(source, target, options).catch(asPlakarError));
		known.add(repositoryId);
	}

	const sound = confirmed.filter((target): target is TransferTarget => !(target instanceof PlakarError));
	const outcomes = sound.length === 0 ? [] : await transfer({source, targets: sound, counters, options});
	options.onEvent({type: 'phase', phase: 'receipt'});
	const applied: Applied[] = [];
	for (const [index, {target, plan}] of targets.entries()) {
		const entry = confirmed[index]!;
		const {snapshots, bytesWritten, recordsWritten, error} = entry instanceof PlakarError
			? {snapshots: [], bytesWritten: 0, recordsWritten: 0, error: entry}
			: outcomes[sound.indexOf(entry)]!;
		const same = error ?? await holdSame(source, target, snapshots, options).catch(asPlakarError);
		applied.push({
			report: {
				sourceLocation: source.location, targetLocation: target.location, planId: plan.id, snapshots, recordsWritten, bytesWritten,
				retries: counters.get('retries'), receipt: same === true, durationMs: performance.now() - startedMs,
			},
			error: same instanceof PlakarError ? same : undefined,
		});
	}

	return applied;
}

const namedTwice = (location: string): PlakarError => new PlakarError('REPOSITORY_SAME', {
	message: `${location} is among the targets already.`,
	hint: 'Name each repository once.',
});

/** The plan's delta as it is now, for the rows that are ticked. */
async function confirm(source: Repository, {target, plan, ticked}: PlannedTarget, options: VerbOptions): Promise<TransferTarget> {
	if (isBlocked(plan)) {
		const reasons = plan.checks.filter(({level}) => level === 'block').map(({topic, text}) => `${topic}: ${text}`);
		throw new PlakarError('PLAN_BLOCKED', {
			message: `The plan cannot be carried out: ${reasons.join('; ')}.`,
			hint: 'Nothing was written. Remove the reason, then plan again.',
		});
	}

	const chosen = tickedRows(plan, ticked);
	return {target, delta: await confirmPlan(source, target, plan, chosen, options), ticked: chosen};
}

function tickedRows({rows, id}: Plan, ticked: readonly SnapshotId[]): number[] {
	const wanted = new Set<string>(ticked);
	const chosen = rows.flatMap(({snapshot, state}, index) => state === 'send' && wanted.has(snapshot) ? [index] : []);
	if (chosen.length < wanted.size) {
		throw stalePlan(`plan ${id} does not send all of the snapshots that were asked for`);
	}

	return chosen;
}

/** The plan's delta, computed anew and proven to be the planned one for the chosen rows. */
async function confirmPlan(source: Repository, target: Repository, plan: Plan, chosen: readonly number[], options: CallOptions): Promise<Delta> {
	if (source.config.repositoryId !== plan.source.repositoryId || target.config.repositoryId !== plan.target.repositoryId) {
		throw stalePlan('it was made for other repositories');
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

	const delta = await computeDelta(source, target.backend, sendable.map(({snapshot}) => snapshot), options);
	const change = differenceOf(plan.classes, classesOf(delta), new Set(chosen));
	if (change !== undefined) {
		throw stalePlan(change);
	}

	return delta;
}

/** What moved between two groupings, as far as the chosen rows need it; undefined when nothing did. */
function differenceOf(planned: readonly PlanClass[], now: readonly PlanClass[], chosen: ReadonlySet<number>): string | undefined {
	const needed = (classes: readonly PlanClass[]): Map<string, PlanClass> =>
		new Map(classes.filter(({rows}) => rows.some(row => chosen.has(row))).map(part => [part.rows.join(','), part]));
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

/** Whether both sides hold `snapshots` with equal headers. */
export async function holdSame(source: Repository, target: Repository, snapshots: readonly SnapshotId[], options: CallOptions): Promise<boolean> {
	const [inSource, inTarget] = await Promise.all([listSnapshots(source, options), listSnapshots(target, options)]);
	const digests = new Map(inSource.map(({snapshot, digest}) => [snapshot, digest]));
	const held = new Map(inTarget.map(({snapshot, digest}) => [snapshot, digest]));
	return snapshots.every(snapshot => held.get(snapshot) !== undefined && held.get(snapshot) === digests.get(snapshot));
}
