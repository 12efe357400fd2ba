// One source and several targets: a plan for each, applied in one pass over the source; who fails is named, the rest goes on.

import type {CallOptions} from '../../backends/contract.js';
import {throwIfAborted} from '../../errors/plakar-error.js';
import {toPlainError} from '../../errors/revive.js';
import type {SnapshotId} from '../../format/ids.js';
import type {Counters} from '../../workers/counters.js';
import type {VerbOptions} from '../events.js';
import type {PlanOutcome, TargetOutcome} from '../jobs.js';
import {makePlan} from '../make-plan.js';
import type {Plan} from '../plan.js';
import type {Repository} from '../repository.js';
import {applyPlans, type Applied, type PlannedTarget} from '../sync.js';
import type {Opened} from './open-each.js';

/** One plan for each target, in order, or why there is none. Throws CANCELLED. */
export async function planEach(source: Repository, targets: readonly Opened[], snapshots: readonly SnapshotId[] | undefined, options: CallOptions): Promise<PlanOutcome[]> {
	const outcomes: PlanOutcome[] = [];
	for (const {location, repository, error} of targets) {
		throwIfAborted(options.signal);
		try {
			if (repository === undefined) {
				throw error;
			}

			outcomes.push({location, plan: await makePlan(source, repository, snapshots, options)});
		} catch (failure) {
			outcomes.push({location, error: toPlainError(failure)});
		}
	}

	throwIfAborted(options.signal);
	return outcomes;
}

export type EachTarget = {readonly opened: Opened; readonly plan: Plan; readonly ticked: readonly SnapshotId[]};

/** Applies each target's plan, all in one pass over `source`; outcomes in the order of `targets`. */
export async function syncEach(source: Repository, targets: readonly EachTarget[], counters: Counters, options: VerbOptions): Promise<TargetOutcome[]> {
	const reachable = targets.flatMap(({opened: {repository}, plan, ticked}): PlannedTarget[] => repository === undefined ? [] : [{target: repository, plan, ticked}]);
	const applied = await applyPlans({source, targets: reachable, counters}, options);
	const results = applied.values();
	return targets.map(({opened: {location, repository, error}}) =>
		repository === undefined ? {location, error: toPlainError(error)} : outcomeOf(results.next().value!));
}

export const outcomeOf = ({report, error}: Applied): TargetOutcome => ({
	location: report.targetLocation, report, ...(error === undefined ? {} : {error: toPlainError(error)}),
});
