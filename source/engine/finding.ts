// A defect as data. Check returns findings; it throws only when it cannot go on.

import type {SnapshotId} from '../format/ids.js';

export const findingKinds = [
	'corrupt-chunk', 'corrupt-object', 'missing-chunk', 'missing-object', 'unreadable-chunk', 'unreadable-object',
	'wrong-size', 'wrong-reference-count', 'orphan-chunk', 'orphan-object',
	'corrupt-header', 'corrupt-references', 'missing-references', 'unreadable-snapshot', 'corrupt-index', 'unlisted-record', 'medium',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** `damage`: content is lost. `trouble`: a read failed or bookkeeping is wrong; content may well be sound. */
export type Severity = 'damage' | 'trouble';

export type AffectedPath = {readonly snapshot: SnapshotId; /** Escaped for display. */ readonly path: string};

export type Finding = {
	readonly kind: FindingKind;
	readonly severity: Severity;
	/** The record's full id, or the snapshot's. */
	readonly id: string;
	/** What is wrong, in words, e.g. "the digest of its bytes differs". */
	readonly reason: string;
	readonly advice: string;
	/** How often the record was read before this was said. */
	readonly reads: number;
	/** Snapshots that need the record. */
	readonly snapshots: readonly SnapshotId[];
	/** At most `maximumPaths` of the paths that lose something; empty without the passphrase. */
	readonly paths: readonly AffectedPath[];
	readonly pathCount: number;
	readonly context?: Readonly<Record<string, string | number>>;
};

/** Two findings of one key are one: the later one knows more. */
export const findingKey = ({kind, id, reason}: Finding): string => `${kind} ${id} ${reason}`;

/** Paths kept per finding: enough to read through; `pathCount` tells the rest. */
export const maximumPaths = 5000;
/** Findings kept of each severity: more of them say nothing new; their number is counted on. */
export const maximumFindings = 10_000;

export type CheckLevel = 'fast' | 'full';

export type CheckReport = {
	readonly level: CheckLevel;
	/** `plaintext`: content was hashed. `stored`: digests of stored bytes. `presence`: sizes and counts only. */
	readonly proof: 'plaintext' | 'stored' | 'presence';
	/** At most `maximumFindings` of each severity. */
	readonly findings: readonly Finding[];
	readonly findingCount: number;
	readonly chunks: number;
	readonly chunksRead: number;
	/** Not read: proven by an earlier check since `trustedSince`, according to the ledger. */
	readonly chunksTrusted: number;
	/** RFC 3339; absent when nothing was to be trusted. */
	readonly trustedSince?: string | undefined;
	readonly chunksSound: number;
	readonly objects: number;
	readonly bytesRead: number;
	readonly snapshots: number;
	readonly snapshotsAffected: number;
	/** Every chunk and object of these was read, or is trusted, and is sound. */
	readonly snapshotsProven: number;
	readonly soundOnSecondRead: number;
	/** Transfers that were left unfinished, without those under way: not a defect. */
	readonly unfinished: number;
	/** The repository is a clone that has not received everything. */
	readonly unfinishedClone: boolean;
	/** False when it was stopped or sampled: what was not read is not proven. */
	readonly complete: boolean;
	readonly durationMs: number;
};
