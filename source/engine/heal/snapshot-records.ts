// Headers and reference lists: whether a source's may stand in for those of a damaged snapshot. Only of the very same snapshot.

import type {CallOptions} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import {reasonOf} from '../../errors/revive.js';
import {displayText} from '../../format/paths.js';
import type {RecordId, SnapshotId} from '../../format/ids.js';
import {envelopeDigest} from '../../format/sealing.js';
import type {Repository} from '../repository.js';
import type {HealPlan} from './heal-plan.js';
import {proveStored} from './prove.js';

export const ownKinds = ['header', 'references'] as const;
export type OwnKind = (typeof ownKinds)[number];

/** A record that was read and proven, or what stood in the way. */
export type ReadRecord =
	| {readonly state: 'sound'; readonly stored: Uint8Array; readonly digest: string}
	| {readonly state: 'corrupt' | 'missing' | 'unreadable'; readonly reason: string};

/** Reads one record and proves it; what fails once is read again. Throws CANCELLED. */
export async function readProven(repository: Repository, kind: OwnKind, snapshot: SnapshotId, options: CallOptions): Promise<ReadRecord> {
	const first = await readOnce(repository, kind, snapshot, options);
	return first.state === 'sound' || first.state === 'missing' ? first : readOnce(repository, kind, snapshot, options);
}

async function readOnce(repository: Repository, kind: OwnKind, snapshot: SnapshotId, options: CallOptions): Promise<ReadRecord> {
	let stored: Uint8Array;
	try {
		stored = await repository.backend.read(kind, snapshot, options);
	} catch (error) {
		if (isPlakarError(error, 'CANCELLED')) {
			throw error;
		}

		return isPlakarError(error, 'BACKEND_NOT_FOUND') ? {state: 'missing', reason: 'it is not there'} : {state: 'unreadable', reason: displayText(reasonOf(error))};
	}

	try {
		proveStored(repository, kind, snapshot as RecordId, stored);
		return {state: 'sound', stored, digest: envelopeDigest(stored)};
	} catch (error) {
		return {state: 'corrupt', reason: displayText(reasonOf(error))};
	}
}

export type Sides = {readonly source: Repository; readonly target: Repository; readonly kinship: HealPlan['kinship']};

export type Substitute = {
	/** What stands in the target now. */
	readonly here: ReadRecord;
	/** The source's record, where it may stand in. */
	readonly stored?: Uint8Array | undefined;
	readonly cannot?: string | undefined;
};

/**
 * The source's record in the place of the target's. The record of the pair that is sound in the target must be the
 * source's to the byte: the same UUID may name another snapshot there. Where both are lost, nothing contradicts.
 */
export async function substituteFor({source, target, kinship}: Sides, kind: OwnKind, snapshot: SnapshotId, options: CallOptions): Promise<Substitute> {
	const here = await readProven(target, kind, snapshot, options);
	if (kinship !== 'family') {
		return {here, cannot: 'the other repository stores it otherwise; only one that stores records the same way can restore it'};
	}

	const theirs = {header: await readProven(source, 'header', snapshot, options), references: await readProven(source, 'references', snapshot, options)};
	const copy = theirs[kind];
	if (copy.state !== 'sound') {
		return {here, cannot: copy.state === 'missing' ? 'the other repository does not hold it' : `its copy is not sound: ${copy.reason}`};
	}

	const partner = kind === 'header' ? 'references' : 'header';
	const [ours, partnerThere] = [await readProven(target, partner, snapshot, options), theirs[partner]];
	if (ours.state === 'sound' && (partnerThere.state !== 'sound' || partnerThere.digest !== ours.digest)) {
		return {here, cannot: 'the other repository holds another snapshot under this id, or cannot show that it is the same'};
	}

	return {here, stored: copy.stored};
}
