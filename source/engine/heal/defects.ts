// From findings to the records that a heal is about: each record once, and apart from them what no record can mend.

import {isRecordId, isSnapshotId, type RecordId, type RecordKind, type SharedKind, type SnapshotId} from '../../format/ids.js';
import {displayText} from '../../format/paths.js';
import type {FindingKind} from '../finding.js';
import type {RecordTable} from '../record-table.js';
import type {Damage, Defect, HealRow} from './heal-plan.js';

export type DamagedRecord<Kind extends RecordKind = RecordKind> = {
	readonly kind: Kind;
	readonly id: RecordId;
	readonly damage: Exclude<Damage, 'other'>;
	readonly reason: string;
	readonly snapshots: readonly SnapshotId[];
	readonly paths: number;
};

export type Sorted = {
	readonly shared: readonly DamagedRecord<SharedKind>[];
	/** Headers and reference lists. */
	readonly own: ReadonlyArray<DamagedRecord<'header' | 'references'>>;
	/** What cannot be healed, with the snapshots that go on losing something by it. */
	readonly others: ReadonlyArray<{readonly row: HealRow; readonly snapshots: readonly SnapshotId[]}>;
};

const names = {
	'corrupt-chunk': ['chunk', 'corrupt'], 'missing-chunk': ['chunk', 'missing'], 'unreadable-chunk': ['chunk', 'unreadable'],
	'corrupt-object': ['object', 'corrupt'], 'missing-object': ['object', 'missing'], 'unreadable-object': ['object', 'unreadable'],
	'corrupt-header': ['header', 'corrupt'], 'corrupt-references': ['references', 'corrupt'], 'missing-references': ['references', 'missing'],
} as const satisfies Partial<Record<FindingKind, readonly [RecordKind, Damage]>>;

/** Findings that may be about a record of either kind. */
const either: Readonly<Partial<Record<FindingKind, 'corrupt' | 'unlinked'>>> = {'wrong-size': 'corrupt', 'wrong-reference-count': 'unlinked'};

const refusals: Readonly<Partial<Record<FindingKind, string>>> = {
	'orphan-chunk': 'no snapshot needs it; it costs space only',
	'orphan-object': 'no snapshot needs it; it costs space only',
	'unreadable-snapshot': 'the medium failed to read it, which is no proof of corruption; look at the disk and its cable, then check again',
	'corrupt-index': 'its records are sound, so there is nothing to rewrite; restore what can be read and push the tree again',
	'unlisted-record': 'its reference list was made without it; push the tree again',
	medium: 'the medium itself is damaged: healing its records may be enough, so check again afterwards; else clone what can be read to another place',
};

/** A record with several defects is the one that is gravest. */
const gravest: readonly Damage[] = ['corrupt', 'missing', 'unreadable', 'unlinked'];

/** Ids that are none, from whoever sent the findings, are left out. O(findings). */
export function sortDefects(defects: readonly Defect[], tables: Readonly<Record<SharedKind, RecordTable>>): Sorted {
	const records = new Map<string, DamagedRecord>();
	const rest: Defect[] = [];
	for (const defect of defects) {
		const named = nameOf(defect, tables);
		if (named === undefined) {
			rest.push(defect);
			continue;
		}

		const [kind, damage] = named;
		if (isRecordId(kind, defect.id)) {
			const {id, reason, snapshots, pathCount: paths} = defect;
			const known = records.get(`${kind} ${id}`);
			if (known === undefined || gravest.indexOf(damage) < gravest.indexOf(known.damage)) {
				records.set(`${kind} ${id}`, {kind, id, damage, reason: displayText(reason), snapshots: snapshots.filter(snapshot => isSnapshotId(snapshot)), paths});
			}
		}
	}

	const all = [...records.values()];
	const mended = new Set(all.flatMap(({snapshots}) => snapshots));
	const others = rest
		// An index that cannot be read for want of a record is whole with it.
		.filter(({kind, snapshots}) => kind !== 'corrupt-index' || !snapshots.some(snapshot => mended.has(snapshot)))
		.map(({kind, severity, id, reason, snapshots, pathCount}) => ({
			row: {id: displayText(id), damage: 'other' as const, reason: displayText(reason), sizeBytes: 0, cannot: refusals[kind] ?? 'heal knows no way', snapshots: snapshots.length, paths: pathCount},
			snapshots: severity === 'damage' ? snapshots : [],
		}));
	const isShared = (record: DamagedRecord): record is DamagedRecord<SharedKind> => record.kind === 'chunk' || record.kind === 'object';
	return {
		shared: all.filter(isShared),
		own: all.filter((record): record is DamagedRecord<'header' | 'references'> => !isShared(record)),
		others,
	};
}

function nameOf({kind, id, reason}: Defect, tables: Readonly<Record<SharedKind, RecordTable>>): readonly [RecordKind, DamagedRecord['damage']] | undefined {
	const damage = either[kind];
	if (damage !== undefined && isRecordId('chunk', id)) {
		return [tables.object.find(id) >= 0 ? 'object' : 'chunk', damage];
	}

	const named = names[kind as keyof typeof names] as readonly [RecordKind, DamagedRecord['damage']] | undefined;
	return kind === 'corrupt-header' && reason === absentReason ? ['header', 'missing'] : named;
}

/** What a check says of a snapshot's record that is not there. */
const absentReason = 'it is not there';
