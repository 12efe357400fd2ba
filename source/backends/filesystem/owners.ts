// Who has a transaction open: a note in its folder, which any process can read and a dead process leaves behind.

import {hostname} from 'node:os';
import {PlakarError} from '../../errors/plakar-error.js';
import type {SnapshotId} from '../../format/ids.js';
import type {UnfinishedTransaction} from '../contract.js';
import {type Layout, ownerFile} from './layout.js';
import {liveLocks} from './locks.js';
import {transactionNames} from './publish/publisher.js';
import {attempt, readWhole, system, writeNew} from './system.js';

export type Owner = {readonly host: string; readonly pid: number; readonly lockId: string; readonly startedAtMs: number};

const scratchBytes = 4096;

/** The owners of all transactions of a repository; those that this process opened are remembered. */
export class Owners {
	readonly #layout: Layout;
	readonly #scratch = new Uint8Array(scratchBytes);
	/** Of the transactions that this process has open. */
	readonly #own = new Map<SnapshotId, Owner>();

	constructor(layout: Layout) {
		this.#layout = layout;
	}

	/** The transactions that this process has open. */
	get open(): readonly SnapshotId[] {
		return [...this.#own.keys()];
	}

	/** Whether this process has the transaction open behind this lock: `owner` is what its folder says. */
	isOwn(snapshot: SnapshotId, owner: Owner | undefined, lockId: string): boolean {
		return owner?.lockId === lockId && owner.pid === process.pid && this.#own.has(snapshot);
	}

	/** Takes the transaction for this process, from whoever had it. */
	claim(snapshot: SnapshotId, lockId: string): void {
		const path = `${this.#layout.transaction(snapshot)}/${ownerFile}`;
		const owner: Owner = {host: hostname(), pid: process.pid, lockId, startedAtMs: Date.now()};
		attempt(path, () => {
			system.rmSync(path, {force: true});
			writeNew(path, Buffer.from(JSON.stringify(owner)), false, this.#layout.ownership);
		});
		this.#own.set(snapshot, owner);
	}

	forget(snapshot: SnapshotId): void {
		this.#own.delete(snapshot);
	}

	/** What the transaction's folder says; undefined when it says nothing that can be read. */
	of(snapshot: SnapshotId): Owner | undefined {
		try {
			const bytes = readWhole(`${this.#layout.transaction(snapshot)}/${ownerFile}`, this.#scratch);
			return JSON.parse(Buffer.from(bytes).toString('utf8')) as Owner;
		} catch {
			return undefined;
		}
	}

	/** Whether the lock behind the transaction is still held. */
	isActive({lockId}: Owner): boolean {
		return liveLocks(this.#layout).some(lock => lock.lockId === lockId);
	}

	/** The folder of a transaction that this process has open. Throws INTERNAL when it was never begun. */
	assertOpen(snapshot: SnapshotId): string {
		if (!this.#own.has(snapshot)) {
			const owner = this.of(snapshot);
			if (owner === undefined || owner.pid !== process.pid) {
				throw new PlakarError('INTERNAL', {
					message: `The transaction ${snapshot} is not open in this process.`,
					hint: 'This is a defect of the program; nothing was written.',
				});
			}

			this.#own.set(snapshot, owner);
		}

		return this.#layout.transaction(snapshot);
	}

	/** The folders of other transactions behind the same lock: what they staged is committed together with this one, or before it. */
	siblings(snapshot: SnapshotId): string[] {
		const own = this.#own.get(snapshot)!;
		return transactionNames(this.#layout).filter(name => name !== snapshot && this.of(name)?.lockId === own.lockId).map(name => this.#layout.transaction(name));
	}

	/** All transactions that lie in the repository. */
	unfinished(): UnfinishedTransaction[] {
		return transactionNames(this.#layout).map(snapshot => {
			const owner = this.of(snapshot);
			return {snapshot, active: owner !== undefined && this.isActive(owner), startedAtMs: owner?.startedAtMs ?? 0};
		});
	}
}
