// Transactions: rows that belong to a snapshot which is not visible yet; a commit makes them everybody's in one step.

import {hostname} from 'node:os';
import {PlakarError} from '../../errors/plakar-error.js';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import {batchStaged} from '../batch-staged.js';
import type {CallOptions, StoredRecord, UnfinishedTransaction} from '../contract.js';
import {isLive} from '../lock-holder.js';
import type {ReadConnection, WriteConnection} from './connection.js';
import {liveLocks} from './locks.js';
import {keyOf, listStaged} from './records.js';
import {packNumbers, Reservations, unpackNumbers} from './reservations.js';
import {kindNumbers} from './schema.js';

type Owner = {readonly number: number; readonly visible: number; readonly lock: string; readonly host: string; readonly pid: number; readonly started: number};
type Accept = (kind: SharedKind, records: readonly StoredRecord[]) => Promise<boolean[]>;

const ownerColumns = 'number, visible, lock, host, pid, started';
const stagedNumber = 'SELECT number FROM record WHERE owner = ? AND kind = ? AND id = ?';

export class Transactions {
	readonly #reader: ReadConnection;
	readonly #writer: WriteConnection;

	constructor(reader: ReadConnection, writer: WriteConnection) {
		this.#reader = reader;
		this.#writer = writer;
	}

	/** Opens a transaction, or takes over one that a dead process left. `lockId` names the lock behind it. */
	async begin(snapshot: SnapshotId, lockId: string, accept: Accept, options: CallOptions): Promise<void> {
		const isAdopted = await this.#writer.write(() => this.#claim(snapshot, lockId), options);
		if (isAdopted) {
			await this.#adopt(snapshot, accept, options);
		}
	}

	/** Writes what is neither visible nor staged by this transaction. */
	async stage(snapshot: SnapshotId, kind: SharedKind, records: readonly StoredRecord[], options: CallOptions): Promise<boolean[]> {
		return this.#writer.write(() => {
			const {number: owner} = this.#openOwner(snapshot);
			const visible = this.#writer.prepare('SELECT number FROM record WHERE kind = ? AND id = ? AND owner IS NULL').pluck();
			const staged = this.#writer.prepare(stagedNumber).pluck();
			const insert = this.#writer.prepare('INSERT INTO record (kind, id, size, owner) VALUES (?, ?, ?, ?)');
			const store = this.#writer.prepare('INSERT INTO content (record, bytes) VALUES (?, ?)');
			const held: number[] = [];
			const written = records.map(({id, bytes}) => {
				const key = keyOf(kind, id);
				const there = visible.get(kindNumbers[kind], key) as number | undefined;
				if (there !== undefined) {
					held.push(there);
					return false;
				}

				if (staged.get(owner, kindNumbers[kind], key) !== undefined) {
					return false;
				}

				store.run(insert.run(kindNumbers[kind], key, bytes.length, owner).lastInsertRowid, bytes);
				return true;
			});
			this.#reserve(owner, held);
			return written;
		}, options);
	}

	/** Reserves records that are visible, or staged by this transaction or another behind the same lock. Returns the rest. */
	async reference(snapshot: SnapshotId, kind: SharedKind, ids: readonly RecordId[], options: CallOptions): Promise<RecordId[]> {
		return this.#writer.write(() => {
			const own = this.#openOwner(snapshot);
			const visible = this.#writer.prepare('SELECT number FROM record WHERE kind = ? AND id = ? AND owner IS NULL').pluck();
			const staged = this.#writer.prepare(stagedNumber).pluck();
			const siblings = this.#writer.prepare('SELECT number FROM snapshot WHERE visible = 0 AND lock = ? AND number <> ?').pluck().all(own.lock, own.number) as number[];
			const held: number[] = [];
			const absent = ids.filter(id => {
				const key = keyOf(kind, id);
				if (staged.get(own.number, kindNumbers[kind], key) !== undefined) {
					return false;
				}

				let found = visible.get(kindNumbers[kind], key) as number | undefined;
				for (const sibling of found === undefined ? siblings : []) {
					found ??= staged.get(sibling, kindNumbers[kind], key) as number | undefined;
				}

				if (found !== undefined) {
					held.push(found);
				}

				return found === undefined;
			});
			this.#reserve(own.number, held);
			return absent;
		}, options);
	}

	async putSnapshot(snapshot: SnapshotId, {references, header}: {readonly references: Uint8Array; readonly header: Uint8Array}, options: CallOptions): Promise<void> {
		await this.#writer.write(() => {
			const {number} = this.#openOwner(snapshot);
			this.#writer.prepare('INSERT OR REPLACE INTO reference_list (snapshot, bytes) VALUES (?, ?)').run(number, references);
			this.#writer.prepare('INSERT OR REPLACE INTO header (snapshot, bytes) VALUES (?, ?)').run(number, header);
		}, options);
	}

	/** All of `snapshots` in one step. */
	async commit(snapshots: readonly SnapshotId[], options: CallOptions): Promise<void> {
		await this.#writer.write(() => {
			for (const snapshot of snapshots) {
				this.#publish(this.#openOwner(snapshot).number);
			}
		}, options);
	}

	async rollback(snapshot: SnapshotId): Promise<void> {
		await this.#writer.write(() => {
			const owner = this.#ownerOf(snapshot);
			if (owner === undefined || owner.visible === 1) {
				return;
			}

			const reservations = new Reservations();
			reservations.refresh(this.#writer);
			const give = this.#writer.prepare('UPDATE OR IGNORE record SET owner = ? WHERE number = ?');
			for (const record of this.#writer.prepare('SELECT number FROM record WHERE owner = ?').pluck().all(owner.number) as number[]) {
				// Another transaction that relies on the record takes it over.
				const heir = reservations.holders(record).find(holder => holder !== owner.number);
				if (heir !== undefined) {
					give.run(heir, record);
				}
			}

			this.#writer.prepare('DELETE FROM record WHERE owner = ?').run(owner.number);
			this.#writer.prepare('DELETE FROM snapshot WHERE number = ?').run(owner.number);
		});
	}

	/** Inside a read. */
	unfinished(): UnfinishedTransaction[] {
		const live = new Set(liveLocks(this.#reader).map(({lockId}) => lockId));
		return (this.#reader.prepare('SELECT id, lock, started FROM snapshot WHERE visible = 0 ORDER BY id').all() as Array<{id: SnapshotId; lock: string; started: number}>)
			.map(({id, lock, started}) => ({snapshot: id, active: live.has(lock), startedAtMs: started}));
	}

	#ownerOf(snapshot: SnapshotId): Owner | undefined {
		return this.#writer.prepare(`SELECT ${ownerColumns} FROM snapshot WHERE id = ?`).get(snapshot) as Owner | undefined;
	}

	/** Throws INTERNAL unless this process has the transaction open. */
	#openOwner(snapshot: SnapshotId): Owner {
		const owner = this.#ownerOf(snapshot);
		if (owner === undefined || owner.visible === 1 || owner.pid !== process.pid || owner.host !== hostname()) {
			throw new PlakarError('INTERNAL', {
				message: `The transaction ${snapshot} is not open in this process.`,
				hint: 'This is a defect of the program; nothing was written.',
			});
		}

		return owner;
	}

	/** Whether there was a transaction to take over. */
	#claim(snapshot: SnapshotId, lockId: string): boolean {
		const owner = this.#ownerOf(snapshot);
		if (owner === undefined) {
			this.#writer.prepare('INSERT INTO snapshot (id, visible, lock, host, pid, started) VALUES (?, 0, ?, ?, ?, ?)').run(snapshot, lockId, hostname(), process.pid, Date.now());
			return false;
		}

		if (owner.visible === 1) {
			throw new PlakarError('SNAPSHOT_CONFLICT', {
				message: `${this.#writer.path} holds the snapshot ${snapshot} already.`,
				hint: 'It is never overwritten: plan again to see what is left to do.',
			});
		}

		if (owner.lock === lockId && owner.pid === process.pid && owner.host === hostname()) {
			return false;
		}

		if (liveLocks(this.#writer).some(lock => lock.lockId === owner.lock && isLive(lock, Date.now()))) {
			throw new PlakarError('BACKEND_LOCKED', {
				message: `${owner.host} (pid ${owner.pid}) is writing the snapshot ${snapshot} to ${this.#writer.path} now.`,
				hint: 'Wait until it has finished.',
				context: {host: owner.host, pid: owner.pid},
			});
		}

		this.#writer.prepare('UPDATE snapshot SET lock = ?, host = ?, pid = ?, started = ? WHERE number = ?').run(lockId, hostname(), process.pid, Date.now(), owner.number);
		return true;
	}

	async #adopt(snapshot: SnapshotId, accept: Accept, options: CallOptions): Promise<void> {
		for await (const page of listStaged(this.#reader, snapshot, options.signal)) {
			for (const batch of batchStaged(page)) {
				const {kind} = batch[0]!;
				const records = await this.#reader.read(() => batch.map(({id}) => ({id, bytes: this.#readStaged(snapshot, kind, id)})), options);
				const kept = await accept(kind, records);
				const refused = batch.filter((_, index) => !kept[index]);
				await this.#writer.write(() => {
					const {number} = this.#openOwner(snapshot);
					for (const {id} of refused) {
						this.#writer.prepare('DELETE FROM record WHERE owner = ? AND kind = ? AND id = ?').run(number, kindNumbers[kind], keyOf(kind, id));
					}
				}, options);
			}
		}
	}

	/** Bytes that are lost are none: whoever is asked to accept them will not. */
	#readStaged(snapshot: SnapshotId, kind: SharedKind, id: RecordId): Uint8Array {
		const bytes = this.#reader.prepare('SELECT bytes FROM snapshot JOIN record ON record.owner = snapshot.number JOIN content ON content.record = record.number WHERE snapshot.id = ? AND kind = ? AND record.id = ?')
			.pluck().get(snapshot, kindNumbers[kind], keyOf(kind, id));
		return Buffer.isBuffer(bytes) ? bytes : new Uint8Array(0);
	}

	#reserve(snapshot: number, records: readonly number[]): void {
		if (records.length > 0) {
			this.#writer.prepare('INSERT INTO reservation (snapshot, records) VALUES (?, ?)').run(snapshot, packNumbers(records));
		}
	}

	/** Gives what the transaction staged to everybody, and turns all that it holds into references. */
	#publish(snapshot: number): void {
		this.#yieldToVisible(snapshot);
		this.#writer.prepare('INSERT INTO reference (snapshot, record) SELECT owner, number FROM record WHERE owner = ? ORDER BY number').run(snapshot);
		const reserved = (this.#writer.prepare('SELECT records FROM reservation WHERE snapshot = ?').pluck().all(snapshot) as unknown[])
			.flatMap(packed => unpackNumbers(this.#writer.path, packed));
		// In order, so that the index grows where it was touched last. A record that was refused since is not there.
		const refer = this.#writer.prepare('INSERT OR IGNORE INTO reference (snapshot, record) SELECT ?, number FROM record WHERE number = ?');
		for (const record of Uint32Array.from(reserved).sort()) {
			refer.run(snapshot, record);
		}

		this.#writer.prepare('DELETE FROM reservation WHERE snapshot = ?').run(snapshot);
		this.#writer.prepare('UPDATE record SET owner = NULL WHERE owner = ?').run(snapshot);
		this.#takeFromOpen(snapshot);
		this.#writer.prepare('UPDATE snapshot SET visible = 1 WHERE number = ?').run(snapshot);
	}

	/** What a transaction relies on and another open one staged becomes visible with it, and stays reserved for who staged it. */
	#takeFromOpen(snapshot: number): void {
		// From the side of those who are open, of which there are few and mostly none.
		const lent = this.#writer.prepare('SELECT record.number, owner FROM snapshot AS giver CROSS JOIN record ON owner = giver.number CROSS JOIN reference ON reference.record = record.number AND reference.snapshot = ? WHERE giver.visible = 0')
			.all(snapshot) as Array<{number: number; owner: number}>;
		const reserved = new Map<number, number[]>();
		const reveal = this.#writer.prepare('UPDATE OR IGNORE record SET owner = NULL WHERE number = ?');
		for (const {number, owner} of lent) {
			reveal.run(number);
			reserved.set(owner, [...reserved.get(owner) ?? [], number]);
		}

		for (const [owner, records] of reserved) {
			this.#reserve(owner, records);
		}
	}

	/** Where somebody else was faster, theirs stays; who relied on ours relies on theirs from now on. */
	#yieldToVisible(snapshot: number): void {
		const twins = this.#writer.prepare('SELECT mine.number AS mine, theirs.number AS theirs FROM record AS mine JOIN record AS theirs ON theirs.kind = mine.kind AND theirs.id = mine.id AND theirs.owner IS NULL WHERE mine.owner = ?')
			.all(snapshot) as Array<{mine: number; theirs: number}>;
		if (twins.length === 0) {
			return;
		}

		const reservations = new Reservations();
		reservations.refresh(this.#writer);
		const moved = new Map<number, number[]>([[snapshot, []]]);
		for (const {mine, theirs} of twins) {
			for (const holder of new Set([snapshot, ...reservations.holders(mine)])) {
				moved.set(holder, [...moved.get(holder) ?? [], theirs]);
			}

			this.#writer.prepare('UPDATE OR IGNORE reference SET record = ? WHERE record = ?').run(theirs, mine);
			this.#writer.prepare('DELETE FROM reference WHERE record = ?').run(mine);
			this.#writer.prepare('DELETE FROM record WHERE number = ?').run(mine);
		}

		for (const [holder, records] of moved) {
			this.#reserve(holder, records);
		}
	}
}
