// What the plan screen shows: one plan, or two when both directions were asked for, each with its own ticks.

import {sendableRows, type Plan} from '../../engine/plan.js';
import type {PlainError} from '../../errors/revive.js';
import type {SnapshotId} from '../../format/ids.js';

/** One direction of the plan: the first goes from source to target, the second back. */
export type Leg = {
	readonly plan: Plan;
	/** Positions of ticked rows. */
	readonly ticked: ReadonlySet<number>;
	/** How fast a run may be expected to be; undefined before there was one that tells. */
	readonly rate?: KnownRate | undefined;
	/** No run tells how fast, so it is being measured, or will be once something is ticked. */
	readonly isMeasuring: boolean;
};

/** How the rate is known, the surest first. Of the probes, none has written anything. */
export type RateBasis =
	/** The last run between these two. */
	| 'pair'
	/** The last run from another source to this target. */
	| 'target'
	/** The slower of what could be read on both sides. */
	| 'probe'
	/** What could be read on the only side that could be measured. */
	| 'probe of the source' | 'probe of the target'
	/** Both were read faster than a sync writes: what syncs do otherwise. */
	| 'usual';

export type KnownRate = {readonly bytesPerSecond: number; readonly basis: RateBasis};

/** One line of the list: a row of a leg, or a snapshot that only the target has while the plan goes one way. */
export type PlanEntry =
	| {readonly kind: 'row'; readonly leg: number; readonly row: number}
	| {readonly kind: 'only-in-target'; readonly snapshot: string};

export type PlanState = {
	readonly status: 'computing' | 'ready' | 'failed';
	readonly problem?: PlainError | undefined;
	/** What was asked for: the same again when the plan is made anew. All that are missing when undefined. */
	readonly wanted?: readonly SnapshotId[] | undefined;
	/** The repositories that it is made for, whatever other screens look at meanwhile. */
	readonly source: number;
	readonly target: number;
	/** None until it is ready. */
	readonly legs: readonly Leg[];
	/** Made once for the legs at hand. */
	readonly entries: readonly PlanEntry[];
	/** Whether the way back is being computed. */
	readonly isAddingBack: boolean;
	readonly cursor: number;
	/** Where the keys for moving go. */
	readonly focus: 'rows' | 'checks';
	/** The first check shown. */
	readonly checksScroll: number;
	/** What its run may write from its start on, each way; 0 for no limit. */
	readonly limitBytesPerSecond: number;
	/** When it appeared: a key pressed before that was not meant for it. */
	readonly readyAtMs: number;
};

export const emptyPlan: PlanState = {
	status: 'computing', source: 0, target: 0, legs: [], entries: [], isAddingBack: false, cursor: 0, focus: 'rows', checksScroll: 0, limitBytesPerSecond: 0, readyAtMs: 0,
};

/** A plan with all its rows ticked, to be measured where it is not known how fast it can go. */
export function legOf(plan: Plan, rate?: KnownRate): Leg {
	return {plan, ticked: new Set(sendableRows(plan)), rate, isMeasuring: rate === undefined};
}

/** The lines of the list. O(snapshots of both sides). */
export function entriesOf(legs: readonly Leg[]): PlanEntry[] {
	const [first] = legs;
	const refused = new Set(first?.plan.rows.flatMap(({snapshot, state}) => state === 'send' ? [] : [snapshot]));
	const rows = legs.flatMap(({plan}, leg) => plan.rows.flatMap((planRow, row): PlanEntry[] =>
		// A conflict or a damaged copy is one thing, whichever way one looks.
		leg > 0 && planRow.state !== 'send' && refused.has(planRow.snapshot) ? [] : [{kind: 'row', leg, row}]));
	if (first === undefined || legs.length > 1) {
		return rows;
	}

	const {source, target} = first.plan;
	const only = Object.keys(target.snapshots).filter(snapshot => !Object.hasOwn(source.snapshots, snapshot));
	return [...rows, ...only.map((snapshot): PlanEntry => ({kind: 'only-in-target', snapshot}))];
}

/** A plan made anew with the ticks of the former one: rows that were not there before stay unticked. */
export function keepTicks(plan: Plan, former: Leg): {readonly leg: Leg; readonly gone: number; readonly added: number} {
	const before = new Map(former.plan.rows.map(({snapshot, state}, row) => [snapshot, state === 'send' && former.ticked.has(row)]));
	const sendable = sendableRows(plan);
	const ticked = new Set(sendable.filter(row => before.get(plan.rows[row]!.snapshot) === true));
	const now = new Set(sendable.map(row => plan.rows[row]!.snapshot));
	return {
		leg: {...former, plan, ticked},
		gone: sendableRows(former.plan).filter(row => !now.has(former.plan.rows[row]!.snapshot)).length,
		added: sendable.filter(row => !before.has(plan.rows[row]!.snapshot)).length,
	};
}
