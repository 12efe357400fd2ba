// Looks at orphans and wrong counts a second time: another process may have moved things while the check was looking.

import type {CallOptions, Inspection} from '../../backends/contract.js';
import type {RecordId, SharedKind} from '../../format/ids.js';
import {listSnapshotIds, type Repository} from '../repository.js';
import {recordsPerTask} from './chunk-reading.js';
import {takeInventory, type Inventory, type Report} from './inventory.js';
import {judgeRecord, mayBeMoving} from './judge.js';

/** Fewer may well be accidents of their own. */
const fewestUnlinked = 8;

/**
 * Reports those of `suspects` that are still wrong, with the snapshots that came or went meanwhile taken into account.
 * Answers with what one sentence says of all of them, if anything: most records lost every reference.
 */
export async function lookAgain(repository: Repository, inventory: Inventory, suspects: Readonly<Record<SharedKind, ReadonlySet<RecordId>>>, report: Report, {signal}: CallOptions): Promise<string | undefined> {
	if (suspects.chunk.size === 0 && suspects.object.size === 0) {
		return undefined;
	}

	const ids = await listSnapshotIds(repository, {signal});
	const isSame = ids.length === inventory.snapshots.length && ids.every((id, index) => inventory.snapshots[index]!.id === id);
	const now = isSame ? inventory : await takeInventory(repository, ids, () => undefined, {signal});
	let unlinked = 0;
	for (const kind of ['chunk', 'object'] as const) {
		const all = [...suspects[kind]];
		for (let start = 0; start < all.length; start += recordsPerTask) {
			const batch = all.slice(start, start + recordsPerTask);
			const inspections = await repository.backend.inspect(kind, batch, {signal});
			for (const [index, inspection] of inspections.entries()) {
				confirm(kind, batch[index]!, inspection, now, report);
				unlinked += inspection.references === 0 && now.tables[kind].find(batch[index]!) >= 0 ? 1 : 0;
			}
		}
	}

	const needed = now.tables.chunk.count + now.tables.object.count;
	return unlinked >= fewestUnlinked && unlinked * 2 > needed ? unlinkedWords(unlinked, needed) : undefined;
}

const unlinkedWords = (unlinked: number, needed: number): string =>
	`This repository was copied without its hard links: ${unlinked} of ${needed} records have none. No content is lost by that. `
	+ 'Copy it again with cp -a or rsync -aH, or clone it: a clone has all its links, and heal --from that clone links these anew.';

function confirm(kind: SharedKind, id: RecordId, inspection: Inspection, {tables, snapshots}: Inventory, report: Report): void {
	const table = tables[kind];
	const position = table.find(id);
	const owners = position < 0 ? [] : table.ownersOf(table.setAt(position));
	for (const judgement of judgeRecord(kind, inspection, undefined, {owners: owners.length, sizeBytes: 0, wholeRepository: true})) {
		if (mayBeMoving(judgement.kind)) {
			report({...judgement, id, reads: 0, snapshots: owners.map(owner => snapshots[owner]!.id)});
		}
	}
}
