// Applies a plan exactly as it was confirmed, or refuses it because the world moved.

import type {SnapshotId} from '../format/ids.js';
import type {CallOptions} from '../backends/contract.js';
import {PlakarError} from '../errors/plakar-error.js';
import type {Counters} from '../workers/counters.js';
import {classesOf, type Delta} from './delta.js';
import type {VerbOptions} from './events.js';
import {kinshipOfConfigs, likenessOf} from './identity.js';
import type {SnapshotSummary, TransferReport} from './jobs.js';
import {deltaOf} from './make-plan.js';
import {isBlocked, stalePlan, type Plan, type PlanClass} from './plan.js';
import {listSnapshots, type Repository} from './repository.js';
import {basesOf} from './rewrite/bases.js';
import {rewrite, type RewriteOutcome} from './rewrite/rewrite.js';
import {listSame} from './rewrite/twins.js';
import {transfer} from './transfer.js';

export type SyncInput = {
	readonly source: Repository;
	readonly target: Repository;
	readonly plan: Plan;
	/** Which of the plan's snapshots to send. */
	readonly ticked: readonly SnapshotId[];
	readonly counters: Counters;
};

/**
 * Sends the ticked snapshots of `plan`. Throws PLAN_STALE when either side changed in a way that matters, PLAN_BLOCKED,
 * what transfer throws and what rewrite answers as its error. When the plan is exact, the very bytes are written that
 * `pricePlan` shows for the ticked rows.
 */
export async function applyPlan({source, target, plan, ticked, counters}: SyncInput, options: VerbOptions): Promise<TransferReport> {
	const startedMs = performance.now();
	if (isBlocked(plan)) {
		const reasons = plan.checks.filter(({level}) => level === 'block').map(({topic, text}) => `${topic}: ${text}`);
		throw new PlakarError('PLAN_BLOCKED', {
			message: `The plan cannot be carried out: ${reasons.join('; ')}.`,
			hint: 'Nothing was written. Remove the reason, then plan again.',
		});
	}

	options.onEvent({type: 'phase', phase: 'plan'});
	const chosen = tickedRows(plan, ticked);
	const {delta, bases} = await confirmPlan(source, target, plan, chosen, options);
	const job = {source, target, delta, ticked: chosen, counters, options};
	const result: RewriteOutcome = plan.kinship === 'family' ? await transfer(job) : await rewrite({...job, kinship: plan.kinship, bases});
	if (result.error !== undefined) {
		throw result.error;
	}

	options.onEvent({type: 'phase', phase: 'receipt'});
	return {
		sourceLocation: source.location,
		targetLocation: target.location,
		planId: plan.id,
		snapshots: result.snapshots,
		recordsWritten: result.recordsWritten,
		bytesWritten: result.bytesWritten,
		retries: counters.get('retries'),
		receipt: await holdSame(source, target, result.snapshots, options),
		durationMs: performance.now() - startedMs,
	};
}

function tickedRows({rows, id}: Plan, ticked: readonly SnapshotId[]): number[] {
	const wanted = new Set<string>(ticked);
	const chosen = rows.flatMap(({snapshot, state}, index) => state === 'send' && wanted.has(snapshot) ? [index] : []);
	if (chosen.length < wanted.size) {
		throw stalePlan(`plan ${id} does not send all of the snapshots that were asked for`);
	}

	return chosen;
}

type Confirmed = {readonly delta: Delta; readonly bases: readonly SnapshotId[]};

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
	const change = differenceOf(plan.classes, classesOf(delta), new Set(chosen));
	if (change !== undefined) {
		throw stalePlan(change);
	}

	return {delta, bases: plan.kinship === 'unrelated' ? basesOf(missing, inSource, inTarget) : []};
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
