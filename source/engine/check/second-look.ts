// Looks at orphans and wrong counts a second time: another process may have moved things while the check was looking.

import type {CallOptions, Inspection} from '../../backends/contract.js';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import {listSnapshotIds, type Repository} from '../repository.js';
import {recordsPerTask} from './chunk-reading.js';
import {takeInventory, type Inventory, type Report} from './inventory.js';
import {judgeRecord, mayBeMoving, type Judgement} from './judge.js';

/** Fewer may well be accidents of their own. */
const fewestUnlinked = 8;
/** While others write, a look may meet each step of theirs halfway; that one record is met so time after time is not to be expected. */
const maximumLooks = 8;

type Suspects = Readonly<Record<SharedKind, readonly RecordId[]>>;
type Seen = {readonly kind: SharedKind; readonly id: RecordId; readonly inspection: Inspection};
/** What tells that something moves: snapshots that come and go, and who holds a lock. */
type Activity = {readonly snapshots: readonly SnapshotId[]; readonly isWritten: boolean};

async function activityOf(repository: Repository, options: CallOptions): Promise<Activity> {
	return {isWritten: (await repository.backend.locks(options)).length > 0, snapshots: await listSnapshotIds(repository, options)};
}

const isSame = (some: readonly SnapshotId[], others: readonly SnapshotId[]): boolean => some.length === others.length && some.every((id, index) => id === others[index]);

/**
 * Reports those of `suspects` that are still wrong, with the snapshots that came or went meanwhile taken into account: in a
 * repository at rest as one more look shows them, in one that is being written as every one of several looks does.
 * Answers with what one sentence says of them, if anything: most records lost every reference, or all kept moving.
 */
export async function lookAgain(repository: Repository, inventory: Inventory, suspects: Readonly<Record<SharedKind, ReadonlySet<RecordId>>>, report: Report, {signal}: CallOptions): Promise<string | undefined> {
	let left: Suspects = {chunk: [...suspects.chunk], object: [...suspects.object]};
	let now = inventory;
	for (let looks = 1; left.chunk.length + left.object.length > 0; looks++) {
		const before = await activityOf(repository, {signal});
		const known = now.snapshots.map(({id}) => id);
		now = isSame(known, before.snapshots) ? now : await takeInventory(repository, before.snapshots, () => undefined, {signal});
		const wrong = await inspectAll(repository, now, left, {signal});
		const after = await activityOf(repository, {signal});
		const isStill = isSame(before.snapshots, after.snapshots);
		if ((isStill && !before.isWritten && !after.isWritten) || looks === maximumLooks) {
			return isStill ? reportAll(wrong, now, report) : movingWords(wrong.length);
		}

		const idsOf = (kind: SharedKind): RecordId[] => wrong.filter(seen => seen.kind === kind).map(({id}) => id);
		left = {chunk: idsOf('chunk'), object: idsOf('object')};
	}

	return undefined;
}

/** Those of `ids` that are wrong as of now. */
async function inspectAll(repository: Repository, inventory: Inventory, ids: Suspects, options: CallOptions): Promise<Seen[]> {
	const wrong: Seen[] = [];
	for (const kind of ['chunk', 'object'] as const) {
		for (let start = 0; start < ids[kind].length; start += recordsPerTask) {
			const batch = ids[kind].slice(start, start + recordsPerTask);
			const inspections = await repository.backend.inspect(kind, batch, options);
			const seen = batch.map((id, index): Seen => ({kind, id, inspection: inspections[index]!}));
			wrong.push(...seen.filter(one => judge(one, inventory).judgements.length > 0));
		}
	}

	return wrong;
}

function judge({kind, id, inspection}: Seen, {tables, snapshots}: Inventory): {readonly owners: readonly SnapshotId[]; readonly judgements: readonly Judgement[]} {
	const table = tables[kind];
	const position = table.find(id);
	const owners = position < 0 ? [] : table.ownersOf(table.setAt(position)).map(owner => snapshots[owner]!.id);
	return {owners, judgements: judgeRecord(kind, inspection, undefined, {owners: owners.length, sizeBytes: 0, wholeRepository: true}).filter(judgement => mayBeMoving(judgement.kind))};
}

function reportAll(wrong: readonly Seen[], inventory: Inventory, report: Report): string | undefined {
	let unlinked = 0;
	for (const seen of wrong) {
		const {owners, judgements} = judge(seen, inventory);
		unlinked += seen.inspection.references === 0 && owners.length > 0 ? 1 : 0;
		for (const judgement of judgements) {
			report({...judgement, id: seen.id, reads: 0, snapshots: owners});
		}
	}

	const needed = inventory.tables.chunk.count + inventory.tables.object.count;
	return unlinked >= fewestUnlinked && unlinked * 2 > needed ? unlinkedWords(unlinked, needed) : undefined;
}

const movingWords = (count: number): string | undefined => count === 0 ? undefined :
	`The references of ${count === 1 ? 'one record' : `${count} records`} changed whenever they were looked at: others are writing. Check again when they have finished.`;

const unlinkedWords = (unlinked: number, needed: number): string =>
	`This repository was copied without its hard links: ${unlinked} of ${needed} records have none. No content is lost by that. `
	+ 'Copy it again with cp -a or rsync -aH, or clone it: a clone has all its links, and heal --from that clone links these anew.';
