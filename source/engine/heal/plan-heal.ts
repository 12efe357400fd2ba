// Computes a heal plan: each damaged record is read again here, and its copy there is read and proven. Writes nothing.

import {batchRecords, type CallOptions} from '../../backends/contract.js';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import type {ReferenceList} from '../../format/reference-list.js';
import type {VerbOptions} from '../events.js';
import {takeInventory, type Inventory} from '../check/inventory.js';
import {listSnapshotIds, openReferences, type Repository} from '../repository.js';
import {sortDefects, type DamagedRecord} from './defects.js';
import {identified, type Defect, type HealPlan, type HealRow, type HealSide} from './heal-plan.js';
import {healKinship, withSharedKeys} from './kin.js';
import {examineAll, isSound, packedIds, type Examined} from './prove.js';
import {substituteFor, type Sides} from './snapshot-records.js';

export type PlanHealInput = {
	readonly source: Repository;
	/** The damaged one. */
	readonly target: Repository;
	readonly defects: readonly Defect[];
	/** Also rewrites records that the medium fails to read: a bad sector is given up then. Default: false. */
	readonly rewritesUnreadable?: boolean | undefined;
};

/** A row, and the snapshots that lose something as long as it stands. */
type Judged = {readonly row: HealRow; readonly snapshots: readonly SnapshotId[]};

const sideOfPlan = ({location, config}: Repository): HealSide => ({location, repositoryId: config.repositoryId});

/**
 * The plan to heal what `defects` name in `target` from `source`. What is sound by now is left out. Throws
 * REPOSITORY_SAME, PLAN_BLOCKED for unrelated repositories, PASSPHRASE_NEEDED where records must be sealed anew.
 * Cost: the target's reference lists, and every damaged record and its copy once or twice.
 */
export async function planHeal({source: given, target: damaged, defects, rewritesUnreadable = false}: PlanHealInput, {signal, onEvent}: VerbOptions): Promise<HealPlan> {
	const kinship = healKinship(given, damaged);
	const {source, target} = withSharedKeys(given, damaged, kinship);
	onEvent({type: 'phase', phase: 'plan'});
	const inventory = await takeInventory(target, await listSnapshotIds(target, {signal}), () => undefined, {signal});
	const {shared, own, others} = sortDefects(defects, inventory.tables);
	const judged: Judged[] = [];
	const lists: ReferenceList[] = [];
	const lacking: DamagedRecord<SharedKind>[] = [];
	for (const record of own) {
		const {row, list} = await judgeOwn({source, target, kinship}, record, rewritesUnreadable, {signal});
		judged.push(...row);
		if (list !== undefined) {
			lists.push(list);
			lacking.push(...await lackingOf(target, list, record.id as SnapshotId, {signal}));
		}
	}

	onEvent({type: 'phase', phase: 'reading'});
	const judge = new SharedJudge({inventory, lists, unlinked: countUnlinked(lacking), proven: source.opens, rewritesUnreadable});
	judged.push(...await judge.all(source, target, distinct([...shared, ...lacking]), {signal}), ...others);
	const broken = new Set(judged.flatMap(({row, snapshots}) => row.cannot === undefined || row.damage === 'unlinked' ? [] : snapshots));
	const affected = new Set(judged.flatMap(({row, snapshots}) => row.damage === 'unlinked' ? [] : snapshots));
	const rows = judged.map(({row}) => row);
	return identified({
		version: 1, createdAtMs: Date.now(), source: sideOfPlan(source), target: sideOfPlan(target), kinship, proof: source.opens ? 'plaintext' : 'stored', rewritesUnreadable,
		rows: [...rows.filter(({cannot}) => cannot === undefined), ...rows.filter(({cannot}) => cannot !== undefined)],
		whole: [...affected].filter(snapshot => !broken.has(snapshot)).sort(),
		broken: [...broken].sort(),
	});
}

const distinct = (records: readonly DamagedRecord<SharedKind>[]): DamagedRecord<SharedKind>[] =>
	[...new Map([...records].reverse().map(record => [`${record.kind} ${record.id}`, record])).values()].reverse();

const unreadableWords = 'the medium failed to read it, which is no proof of corruption; look at the disk and its cable, or have it rewritten all the same';

type JudgedOwn = {readonly row: readonly Judged[]; readonly list?: ReferenceList | undefined};

async function judgeOwn(sides: Sides, {kind, id, snapshots, paths}: DamagedRecord<'header' | 'references'>, rewritesUnreadable: boolean, options: CallOptions): Promise<JudgedOwn> {
	const snapshot = id as SnapshotId;
	const {here, stored, cannot} = await substituteFor(sides, kind, snapshot, options);
	if (here.state === 'sound') {
		return {row: []};
	}

	const refusal = here.state === 'unreadable' && !rewritesUnreadable ? unreadableWords : cannot;
	const row: HealRow = {
		kind, id, damage: here.state, reason: here.reason, snapshots: 1, paths,
		...(refusal === undefined ? {sizeBytes: stored!.length, origin: 'source'} : {sizeBytes: 0, cannot: refusal}),
	};
	return {row: [{row, snapshots: snapshots.length === 0 ? [snapshot] : snapshots}], list: refusal === undefined && kind === 'references' ? openReferences(sides.source.codec, snapshot, stored!) : undefined};
}

/** Records that a lost reference list names and that are not in the store, or not linked to: nobody could know before. */
async function lackingOf({backend}: Repository, list: ReferenceList, snapshot: SnapshotId, options: CallOptions): Promise<DamagedRecord<SharedKind>[]> {
	const lacking: DamagedRecord<SharedKind>[] = [];
	for (const kind of ['chunk', 'object'] as const) {
		const linked = new Set<RecordId>();
		for await (const page of backend.listReferences(snapshot, kind, options)) {
			for (const id of page) {
				linked.add(id);
			}
		}

		for (let start = 0; start < list[kind].count; start += batchRecords) {
			const ids = Array.from({length: Math.min(batchRecords, list[kind].count - start)}, (_, index) => list[kind].idAt(start + index));
			const sizes = await backend.sizes(kind, ids, options);
			for (const [index, id] of ids.entries()) {
				if (sizes[index]! < 0) {
					lacking.push({kind, id, damage: 'missing', reason: 'it is not in the store', snapshots: [snapshot], paths: 0});
				} else if (backend.supports.references === 'links' && !linked.has(id)) {
					lacking.push({kind, id, damage: 'unlinked', reason: 'a snapshot whose list was lost has no reference to it', snapshots: [snapshot], paths: 0});
				}
			}
		}
	}

	return lacking;
}

function countUnlinked(lacking: readonly DamagedRecord<SharedKind>[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const {kind, id, damage} of lacking) {
		if (damage === 'unlinked') {
			counts.set(`${kind} ${id}`, (counts.get(`${kind} ${id}`) ?? 0) + 1);
		}
	}

	return counts;
}

type JudgeSetup = {
	readonly inventory: Inventory;
	/** Lists that heal itself brings back. */
	readonly lists: readonly ReferenceList[];
	/** By record: how many of the snapshots of these lists should link to it and do not. */
	readonly unlinked: ReadonlyMap<string, number>;
	/** Content is hashed, not only stored bytes. */
	readonly proven: boolean;
	readonly rewritesUnreadable: boolean;
};

class SharedJudge {
	readonly #setup: JudgeSetup;

	constructor(setup: JudgeSetup) {
		this.#setup = setup;
	}

	async all(source: Repository, target: Repository, records: readonly DamagedRecord<SharedKind>[], options: CallOptions): Promise<Judged[]> {
		const idsOf = (kind: SharedKind) => packedIds(records.filter(record => record.kind === kind).map(({id}) => id));
		const ids = {chunk: idsOf('chunk'), object: idsOf('object')};
		if (records.length === 0) {
			return [];
		}

		const here = await examineAll(target, ids, options);
		const there = await examineAll(source, ids, options);
		return records.flatMap(record => {
			const row = this.#rowOf(record, here[record.kind].get(record.id)!, there[record.kind].get(record.id)!);
			return row === undefined ? [] : [{row, snapshots: record.snapshots}];
		});
	}

	/** How many snapshots need it, and the stored size that their lists tell; 0 when unknown. */
	#needOf({kind, id}: DamagedRecord<SharedKind>): {readonly owners: number; readonly sizeBytes: number} {
		const table = this.#setup.inventory.tables[kind];
		const position = table.find(id);
		const known = position < 0 ? {owners: 0, sizeBytes: 0} : {owners: table.ownerCountAt(position), sizeBytes: table.sizeAt(position)};
		for (const list of this.#setup.lists) {
			const at = list[kind].find(id);
			if (at >= 0) {
				// Of a snapshot whose list is lost, the inventory knows what the medium links.
				return {owners: Math.max(1, known.owners + (this.#setup.unlinked.get(`${kind} ${id}`) ?? 0)), sizeBytes: list[kind].sizeAt(at)};
			}
		}

		return known;
	}

	/** Undefined for what is sound by now. */
	#rowOf(record: DamagedRecord<SharedKind>, here: Examined, there: Examined): HealRow | undefined {
		const {kind, id, paths, snapshots, reason} = record;
		const need = this.#needOf(record);
		const base = {kind, id, snapshots: Math.max(need.owners, snapshots.length), paths};
		if (isSound(here)) {
			return soundRow(base, record, here, there, need);
		}

		const damage = here.state as 'corrupt' | 'missing' | 'unreadable';
		const cannot = this.#refusal(here, there, need);
		return {...base, damage, reason: here.reason === '' ? reason : here.reason, ...(cannot === undefined ? {sizeBytes: there.sizeBytes, origin: 'source'} : {sizeBytes: 0, cannot})};
	}

	#refusal(here: Examined, there: Examined, need: {readonly owners: number; readonly sizeBytes: number}): string | undefined {
		if (need.owners === 0) {
			return 'no snapshot needs it; it costs space only';
		}

		if (here.state === 'unreadable' && !this.#setup.rewritesUnreadable) {
			return unreadableWords;
		}

		if (!isSound(there)) {
			return noCopyWords(there);
		}

		return !this.#setup.proven && need.sizeBytes > 0 && there.sizeBytes !== need.sizeBytes
			? `its copy has ${there.sizeBytes} bytes where ${need.sizeBytes} were stored here; with the passphrase its content can be proven`
			: undefined;
	}
}

const noCopyWords = ({state, reason}: Examined): string => state === 'missing'
	? 'the other repository does not hold it'
	: state === 'corrupt' ? `its copy is damaged too: ${reason}` : `its copy cannot be read: ${reason}`;

/** A record whose content is sound: its size may still contradict the lists, or its references the medium's count. */
function soundRow(base: Pick<HealRow, 'id' | 'snapshots' | 'paths'> & {readonly kind: SharedKind}, {damage, reason}: DamagedRecord<SharedKind>, here: Examined, there: Examined, need: {readonly owners: number; readonly sizeBytes: number}): HealRow | undefined {
	if (need.owners > 0 && here.references >= 0 && here.references < need.owners) {
		return {...base, damage: 'unlinked', reason, sizeBytes: here.sizeBytes, origin: 'own'};
	}

	if (need.owners > 0 && need.sizeBytes > 0 && here.sizeBytes !== need.sizeBytes) {
		return isSound(there) && there.sizeBytes === need.sizeBytes
			? {...base, damage: 'corrupt', reason, sizeBytes: there.sizeBytes, origin: 'source'}
			: {...base, damage: 'corrupt', reason, sizeBytes: 0, cannot: 'its content is sound; only its size is not what the reference lists say'};
	}

	return damage === 'unlinked' && here.references > need.owners
		? {...base, damage: 'unlinked', reason, sizeBytes: 0, cannot: 'it has more references than snapshots need it; that costs nothing but space'}
		: undefined;
}
