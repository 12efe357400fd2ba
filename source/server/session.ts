// A lock that the server holds for a client, with what stands behind it: it ends when it is released or its lease runs out.

import type {Backend, Lock, LockHolder} from '../backends/contract.js';
import type {Client} from '../backends/wire/operations.js';

export type SessionParts = {
	readonly id: string;
	readonly client: Client;
	/** Of this session alone: a medium ties transactions to the lock of the backend that began them. */
	readonly backend: Backend;
	readonly lock: Lock;
	readonly purpose: string;
	/** Infinity: the session lives as long as the line that it came over. */
	readonly leaseMs: number;
	readonly onEnd: (session: Session) => void;
};

export class Session {
	readonly id: string;
	readonly client: Client;
	readonly backend: Backend;
	/** As other clients see it: the client, not this server. */
	readonly holder: LockHolder;
	readonly #parts: SessionParts;
	#timer: NodeJS.Timeout | undefined;
	readonly #running = new Set<Promise<unknown>>();
	#isOver = false;

	constructor(parts: SessionParts) {
		const {client, lock, purpose} = parts;
		this.id = parts.id;
		this.client = client;
		this.backend = parts.backend;
		const {mode, sinceMs, refreshedMs} = lock.holder;
		this.holder = {mode, host: client.host, pid: client.pid, purpose, sinceMs, refreshedMs};
		this.#parts = parts;
		this.touch();
	}

	/** Whether `holder`, as the medium tells it, is this session's lock. */
	isBehind(holder: LockHolder): boolean {
		const {lock} = this.#parts;
		return holder.sinceMs === lock.holder.sinceMs && holder.purpose === lock.holder.purpose && holder.pid === lock.holder.pid;
	}

	isOf({host, pid}: Client): boolean {
		return host === this.client.host && pid === this.client.pid;
	}

	/** Begins the lease anew. */
	touch(): void {
		clearTimeout(this.#timer);
		if (!this.#isOver && Number.isFinite(this.#parts.leaseMs)) {
			this.#timer = setTimeout(() => {
				if (this.#running.size === 0) {
					void this.end();
				}
			}, this.#parts.leaseMs);
			this.#timer.unref();
		}
	}

	/** Runs `work` without the lease running out meanwhile. */
	async during<Result>(work: () => Promise<Result>): Promise<Result> {
		const running = work();
		this.#running.add(running);
		try {
			return await running;
		} finally {
			this.#running.delete(running);
			this.touch();
		}
	}

	/** Resolves when what runs now has ended, whatever came of it. */
	async settled(): Promise<void> {
		await Promise.allSettled(this.#running);
	}

	/**
	 * Gives the lock back once nothing is written under it any more; transactions stay unfinished for whoever takes them
	 * up. Never throws.
	 */
	async end(): Promise<void> {
		if (!this.#isOver) {
			this.#isOver = true;
			clearTimeout(this.#timer);
			this.#parts.onEnd(this);
			await this.settled();
			await this.#parts.lock.release();
			await this.backend.close();
		}
	}
}
