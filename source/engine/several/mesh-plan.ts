// The transfers after which several repositories hold the union of their snapshots: which source serves which target.

import {blake3} from '../../format/hashing.js';
import type {SnapshotId} from '../../format/ids.js';
import type {SnapshotSummary} from '../jobs.js';
import {pricePlan, sendableRows, type Plan, type PlanPrices} from '../plan.js';
import type {PairPlan} from './matrix.js';

export type MeshTransfer = {
	/** Positions among the repositories. */
	readonly source: number;
	readonly target: number;
	readonly plan: Plan;
	/** Those of the plan's snapshots that this transfer sends. */
	readonly snapshots: readonly SnapshotId[];
	readonly total: PlanPrices['total'];
};

/** A snapshot that some repository will lack all the same, and why, in words. */
export type MeshSkip = {readonly snapshot: SnapshotId; readonly reason: string};

/** A holder that cannot read its copy: nothing is sent over it. */
export type MeshDamage = {
	readonly snapshot: SnapshotId;
	/** Positions among the repositories; `soundIn` is who can heal it. */
	readonly holder: number;
	readonly soundIn: readonly number[];
};

export type MeshPlan = {
	/** By repository: a digest of what it held; undefined for one that could not be reached. */
	readonly heads: ReadonlyArray<string | undefined>;
	/** In the order of sending. */
	readonly transfers: readonly MeshTransfer[];
	readonly skipped: readonly MeshSkip[];
	readonly damaged: readonly MeshDamage[];
	readonly bytes: number;
	/** Whether exactly `bytes` will be written; else at most about so many, for sources of one target may share records. */
	readonly exact: boolean;
};

/** Equal for equal sets of snapshots with equal headers. */
export function headOf(listing: readonly SnapshotSummary[]): string {
	const lines = listing.map(({snapshot, digest}) => `${snapshot} ${digest}`).sort();
	return Buffer.from(blake3(Buffer.from(lines.join('\n')))).toString('hex', 0, 16);
}

type Offer = {readonly source: number; readonly plan: Plan; readonly sends: ReadonlySet<SnapshotId>};

/** Records that fit as they are stored come first, then those whose bytes are known, then the rest. */
const costRank = ({kinship, exact}: Plan): number => kinship === 'family' ? 0 : exact ? 1 : 2;

/**
 * For each target and each snapshot that it lacks: the cheapest kin that holds it sound; among equals the one that has
 * most of what is missing, then the first. A snapshot in conflict anywhere is sent nowhere: nobody can say which is meant.
 * One that is damaged somewhere is sent on from where it is sound. One that some target cannot take is sent to the others.
 */
export function planMesh(heads: ReadonlyArray<string | undefined>, pairs: readonly PairPlan[], wanted: readonly SnapshotId[] | undefined): MeshPlan {
	const chosen = wanted === undefined ? undefined : new Set(wanted);
	const skipped = new Map<SnapshotId, string>();
	for (const {plan} of pairs) {
		for (const {snapshot, state, reason} of plan?.rows ?? []) {
			if (state === 'conflict' && (chosen?.has(snapshot) ?? true)) {
				skipped.set(snapshot, reason ?? 'same id, other content');
			}
		}
	}

	const inConflict = new Set(skipped.keys());
	const transfers: MeshTransfer[] = [];
	for (const target of heads.keys()) {
		const incoming = pairs.filter(pair => pair.target === target);
		const held = new Set(incoming.flatMap(({plan}) => Object.keys(plan?.target.snapshots ?? {})));
		const missing = new Set(incoming.flatMap(({plan}) => plan?.rows ?? [])
			.filter(({snapshot}) => !held.has(snapshot) && !inConflict.has(snapshot) && (chosen?.has(snapshot) ?? true))
			.map(({snapshot}) => snapshot));
		const offers = incoming.flatMap(({source, plan, obstacle}): Offer[] =>
			plan === undefined || obstacle !== undefined ? [] : [{source, plan, sends: new Set(sendableRows(plan).map(row => plan.rows[row]!.snapshot))}]);
		transfers.push(...assign(target, missing, offers));
		for (const snapshot of missing) {
			const refusal = incoming.find(({plan, obstacle}) => obstacle !== undefined && plan?.rows.some(row => row.snapshot === snapshot))?.obstacle;
			const reason = refusal ?? 'damaged in every repository that holds it';
			const earlier = skipped.get(snapshot);
			skipped.set(snapshot, earlier === undefined || earlier === reason ? reason : `${earlier}; ${reason}`);
		}
	}

	const targets = transfers.map(({target}) => target);
	return {
		heads,
		transfers: transfers.sort((a, b) => a.source - b.source || a.target - b.target),
		skipped: [...skipped].map(([snapshot, reason]) => ({snapshot, reason})),
		damaged: damageIn(pairs).filter(({snapshot}) => chosen?.has(snapshot) ?? true),
		bytes: transfers.reduce((sum, {total: {bytes}}) => sum + bytes, 0),
		exact: new Set(targets).size === targets.length && transfers.every(({plan}) => plan.exact),
	};
}

/** Every damaged copy that the pairs' plans met, by holder, with those who hold the snapshot sound. O(rows of all plans). */
function damageIn(pairs: readonly PairPlan[]): MeshDamage[] {
	const sound = new Map<SnapshotId, Set<number>>();
	const damaged = new Map<number, Set<SnapshotId>>();
	for (const {source, target, plan} of pairs) {
		for (const {snapshot, state} of plan?.rows ?? []) {
			if (state === 'send' || state === 'damaged-there') {
				sound.set(snapshot, (sound.get(snapshot) ?? new Set()).add(source));
			}

			if (state === 'damaged' || state === 'damaged-there') {
				const holder = state === 'damaged' ? source : target;
				damaged.set(holder, (damaged.get(holder) ?? new Set()).add(snapshot));
			}
		}
	}

	return [...damaged].sort(([a], [b]) => a - b).flatMap(([holder, snapshots]) =>
		[...snapshots].map(snapshot => ({snapshot, holder, soundIn: [...sound.get(snapshot) ?? []].filter(other => other !== holder).sort((a, b) => a - b)})));
}

/** Removes from `missing` what the transfers send. */
function assign(target: number, missing: Set<SnapshotId>, offers: readonly Offer[]): MeshTransfer[] {
	const transfers: MeshTransfer[] = [];
	for (;;) {
		const [best] = offers
			.map(offer => ({...offer, snapshots: [...missing].filter(snapshot => offer.sends.has(snapshot))}))
			.filter(({snapshots}) => snapshots.length > 0)
			.sort((a, b) => costRank(a.plan) - costRank(b.plan) || b.snapshots.length - a.snapshots.length || a.source - b.source);
		if (best === undefined) {
			return transfers;
		}

		const {source, plan, snapshots} = best;
		const ticked = new Set(snapshots);
		const rows = plan.rows.flatMap((row, index) => ticked.has(row.snapshot) ? [index] : []);
		transfers.push({source, target, plan, snapshots: rows.map(row => plan.rows[row]!.snapshot), total: pricePlan(plan, new Set(rows)).total});
		for (const snapshot of snapshots) {
			missing.delete(snapshot);
		}
	}
}
