// A heal plan as a document: which damaged records would be rewritten, from where, which cannot be, and what is whole then.

import {blake3} from '../../format/hashing.js';
import type {RecordId, RecordKind, SnapshotId} from '../../format/ids.js';
import type {Finding} from '../finding.js';
import type {Kinship} from '../plan.js';

/** What a plan is made from: of a finding, all but its paths. */
export type Defect = Pick<Finding, 'kind' | 'severity' | 'id' | 'reason' | 'snapshots' | 'pathCount'>;

export const defectOf = ({kind, severity, id, reason, snapshots, pathCount}: Finding): Defect => ({kind, severity, id, reason, snapshots, pathCount});

export type Damage =
	| 'corrupt' | 'missing'
	/** The medium failed to read it: that is no proof of corruption. */
	| 'unreadable'
	/** Its content is sound, but the medium counts fewer references than snapshots need it. */
	| 'unlinked'
	/** Nothing that a rewritten record could mend. */
	| 'other';

export type HealRow = {
	/** Absent where the defect is about no single record. */
	readonly kind?: RecordKind | undefined;
	readonly id: string;
	readonly damage: Damage;
	/** What is wrong with it, escaped for display. */
	readonly reason: string;
	/** Stored bytes that would be written; 0 where nothing would be. */
	readonly sizeBytes: number;
	/** Where the sound bytes come from: the other repository, or its own record where only its references are broken. */
	readonly origin?: 'source' | 'own' | undefined;
	/** Why it cannot be healed, in words; absent where it can. */
	readonly cannot?: string | undefined;
	readonly snapshots: number;
	readonly paths: number;
};

/** A row that is to be written. */
export type HealableRow = HealRow & {readonly kind: RecordKind; readonly id: RecordId; readonly origin: 'source' | 'own'};

export type HealSide = {readonly location: string; readonly repositoryId: string};

export type HealPlan = {
	readonly version: 1;
	/** 8 hex digits, made from the content. */
	readonly id: string;
	readonly createdAtMs: number;
	readonly source: HealSide;
	readonly target: HealSide;
	readonly kinship: Exclude<Kinship, 'unrelated'>;
	/** `plaintext`: the copies' content was hashed. `stored`: without the passphrase, the digests of their stored bytes. */
	readonly proof: 'plaintext' | 'stored';
	/** Damaged records that were read even where the medium had failed to read them are rewritten too. */
	readonly rewritesUnreadable: boolean;
	/** What can be healed first; each part in the order of the findings. */
	readonly rows: readonly HealRow[];
	/** Snapshots that lose something now and nothing afterwards, as far as the findings tell. */
	readonly whole: readonly SnapshotId[];
	/** Snapshots that still lose something afterwards. */
	readonly broken: readonly SnapshotId[];
};

/** How a heal ended. A row that was not reached is in neither list. */
export type HealReport = {
	readonly sourceLocation: string;
	readonly targetLocation: string;
	readonly planId: string;
	/** Records that were written, read again and proven. */
	readonly healed: number;
	/** Records that were written and are not sound, read again: the medium is to be looked at. */
	readonly unproven: ReadonlyArray<{readonly kind: RecordKind; readonly id: RecordId; readonly reason: string}>;
	/** Rows of the plan that were not reached. */
	readonly left: number;
	/** Rows of the plan that cannot be healed. */
	readonly cannot: number;
	readonly bytesWritten: number;
	readonly retries: number;
	/** Everything that can be healed was written, read again and is sound. */
	readonly receipt: boolean;
	readonly durationMs: number;
};

const isHealable = (row: HealRow): row is HealableRow => row.cannot === undefined && row.kind !== undefined && row.origin !== undefined;

export const healableRows = ({rows}: Pick<HealPlan, 'rows'>): HealableRow[] => rows.filter(row => isHealable(row));

/** Stored bytes that applying the plan writes; exact in a family. */
export const healBytes = (plan: Pick<HealPlan, 'rows'>): number => healableRows(plan).reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);

/** The plan with its id. */
export function identified(plan: Omit<HealPlan, 'id'>): HealPlan {
	const {createdAtMs: _, ...content} = plan;
	return {...plan, id: Buffer.from(blake3(Buffer.from(JSON.stringify(content)))).toString('hex', 0, 4)};
}
