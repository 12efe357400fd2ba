// Who holds what among several repositories, what each pair differs by, and the plan that makes them all equal.

import type {CallOptions} from '../../backends/contract.js';
import {throwIfAborted} from '../../errors/plakar-error.js';
import {asPlakarError, toPlainError, type PlainError} from '../../errors/revive.js';
import type {SnapshotId} from '../../format/ids.js';
import {likenessOf, sameRepository} from '../identity.js';
import type {SnapshotSummary} from '../jobs.js';
import {makePlan, shownOf} from '../make-plan.js';
import {isBlocked, pricePlan, sendableRows, type Kinship, type Plan, type PlanPrices, type PlanRow} from '../plan.js';
import {listSnapshots} from '../repository.js';
import {headOf, planMesh, type MeshPlan} from './mesh-plan.js';
import type {Opened} from './open-each.js';

export type Membership =
	| 'held'
	| 'lacking'
	/** Held with another content than elsewhere. */
	| 'conflict'
	/** Held, and cannot be read. */
	| 'damaged'
	/** The repository could not be reached. */
	| 'unknown';

export type MatrixColumn = {
	readonly location: string;
	/** Absent where it was not reached. */
	readonly repositoryId?: string | undefined;
	readonly snapshots: number;
	readonly freeBytes?: number | undefined;
	/** Why it could not be reached; its cells are `unknown` then. */
	readonly error?: PlainError | undefined;
};

export type MatrixRow = {
	readonly snapshot: SnapshotId;
	/** Absent where no passphrase was given. Texts are escaped for display. */
	readonly shown?: PlanRow['shown'];
	/** One for each column. */
	readonly cells: readonly Membership[];
	/** False where two hold it, store it otherwise, and only the passphrases could tell whether they hold the same. */
	readonly comparable: boolean;
};

/** What one repository could send to another. */
export type MatrixPair = {
	/** Positions in `columns`. */
	readonly source: number;
	readonly target: number;
	readonly kinship?: Kinship | undefined;
	readonly exact: boolean;
	readonly total: PlanPrices['total'];
	/** Why nothing can be sent, in words. */
	readonly obstacle?: string | undefined;
};

export type Matrix = {
	readonly columns: readonly MatrixColumn[];
	/** Newest first; those without a readable header last. */
	readonly rows: readonly MatrixRow[];
	/** Every ordered pair of columns that were reached. */
	readonly pairs: readonly MatrixPair[];
	readonly mesh: MeshPlan;
};

/** Throws REPOSITORY_SAME when two of the columns are one repository. */
export function assertDistinct({columns}: Pick<Matrix, 'columns'>): void {
	const known = new Map<string, string>();
	for (const {repositoryId, location} of columns) {
		const earlier = repositoryId === undefined ? undefined : known.get(repositoryId);
		if (earlier !== undefined) {
			throw sameRepository(earlier, location);
		}

		known.set(repositoryId ?? '', location);
	}
}

/** Whether some repository holds a snapshot that it cannot read. */
export const showsDamage = ({rows}: Matrix): boolean => rows.some(({cells}) => cells.includes('damaged'));

/** A plan between two columns, or why there can be none. */
export type PairPlan = {readonly source: number; readonly target: number; readonly plan?: Plan | undefined; readonly obstacle?: string | undefined};

/**
 * Compares every two of `repositories`; one that cannot be reached is a column with its error. `snapshots` narrows the
 * mesh to these. Throws CANCELLED. Cost: a sync plan for each ordered pair.
 */
export async function compareAll(repositories: readonly Opened[], snapshots: readonly SnapshotId[] | undefined, options: CallOptions = {}): Promise<Matrix> {
	const listings: SnapshotSummary[][] = [];
	const columns: MatrixColumn[] = [];
	for (const opened of repositories) {
		throwIfAborted(options.signal);
		const {listing, column} = await columnOf(opened, options);
		listings.push(listing);
		columns.push(column);
	}

	const plans = await planPairs(repositories, columns, options);
	return {
		columns,
		rows: rowsOf(columns, listings, plans),
		pairs: plans.map(pair => pairOf(pair)),
		mesh: planMesh(listings.map((listing, index) => columns[index]!.error === undefined ? headOf(listing) : undefined), plans, snapshots),
	};
}

async function columnOf({location, repository, error}: Opened, options: CallOptions): Promise<{listing: SnapshotSummary[]; column: MatrixColumn}> {
	try {
		if (repository === undefined) {
			throw error;
		}

		const listing = await listSnapshots(repository, options);
		return {listing, column: {location, repositoryId: repository.config.repositoryId, snapshots: listing.length, freeBytes: await repository.backend.freeSpace(options)}};
	} catch (failure) {
		throwIfAborted(options.signal);
		return {listing: [], column: {location, snapshots: 0, error: toPlainError(failure)}};
	}
}

async function planPairs(repositories: readonly Opened[], columns: readonly MatrixColumn[], options: CallOptions): Promise<PairPlan[]> {
	const plans: PairPlan[] = [];
	for (const [source, {repository: from}] of repositories.entries()) {
		for (const [target, {repository: to}] of repositories.entries()) {
			if (source === target || from === undefined || to === undefined || columns[source]!.error !== undefined || columns[target]!.error !== undefined) {
				continue;
			}

			try {
				const plan = await makePlan(from, to, undefined, options);
				plans.push({source, target, plan, obstacle: isBlocked(plan) ? plan.checks.find(({level}) => level === 'block')!.text : undefined});
			} catch (error) {
				throwIfAborted(options.signal);
				plans.push({source, target, obstacle: asPlakarError(error).message});
			}
		}
	}

	return plans;
}

function pairOf({source, target, plan, obstacle}: PairPlan): MatrixPair {
	return plan === undefined
		? {source, target, exact: false, total: {snapshots: 0, chunks: 0, objects: 0, bytes: 0}, obstacle}
		: {source, target, kinship: plan.kinship, exact: plan.exact, total: pricePlan(plan, new Set(sendableRows(plan))).total, obstacle};
}

const newestFirst = (a: MatrixRow, b: MatrixRow): number => {
	const [left, right] = [a.shown?.created ?? '', b.shown?.created ?? ''];
	return left === right ? (a.snapshot < b.snapshot ? -1 : 1) : (left < right ? 1 : -1);
};

function rowsOf(columns: readonly MatrixColumn[], listings: ReadonlyArray<readonly SnapshotSummary[]>, plans: readonly PairPlan[]): MatrixRow[] {
	const cells = new Map<SnapshotId, Membership[]>();
	const shown = new Map<SnapshotId, PlanRow['shown']>();
	for (const [index, listing] of listings.entries()) {
		for (const summary of listing) {
			const {snapshot, problem} = summary;
			const row = cells.get(snapshot) ?? columns.map(({error}): Membership => error === undefined ? 'lacking' : 'unknown');
			row[index] = problem === undefined ? 'held' : 'damaged';
			cells.set(snapshot, row);
			shown.set(snapshot, shown.get(snapshot) ?? shownOf(summary));
		}
	}

	markDifferences(cells, plans);
	const unknown = incomparable(listings, plans);
	return [...cells].map(([snapshot, row]): MatrixRow => ({snapshot, shown: shown.get(snapshot), cells: row, comparable: !unknown.has(snapshot)})).sort(newestFirst);
}

/** Sets the cells that only a comparison can tell. Damage is said of one holder, whatever it was compared with. */
function markDifferences(cells: ReadonlyMap<SnapshotId, Membership[]>, plans: readonly PairPlan[]): void {
	const set = (snapshot: SnapshotId, column: number, membership: Membership): void => {
		const row = cells.get(snapshot);
		if (row !== undefined && row[column] !== 'damaged') {
			row[column] = membership;
		}
	};

	for (const {source, target, plan} of plans) {
		for (const {snapshot, state} of plan?.rows ?? []) {
			if (state === 'conflict') {
				set(snapshot, source, 'conflict');
				set(snapshot, target, 'conflict');
			} else if (state !== 'send') {
				set(snapshot, state === 'damaged' ? source : target, 'damaged');
			}
		}
	}
}

/** The snapshots that some pair holds without being able to tell whether they are the same. */
function incomparable(listings: ReadonlyArray<readonly SnapshotSummary[]>, plans: readonly PairPlan[]): ReadonlySet<SnapshotId> {
	const unknown = new Set<SnapshotId>();
	const byId = listings.map(listing => new Map(listing.map(summary => [summary.snapshot, summary])));
	for (const {source, target, plan} of plans) {
		for (const [snapshot, here] of plan === undefined ? [] : byId[source]!) {
			const there = byId[target]!.get(snapshot);
			if (there !== undefined && likenessOf(here, there, plan!.kinship) === 'unknown') {
				unknown.add(snapshot);
			}
		}
	}

	return unknown;
}
