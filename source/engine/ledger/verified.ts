// How much of a repository was proven lately, in a few numbers: from the head of its ledger, without reading the rest.

import {blake3} from '../../format/hashing.js';
import type {SnapshotId} from '../../format/ids.js';
import {ledgerFile, readLedgerHead} from './ledger-file.js';
import {believable, lastProven, provenWithin, secondsOf} from './ledger.js';

/** "Lately", for the share that lists show. */
export const verifiedDays = 30;

export type Verified = {
	/** Chunks of the repository when a check last listed it. */
	readonly chunks: number;
	/** Those of them whose last proof is at most `verifiedDays` days old; of their content where it can be read. */
	readonly recent: number;
	/** False when snapshots came or went since: what they need may not be among `chunks`. */
	readonly isCurrent: boolean;
	/** The day of the newest proof, RFC 3339; absent when there is none that can be told. */
	readonly lastProvenDay?: string | undefined;
	/** A check of everything was stopped; it began then. RFC 3339. */
	readonly unfinishedSince?: string | undefined;
};

/** One digest for a set of snapshots; `ids` in any order. */
export const snapshotsDigest = (ids: readonly SnapshotId[]): string => Buffer.from(blake3(Buffer.from([...ids].sort().join('\n')))).toString('hex');

/** Undefined when no check is known, or the ledger cannot be used: the next check says so. O(snapshots). */
export async function readVerified({repositoryId, location, opens}: {readonly repositoryId: string; readonly location: string; readonly opens: boolean}, snapshots: readonly SnapshotId[], nowMs: number): Promise<Verified | undefined> {
	const head = await readLedgerHead(ledgerFile(repositoryId, location)).catch(() => undefined);
	if (head === undefined || head.chunks === 0) {
		return undefined;
	}

	const now = secondsOf(nowMs);
	const begun = believable(head.unfinishedSince, now);
	const newest = lastProven(head, now, opens);
	return {
		chunks: head.chunks,
		recent: Math.min(head.chunks, provenWithin(head, verifiedDays, now, opens)),
		isCurrent: head.snapshots === snapshotsDigest(snapshots),
		...(newest === 0 ? {} : {lastProvenDay: new Date(newest * 86_400_000).toISOString().slice(0, 10)}),
		...(begun > 0 ? {unfinishedSince: new Date(begun * 1000).toISOString()} : {}),
	};
}
