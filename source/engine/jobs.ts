// The verbs as messages: what a job is asked and what it answers, safe to send to another thread.

import type {SnapshotHeader} from '../format/snapshot-header.js';
import type {RecordId, SharedKind, SnapshotId} from '../format/ids.js';
import type {PathBytes} from '../format/paths.js';
import type {PlainError} from '../errors/revive.js';
import type {LockHolder, StoredSize} from '../backends/contract.js';
import type {CheckLevel, CheckReport} from './finding.js';
import type {Defect, HealPlan, HealReport} from './heal/heal-plan.js';
import type {Verified} from './ledger/verified.js';
import type {Plan} from './plan.js';
import type {Matrix} from './several/matrix.js';
import type {MeshPlan, MeshSkip} from './several/mesh-plan.js';

/** A repository and, where content is to be read, its passphrase. */
export type RepositoryAccess = {readonly location: string; readonly passphrase?: string | undefined};

export type SnapshotSummary = {
	readonly snapshot: SnapshotId;
	/** Digest of the stored header: equal digests under one id mean the same snapshot; see likenessOf for different ones. */
	readonly digest: string;
	/** Absent without the passphrase, or when `problem` says why. */
	readonly header?: SnapshotHeader | undefined;
	readonly problem?: PlainError | undefined;
};

export type RepositorySummary = {
	readonly location: string;
	readonly scheme: string;
	readonly repositoryId: string;
	readonly familyId: string;
	readonly created: string;
	readonly encrypted: boolean;
	/** Whether content can be read: not encrypted, or opened with its passphrase. */
	readonly opened: boolean;
	readonly hashing: string;
	readonly chunking: string;
	readonly compression: string;
	/** Equal where the keys are the same; undefined when not encrypted. */
	readonly canary?: string | undefined;
	readonly unfinishedClone: boolean;
	readonly freeBytes?: number | undefined;
	/** What it takes on its medium, where that can be told at once. */
	readonly stored?: StoredSize | undefined;
	readonly locks: readonly LockHolder[];
	readonly unfinishedTransactions: number;
	/** How much of it was proven lately, as far as checks from this machine tell; absent when there was none. */
	readonly verified?: Verified | undefined;
	/** Newest first; those without a readable header last. */
	readonly snapshots: readonly SnapshotSummary[];
};

export type SnapshotTarget = {readonly snapshot: SnapshotId; /** Only this path and what is below it. */ readonly path?: PathBytes | undefined};

export type RecordName = {readonly kind: SharedKind; readonly id: RecordId};

/** Records that are looked for at once: one request of a list of findings. */
export const maximumLocated = 512;

/** Another repository that holds a record: it is there, and proven only where `provenAt` says so. */
export type RecordCopy = {
	readonly id: RecordId;
	readonly location: string;
	readonly sizeBytes: number;
	/** When it was last proven there, RFC 3339; absent when the ledger does not know. */
	readonly provenAt?: string | undefined;
};

export type JobRequest =
	| {readonly verb: 'describe'; readonly repository: RepositoryAccess}
	| {readonly verb: 'create'; readonly location: string; /** Encrypted when given. */ readonly passphrase?: string | undefined}
	/** Builds two small repositories in an empty folder, and damages one chunk. */
	| {readonly verb: 'demo'; readonly folder: string}
	| {readonly verb: 'push'; readonly repository: RepositoryAccess; readonly paths: readonly string[]; readonly tag?: string | undefined; readonly useCache: boolean; readonly commandLine: string}
	| {readonly verb: 'plan'; readonly source: RepositoryAccess; readonly target: RepositoryAccess; /** All that are missing when absent. */ readonly snapshots?: readonly SnapshotId[] | undefined}
	/** How fast the records of `snapshot` can be read, for an estimate: about 2 s, nothing is written. */
	| {readonly verb: 'probe'; readonly source: RepositoryAccess; readonly target: RepositoryAccess; readonly snapshot: SnapshotId}
	| {readonly verb: 'sync'; readonly source: RepositoryAccess; readonly target: RepositoryAccess; readonly plan: Plan; readonly ticked: readonly SnapshotId[]}
	| {readonly verb: 'clone'; readonly source: RepositoryAccess; readonly target: string}
	| {readonly verb: 'plan-each'; readonly source: RepositoryAccess; readonly targets: readonly RepositoryAccess[]; readonly snapshots?: readonly SnapshotId[] | undefined}
	| {readonly verb: 'sync-each'; readonly source: RepositoryAccess; readonly targets: ReadonlyArray<{readonly access: RepositoryAccess; readonly plan: Plan; readonly ticked: readonly SnapshotId[]}>}
	| {readonly verb: 'clone-each'; readonly source: RepositoryAccess; readonly targets: readonly string[]}
	| {readonly verb: 'matrix'; readonly repositories: readonly RepositoryAccess[]; /** Narrows the mesh, not the rows. */ readonly snapshots?: readonly SnapshotId[] | undefined}
	/** `repositories` are those of the matrix that `plan` comes from, in the same order. */
	| {readonly verb: 'mesh'; readonly repositories: readonly RepositoryAccess[]; readonly plan: MeshPlan}
	| {readonly verb: 'check'; readonly repository: RepositoryAccess; readonly level: CheckLevel; readonly samplePercent?: number | undefined; /** The whole repository when absent. */ readonly targets?: readonly SnapshotTarget[] | undefined; /** Go on: what was proven lately is not read again. */ readonly resume?: {readonly withinDays: number} | undefined}
	/** What heals `defects` of `target`, read in it by a check, from `source`. */
	| {readonly verb: 'plan-heal'; readonly source: RepositoryAccess; readonly target: RepositoryAccess; readonly defects: readonly Defect[]; readonly rewritesUnreadable?: boolean | undefined}
	| {readonly verb: 'heal'; readonly source: RepositoryAccess; readonly target: RepositoryAccess; readonly plan: HealPlan}
	/** Which repositories hold these records too; at most `maximumLocated` of them. */
	| {readonly verb: 'locate'; readonly repositories: readonly RepositoryAccess[]; readonly records: readonly RecordName[]}
	| {readonly verb: 'restore'; readonly repository: RepositoryAccess; readonly targets: readonly SnapshotTarget[]; readonly folder: string; /** Move aside what is in the way; otherwise it is left as it is. */ readonly overwrite: boolean; readonly dryRun: boolean};

export type CreateReport = {readonly location: string; readonly repositoryId: string};

/** Where the two repositories are, and the chunk of the source that was damaged. */
export type DemonstrationReport = {readonly source: string; readonly target: string; readonly damagedChunk: RecordId};

export type PushReport = {
	readonly snapshot: SnapshotId;
	readonly totals: SnapshotHeader['totals'];
	/** Bytes and records that this push added to the store. */
	readonly bytesWritten: number;
	readonly recordsWritten: number;
	readonly filesUnchanged: number;
	readonly unreadable: number;
	readonly durationMs: number;
};

/** How fast both sides of a plan can be read; undefined where nothing could be measured. Nothing was written: how fast that goes is not in it. */
export type Probe = {readonly sourceBytesPerSecond?: number | undefined; readonly targetBytesPerSecond?: number | undefined};

/** A snapshot that was left out because a record of it is damaged or missing in the source. */
export type DamagedSnapshot = {readonly snapshot: SnapshotId; readonly reason: string};

export type TransferReport = {
	readonly sourceLocation: string;
	readonly targetLocation: string;
	readonly planId?: string | undefined;
	readonly snapshots: readonly SnapshotId[];
	readonly recordsWritten: number;
	/** Stored bytes written to the target: records, reference lists and headers. */
	readonly bytesWritten: number;
	readonly retries: number;
	/** Left out on the way; the others arrived. */
	readonly damaged: readonly DamagedSnapshot[];
	/**
	 * Both sides were compared again afterwards and hold the same snapshots: header for header as stored, or, where each
	 * side stores them otherwise, the same origin, times and totals, and the same entries in both indexes.
	 */
	readonly receipt: boolean;
	readonly durationMs: number;
};

/** A plan for one of several targets, or why there is none. */
export type PlanOutcome = {readonly location: string; readonly plan?: Plan | undefined; readonly error?: PlainError | undefined};

/** How one of several targets ended. With an error, the report tells what it received before; there is none where nothing could begin. */
export type TargetOutcome = {readonly location: string; readonly report?: TransferReport | undefined; readonly error?: PlainError | undefined};

export type MeshReport = {
	/** In the order of sending; `source` and `target` as in the plan. */
	readonly transfers: ReadonlyArray<TargetOutcome & {readonly source: number; readonly target: number}>;
	readonly skipped: readonly MeshSkip[];
	readonly bytesWritten: number;
	/** All were listed again afterwards and hold the same snapshots, those skipped aside. */
	readonly equal: boolean;
	readonly durationMs: number;
};

export type RestoreReport = {
	readonly folder: string;
	readonly created: number;
	/** Made in the place of what stood there, which was moved to `asideFolder`. */
	readonly replaced: number;
	readonly unchanged: number;
	/** Paths that were not made: what is in the way, there or above, was left as it is. */
	readonly refused: number;
	/** Paths where another thing of the same kind stands; of those, how many are newer than the snapshot's. */
	readonly differing: number;
	readonly newer: number;
	/** Paths where what stands cannot be there with what is restored: a folder for a file, a file or a symlink for a folder. */
	readonly obstructed: number;
	/** Where what stands in the way is moved to, or was; absent when nothing is. */
	readonly asideFolder?: string | undefined;
	/** In the filesystem of the folder; undefined when it cannot say. */
	readonly freeBytes?: number | undefined;
	readonly failed: number;
	readonly bytesWritten: number;
	/** Of these, zeros that take no room: told by a dry run, and only where there would not be enough of it otherwise. */
	readonly holeBytes?: number | undefined;
	readonly dryRun: boolean;
	readonly durationMs: number;
};

export type JobResults = {
	describe: RepositorySummary;
	create: CreateReport;
	demo: DemonstrationReport;
	push: PushReport;
	plan: Plan;
	probe: Probe;
	sync: TransferReport;
	clone: TransferReport;
	'plan-each': PlanOutcome[];
	'sync-each': TargetOutcome[];
	'clone-each': TargetOutcome[];
	matrix: Matrix;
	mesh: MeshReport;
	check: CheckReport;
	'plan-heal': HealPlan;
	heal: HealReport;
	locate: readonly RecordCopy[];
	restore: RestoreReport;
};

export type Verb = keyof JobResults;
