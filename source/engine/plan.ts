// A sync plan as a document: what would be sent, what each snapshot costs, and what it was computed from.

import {PlakarError} from '../errors/plakar-error.js';
import type {SnapshotId} from '../format/ids.js';
import {formatBytes} from '../format/units.js';

/** How two repositories' ids relate, and so how records move. */
export type Kinship =
	/** Same keys, hash, chunking and compression: records are copied as they are stored; no passphrase needed. */
	| 'family'
	/** Same ids, other sealing: records are opened and sealed anew; which ones is exact, their bytes are an estimate. */
	| 'same-ids'
	/** Other ids: content is cut and named anew; the delta is told by the source's names and is an estimate. */
	| 'unrelated';

export type PlanSide = {
	readonly location: string;
	readonly repositoryId: string;
	/** Header digest by snapshot, at the time of planning. */
	readonly snapshots: Readonly<Record<string, string>>;
	readonly encrypted: boolean;
};

export type PlanRowState =
	| 'send'
	/** Same UUID, other content: never overwritten. */
	| 'conflict'
	/** Cannot be sent: its header or reference list is damaged in the source. */
	| 'damaged'
	/** The target holds it with a header that is damaged, the source a sound one: heal mends that, a sync never overwrites. */
	| 'damaged-there';

export type PlanRow = {
	readonly snapshot: SnapshotId;
	readonly state: PlanRowState;
	/** Header digest in the source. */
	readonly digest: string;
	/** Absent without the source's passphrase. Texts are escaped for display. */
	readonly shown?: {readonly created: string; readonly origin: string; readonly paths: readonly string[]; readonly tag?: string; readonly files: number; readonly sizeBytes: number} | undefined;
	/** Everything the snapshot references, whether the target has it or not. */
	readonly needs: {readonly chunks: number; readonly objects: number; readonly bytes: number};
	/** Its header and reference list, which always move with it. */
	readonly ownBytes: number;
	readonly reason?: string;
};

export type Price = {readonly chunks: number; readonly objects: number; readonly bytes: number};

/** Records that are needed by exactly the same rows. */
export type PlanClass = {
	/** Which rows, as runs of neighbours: first, last, first, last…, both ends meant, ascending. Real classes are few runs, however long. */
	readonly runs: readonly number[];
	/** Those that the target lacks. */
	readonly missing: Price;
	/** Those that it has. */
	readonly present: Price;
	/** Exclusive or of the missing records' ids: equal runs, prices and fingerprint mean the same records. */
	readonly fingerprint: string;
};

export type PlanCheckLevel = 'ok' | 'note' | 'warn' | 'block';
export type PlanCheck = {readonly level: PlanCheckLevel; readonly topic: string; readonly text: string};

export type Plan = {
	readonly version: 1;
	/** 8 hex digits, made from the content. */
	readonly id: string;
	readonly createdAtMs: number;
	readonly source: PlanSide;
	readonly target: PlanSide;
	readonly kinship: Kinship;
	/** Whether the bytes are those that will be written, to the byte. */
	readonly exact: boolean;
	/** Oldest first: the order of sending. */
	readonly rows: readonly PlanRow[];
	readonly classes: readonly PlanClass[];
	readonly checks: readonly PlanCheck[];
	/** Undefined when the medium cannot say. */
	readonly freeBytes?: number | undefined;
	/** Snapshots that only the target has. */
	readonly onlyInTarget: number;
	/** Snapshots that both have. */
	readonly inBoth: number;
};

export type PlanPrices = {
	/** By row: what it adds when rows are sent in order; sums to `total`. Zero for rows that are not ticked. */
	readonly sends: readonly Price[];
	/** By row: what would not be sent if this one row were unticked. */
	readonly untickSaves: readonly Price[];
	readonly total: Price & {readonly snapshots: number};
	/** Distinct records that the ticked rows need and the target has already. */
	readonly alreadyThere: Price;
};

type MutablePrice = {chunks: number; objects: number; bytes: number};
const nothing = (): MutablePrice => ({chunks: 0, objects: 0, bytes: 0});

function charge(price: MutablePrice, {chunks, objects, bytes}: Price): void {
	price.chunks += chunks;
	price.objects += objects;
	price.bytes += bytes;
}

/** The runs of ascending `rows`. */
export function runsOf(rows: readonly number[]): number[] {
	const runs: number[] = [];
	for (const row of rows) {
		if (runs.length > 0 && runs.at(-1) === row - 1) {
			runs[runs.length - 1] = row;
		} else {
			runs.push(row, row);
		}
	}

	return runs;
}

/** Whether `row` is in one of `runs`. */
export function isInRuns(runs: readonly number[], row: number): boolean {
	for (let at = 0; at < runs.length; at += 2) {
		if (row >= runs[at]! && row <= runs[at + 1]!) {
			return true;
		}
	}

	return false;
}

/** Answers how many of a class's rows are ticked, and the first of them. O(runs) each, O(rows) to make. */
export function tickCounter(rowCount: number, ticked: ReadonlySet<number>): {count(runs: readonly number[]): number; first(runs: readonly number[]): number} {
	const before = new Uint32Array(rowCount + 1);
	const next = new Uint32Array(rowCount + 1).fill(rowCount);
	for (let row = 0; row < rowCount; row++) {
		before[row + 1] = before[row]! + (ticked.has(row) ? 1 : 0);
	}

	for (let row = rowCount - 1; row >= 0; row--) {
		next[row] = ticked.has(row) ? row : next[row + 1]!;
	}

	return {
		count(runs) {
			let count = 0;
			for (let at = 0; at < runs.length; at += 2) {
				count += before[runs[at + 1]! + 1]! - before[runs[at]!]!;
			}

			return count;
		},
		first(runs) {
			for (let at = 0; at < runs.length; at += 2) {
				if (next[runs[at]!]! <= runs[at + 1]!) {
					return next[runs[at]!]!;
				}
			}

			return -1;
		},
	};
}

/** What the rows cost when those in `ticked` are sent. O(rows + runs of all classes): instant while ticking. */
export function pricePlan({rows, classes}: {readonly rows: ReadonlyArray<Pick<PlanRow, 'ownBytes'>>; readonly classes: Plan['classes']}, ticked: ReadonlySet<number>): PlanPrices {
	const sends = rows.map(nothing);
	const untickSaves = rows.map(nothing);
	const total = {...nothing(), snapshots: 0};
	const alreadyThere = nothing();
	for (const [index, row] of rows.entries()) {
		if (ticked.has(index)) {
			const own = {chunks: 0, objects: 0, bytes: row.ownBytes};
			charge(sends[index]!, own);
			charge(untickSaves[index]!, own);
			charge(total, own);
			total.snapshots++;
		}
	}

	const ticks = tickCounter(rows.length, ticked);
	for (const {runs, missing, present} of classes) {
		const first = ticks.first(runs);
		if (first >= 0) {
			charge(sends[first]!, missing);
			charge(total, missing);
			charge(alreadyThere, present);
			if (ticks.count(runs) === 1) {
				charge(untickSaves[first]!, missing);
			}
		}
	}

	return {sends, untickSaves, total, alreadyThere};
}

/** Whether what is sealed in the source will be readable to whoever gets at the target's files. */
export const exposesContent = ({source, target}: Pick<Plan, 'source' | 'target'>): boolean => source.encrypted && !target.encrypted;

/** The rows that may be ticked. */
export const sendableRows = ({rows}: Pick<Plan, 'rows'>): number[] =>
	rows.flatMap((row, index) => row.state === 'send' ? [index] : []);

/** Whether planning met a snapshot that cannot be read on one of the sides. */
export const showsDamage = ({rows}: Pick<Plan, 'rows'>): boolean => rows.some(({state}) => state === 'damaged' || state === 'damaged-there');

export const isBlocked = ({checks}: Pick<Plan, 'checks'>): boolean => checks.some(({level}) => level === 'block');

const spaceTopic = 'space';

/** Whether `neededBytes` fit what is free. */
export function spaceCheck({freeBytes, exact}: Pick<Plan, 'freeBytes' | 'exact'>, neededBytes: number): PlanCheck {
	if (freeBytes === undefined) {
		return {level: 'note', topic: spaceTopic, text: 'unknown: this medium does not tell its free space'};
	}

	const about = exact ? '' : 'about ';
	return neededBytes > freeBytes
		// An estimate may be far too high: it must not stand in the way.
		? {level: exact ? 'block' : 'warn', topic: spaceTopic, text: `${about}${formatBytes(neededBytes)} are needed and ${formatBytes(freeBytes)} are free`}
		: {level: 'ok', topic: spaceTopic, text: `${about}${formatBytes(freeBytes - neededBytes)} left afterwards`};
}

/** The plan's checks as they stand when `neededBytes` are sent: unticking may make room. */
export const checksFor = (plan: Pick<Plan, 'checks' | 'freeBytes' | 'exact'>, neededBytes: number): PlanCheck[] =>
	plan.checks.map(check => check.topic === spaceTopic ? spaceCheck(plan, neededBytes) : check);

/** PLAN_STALE: `changed` says in words what is different from the plan. */
export const stalePlan = (changed: string): PlakarError => new PlakarError('PLAN_STALE', {
	message: `The plan no longer fits: ${changed}.`,
	hint: 'Nothing was written. Make the plan again and review it.',
	context: {changed},
});
