// Computes a sync plan. Reads both sides, writes nothing on either.

import {blake3} from '../format/hashing.js';
import type {SnapshotId} from '../format/ids.js';
import {displayPath, displayText, type PathBytes} from '../format/paths.js';
import type {CallOptions} from '../backends/contract.js';
import {PlakarError} from '../errors/plakar-error.js';
import {toPlainError} from '../errors/revive.js';
import {computeDelta, countAsHeld, type Delta, type DeltaRow} from './delta.js';
import {classesIn} from './estimate.js';
import {isSameRepository, kinshipOfConfigs, likenessOf, sameRepository} from './identity.js';
import type {SnapshotSummary} from './jobs.js';
import {checksOf} from './plan-checks.js';
import type {Kinship, Plan, PlanRow, PlanRowState, PlanSide} from './plan.js';
import {basesOf} from './rewrite/bases.js';
import {listSnapshots, type Repository} from './repository.js';

/** The columns of a snapshot that a plan shows, escaped. */
export function shownOf({header}: SnapshotSummary): PlanRow['shown'] {
	if (header === undefined) {
		return undefined;
	}

	const paths = header.paths.map(path => displayPath(path as PathBytes));
	return {
		created: header.created,
		origin: displayText(`${header.host}:${paths[0] ?? ''}`),
		paths,
		...(header.tag === undefined ? {} : {tag: displayText(header.tag)}),
		files: header.totals.files,
		sizeBytes: header.totals.sizeBytes,
	};
}

const sideOfPlan = ({location, config}: Repository, snapshots: readonly SnapshotSummary[]): PlanSide => ({
	location,
	repositoryId: config.repositoryId,
	snapshots: Object.fromEntries(snapshots.map(({snapshot, digest}) => [snapshot, digest])),
	encrypted: config.encryption !== null,
});

/** Oldest first where times are known, then by id: the order of sending. */
const oldestFirst = (a: SnapshotSummary, b: SnapshotSummary): number => {
	const [left, right] = [a.header?.created ?? '', b.header?.created ?? ''];
	return left === right ? (a.snapshot < b.snapshot ? -1 : 1) : (left < right ? -1 : 1);
};

type RefusedState = Exclude<PlanRowState, 'send'>;
/** In the order in which a plan lists them. */
const refusedStates = ['conflict', 'damaged', 'damaged-there'] as const satisfies readonly RefusedState[];
type Refused = {readonly summary: SnapshotSummary; readonly state: RefusedState; readonly reason: string};
type Candidates = {readonly missing: SnapshotSummary[]; readonly refused: Refused[]; /** Same id on both sides, not comparable. */ unknown: number};

const conflictReason = (here: SnapshotSummary, there: SnapshotSummary): string => here.header === undefined || there.header === undefined
	? 'the target stores this id otherwise; only the passphrases can tell whether the content differs'
	: 'the target holds another snapshot with this id; it is never overwritten';

/** What mends a snapshot of `damaged` that `sound` holds whole. */
const healingWords = (damaged: Repository, sound: Repository): string =>
	`sound in ${displayText(sound.location)}: plakar-tui on ${displayText(damaged.location)} heal --from ${displayText(sound.location)}`;

type Sides = {readonly source: Repository; readonly target: Repository; readonly kinship: Kinship};

/** Whether sending it may be thought of: the source can tell what it is, and the target has nothing of the name. */
const isLacked = ({snapshot, problem}: SnapshotSummary, held: ReadonlyMap<string, SnapshotSummary>): boolean => problem === undefined && !held.has(snapshot);

/** What of `wanted` is to be sent, and what not and why; `problems` are those of snapshots that could not be read. */
function candidatesOf({source, target, kinship}: Sides, wanted: readonly SnapshotSummary[], held: ReadonlyMap<string, SnapshotSummary>, problems: Delta['damaged']): Candidates {
	const candidates: Candidates = {missing: [], refused: [], unknown: 0};
	const refuse = (summary: SnapshotSummary, state: RefusedState, reason: string): void => {
		candidates.refused.push({summary, state, reason});
	};

	for (const summary of wanted) {
		const there = held.get(summary.snapshot);
		const problem = summary.problem ?? problems.get(summary.snapshot);
		if (problem !== undefined) {
			const what = displayText(problem instanceof Error ? toPlainError(problem).message : problem.message);
			refuse(summary, 'damaged', there === undefined || there.problem !== undefined ? what : `damaged in ${displayText(source.location)}; ${healingWords(source, target)}`);
		} else if (there === undefined) {
			candidates.missing.push(summary);
		} else if (there.problem !== undefined) {
			refuse(summary, 'damaged-there', `damaged in ${displayText(target.location)}; ${healingWords(target, source)}`);
		} else {
			const likeness = likenessOf(summary, there, kinship);
			candidates.unknown += likeness === 'unknown' ? 1 : 0;
			if (likeness === 'other') {
				refuse(summary, 'conflict', conflictReason(summary, there));
			}
		}
	}

	return candidates;
}

const nothing = {chunks: 0, objects: 0, bytes: 0};

const rowOf = (summary: SnapshotSummary, {ownBytes, needs}: DeltaRow): PlanRow => ({
	snapshot: summary.snapshot, state: 'send', digest: summary.digest, shown: shownOf(summary), needs, ownBytes,
});

const restRow = ({summary, state, reason}: Refused): PlanRow => ({
	snapshot: summary.snapshot, state, digest: summary.digest, shown: shownOf(summary), needs: nothing, ownBytes: 0, reason,
});

export type Pairing = {
	readonly source: Repository;
	readonly target: Repository;
	readonly kinship: Kinship;
	readonly inSource: readonly SnapshotSummary[];
	readonly inTarget: readonly SnapshotSummary[];
};

/** What sending `lacking` takes: to the record where ids mean the same, else by the source's names. */
export async function deltaOf({source, target, kinship, inSource, inTarget}: Pairing, lacking: readonly SnapshotSummary[], options: CallOptions): Promise<Delta> {
	const isEstimate = kinship === 'unrelated';
	const delta = await computeDelta(source, isEstimate ? undefined : target.backend, lacking.map(({snapshot}) => snapshot), options);
	if (isEstimate) {
		await countAsHeld(delta, source, basesOf(lacking.filter(({snapshot}) => !delta.damaged.has(snapshot)), inSource, inTarget), options);
	}

	return delta;
}

/**
 * The plan to send `snapshots` (all that the target lacks when absent) from `source` to `target`.
 * Throws REPOSITORY_SAME, SNAPSHOT_NOT_FOUND. Cost: one pass over the target's listing and the reference lists of what
 * is missing; about 60 bytes of memory a record.
 */
export async function makePlan(source: Repository, target: Repository, snapshots: readonly SnapshotId[] | undefined, options: CallOptions = {}): Promise<Plan> {
	if (isSameRepository(source.config, target.config)) {
		throw sameRepository(source.location, target.location);
	}

	const [inSource, inTarget] = await Promise.all([listSnapshots(source, options), listSnapshots(target, options)]);
	const kinship = kinshipOfConfigs(source.config, target.config);
	const held = new Map(inTarget.map(summary => [summary.snapshot as string, summary]));
	const chosen = snapshots === undefined ? undefined : new Set<string>(snapshots);
	const wanted = inSource.filter(({snapshot}) => chosen?.has(snapshot) ?? true).sort(oldestFirst);
	if (chosen !== undefined && wanted.length < chosen.size) {
		const absent = [...chosen].find(id => !wanted.some(({snapshot}) => snapshot === id))!;
		throw new PlakarError('SNAPSHOT_NOT_FOUND', {message: `${source.location} holds no snapshot ${absent}.`, hint: 'List it with ls and choose again.'});
	}

	const delta = await deltaOf({source, target, kinship, inSource, inTarget}, wanted.filter(summary => isLacked(summary, held)), options);
	const {missing, refused, unknown} = candidatesOf({source, target, kinship}, wanted, held, delta.damaged);
	const rows: PlanRow[] = [
		...missing.map((summary, index) => rowOf(summary, delta.rows[index]!)),
		...refusedStates.flatMap(state => refused.filter(row => row.state === state)).map(row => restRow(row)),
	];
	const sourceIds = new Set<string>(inSource.map(({snapshot}) => snapshot));
	const draft = {
		version: 1 as const,
		createdAtMs: Date.now(),
		source: sideOfPlan(source, inSource),
		target: sideOfPlan(target, inTarget),
		kinship,
		exact: kinship === 'family',
		rows,
		classes: classesIn(source.config, target.config, missing, delta),
		freeBytes: await target.backend.freeSpace(options),
		onlyInTarget: inTarget.filter(({snapshot}) => !sourceIds.has(snapshot)).length,
		inBoth: inTarget.filter(({snapshot}) => sourceIds.has(snapshot)).length,
	};
	const id = Buffer.from(blake3(Buffer.from(JSON.stringify(draft)))).toString('hex', 0, 4);
	return {...draft, id, checks: await checksOf({source, target, draft, unknown, hasCommon: basesOf(missing, inSource, inTarget).length > 0}, options)};
}
