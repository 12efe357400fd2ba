// Computes a sync plan. Reads both sides, writes nothing on either.

import {blake3} from '../format/hashing.js';
import type {SnapshotId} from '../format/ids.js';
import {displayPath, displayText, type PathBytes} from '../format/paths.js';
import {formatBytes} from '../format/units.js';
import type {CallOptions} from '../backends/contract.js';
import {PlakarError} from '../errors/plakar-error.js';
import {toPlainError} from '../errors/revive.js';
import {classesOf, computeDelta, type DeltaRow} from './delta.js';
import {differencesOf, isSameRepository, kinshipOf} from './identity.js';
import type {SnapshotSummary} from './jobs.js';
import {pricePlan, sendableRows, type Plan, type PlanCheck, type PlanRow, type PlanSide} from './plan.js';
import {listSnapshots, readStoredSnapshot, type Repository} from './repository.js';

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

type Candidates = {readonly missing: SnapshotSummary[]; readonly conflicts: SnapshotSummary[]; readonly damaged: Array<{readonly summary: SnapshotSummary; readonly reason: string}>};

async function candidatesOf(source: Repository, wanted: readonly SnapshotSummary[], held: ReadonlyMap<string, string>, options: CallOptions): Promise<Candidates> {
	const candidates: Candidates = {missing: [], conflicts: [], damaged: []};
	for (const summary of wanted) {
		const there = held.get(summary.snapshot);
		if (summary.problem !== undefined) {
			candidates.damaged.push({summary, reason: displayText(summary.problem.message)});
		} else if (there === undefined) {
			try {
				await readStoredSnapshot(source, summary.snapshot, options);
				candidates.missing.push(summary);
			} catch (error) {
				candidates.damaged.push({summary, reason: displayText(toPlainError(error).message)});
			}
		} else if (there !== summary.digest) {
			candidates.conflicts.push(summary);
		}
	}

	return candidates;
}

const nothing = {chunks: 0, objects: 0, bytes: 0};

const rowOf = (summary: SnapshotSummary, {ownBytes, needs}: DeltaRow): PlanRow => ({
	snapshot: summary.snapshot, state: 'send', digest: summary.digest, shown: shownOf(summary), needs, ownBytes,
});

const restRow = (summary: SnapshotSummary, state: 'conflict' | 'damaged', reason: string): PlanRow => ({
	snapshot: summary.snapshot, state, digest: summary.digest, shown: shownOf(summary), needs: nothing, ownBytes: 0, reason,
});

/**
 * The plan to send `snapshots` (all that the target lacks when absent) from `source` to `target`.
 * Throws REPOSITORY_SAME, SNAPSHOT_NOT_FOUND. Cost: one pass over the target's listing and the reference lists of what
 * is missing; about 60 bytes of memory a record.
 */
export async function makePlan(source: Repository, target: Repository, snapshots: readonly SnapshotId[] | undefined, options: CallOptions = {}): Promise<Plan> {
	if (isSameRepository(source.config, target.config)) {
		throw new PlakarError('REPOSITORY_SAME', source.location === target.location
			? {message: `Source and target are the same repository, ${source.location}.`, hint: 'Name another target.'}
			: {
				message: `${target.location} is a copy of ${source.location} made outside this program: both have the same identity.`,
				hint: 'Make a clone in a new place instead (plakar-tui clone); it has an identity of its own.',
			});
	}

	const [inSource, inTarget] = await Promise.all([listSnapshots(source, options), listSnapshots(target, options)]);
	const held = new Map(inTarget.map(({snapshot, digest}) => [snapshot as string, digest]));
	const chosen = snapshots === undefined ? undefined : new Set<string>(snapshots);
	const wanted = inSource.filter(({snapshot}) => chosen?.has(snapshot) ?? true).sort(oldestFirst);
	if (chosen !== undefined && wanted.length < chosen.size) {
		const absent = [...chosen].find(id => !wanted.some(({snapshot}) => snapshot === id))!;
		throw new PlakarError('SNAPSHOT_NOT_FOUND', {message: `${source.location} holds no snapshot ${absent}.`, hint: 'List it with ls and choose again.'});
	}

	const {missing, conflicts, damaged} = await candidatesOf(source, wanted, held, options);
	const delta = await computeDelta(source, target.backend, missing.map(({snapshot}) => snapshot), options);
	const rows: PlanRow[] = [
		...missing.map((summary, index) => rowOf(summary, delta.rows[index]!)),
		...conflicts.map(summary => restRow(summary, 'conflict', 'the target holds another snapshot with this id; it is never overwritten')),
		...damaged.map(({summary, reason}) => restRow(summary, 'damaged', reason)),
	];
	const sourceIds = new Set<string>(inSource.map(({snapshot}) => snapshot));
	const draft = {
		version: 1 as const,
		createdAtMs: Date.now(),
		source: sideOfPlan(source, inSource),
		target: sideOfPlan(target, inTarget),
		kinship: kinshipOf(source.config, target.config),
		exact: true,
		rows,
		classes: classesOf(delta),
		freeBytes: await target.backend.freeSpace(options),
		onlyInTarget: inTarget.filter(({snapshot}) => !sourceIds.has(snapshot)).length,
		inBoth: inTarget.filter(({snapshot}) => sourceIds.has(snapshot)).length,
	};
	const id = Buffer.from(blake3(Buffer.from(JSON.stringify(draft)))).toString('hex', 0, 4);
	return {...draft, id, checks: await checksOf(source, target, draft, options)};
}

type Draft = Omit<Plan, 'id' | 'checks'>;

/** What the operator should know before writing, in words. */
async function checksOf(source: Repository, target: Repository, draft: Draft, options: CallOptions): Promise<PlanCheck[]> {
	const locks = await target.backend.locks(options);
	const exclusive = locks.find(({mode}) => mode === 'exclusive');
	const count = (state: PlanRow['state']): number => draft.rows.filter(row => row.state === state).length;
	return [
		...kinshipChecks(source, target, draft),
		...encryptionChecks(source, target, draft),
		exclusive === undefined
			? {level: 'ok', topic: 'lock', text: locks.length === 0 ? `none held on the target` : `${locks.length} shared, they do not disturb`}
			: {level: 'block', topic: 'lock', text: `${displayText(exclusive.host)} (pid ${exclusive.pid}) holds the target for ${displayText(exclusive.purpose)}`},
		...(count('conflict') === 0 ? [] : [{level: 'warn' as const, topic: 'conflict', text: `${count('conflict')} skipped: same id, other content`}]),
		...(count('damaged') === 0 ? [] : [{level: 'warn' as const, topic: 'damage', text: `${count('damaged')} cannot be read in the source; run check`}]),
		...(target.config.unfinishedCloneOf === undefined ? [] : [{level: 'note' as const, topic: 'clone', text: 'the target is an unfinished clone'}]),
		spaceCheck(draft),
	];
}

function kinshipChecks(source: Repository, target: Repository, {kinship}: Draft): PlanCheck[] {
	if (kinship === 'family') {
		const text = source.config.familyId === target.config.familyId ? 'same family: ids comparable' : 'same hash and cuts: ids comparable';
		return [{level: 'ok', topic: 'identity', text}, {level: 'ok', topic: 'chunking', text: 'the same on both sides'}];
	}

	return [{level: 'block', topic: 'identity', text: differencesOf(source.config, target.config).join('; ')}];
}

function encryptionChecks(source: Repository, target: Repository, {kinship}: Draft): PlanCheck[] {
	const topic = 'encryption';
	if (kinship !== 'family') {
		return [];
	}

	return source.config.encryption === null && target.config.encryption === null
		? [{level: 'note', topic, text: 'off on both sides'}]
		: [{level: 'ok', topic, text: 'same key, copied as stored'}];
}

function spaceCheck(draft: Draft): PlanCheck {
	const needed = pricePlan(draft, new Set(sendableRows(draft))).total.bytes;
	const topic = 'space';
	if (draft.freeBytes === undefined) {
		return {level: 'note', topic, text: 'unknown: this medium does not tell its free space'};
	}

	return needed > draft.freeBytes
		? {level: 'block', topic, text: `${formatBytes(needed)} are needed and ${formatBytes(draft.freeBytes)} are free`}
		: {level: 'ok', topic, text: `${formatBytes(draft.freeBytes - needed)} left afterwards`};
}
