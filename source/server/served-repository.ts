// One repository as a server offers it: its name, what clients may do, and the locks that it holds for them.

import type {Backend, LockHolder, LockMode} from '../backends/contract.js';
import {openBackend} from '../backends/registry.js';
import type {Fields} from '../backends/wire/fields.js';
import type {Client} from '../backends/wire/operations.js';
import {isPlakarError, PlakarError} from '../errors/plakar-error.js';
import type {SnapshotId} from '../format/ids.js';
import type {Access} from './access.js';
import type {Reply} from './reply.js';
import {Session} from './session.js';
import {Stagers} from './stagers.js';

/** More clients at once than any machine serves well. */
const maximumSessions = 256;
/** Answers kept for clients that lost them: every lane of many clients has at most a few on their way. */
const maximumOutcomes = 1024;
const longestPurpose = 200;

/** What answers requests: one repository, or those that each of them names. */
export type Served = {
	/** The one that the request with these fields is for. */
	repositoryFor(fields: Fields): ServedRepository;
	/** Gives every lock back and closes. */
	end(): Promise<void>;
};

export type ServedOptions = {
	readonly name: string;
	readonly location: string;
	readonly access: Access;
	/** How long a client may be silent before its locks end. */
	readonly leaseMs: number;
	/** Threads that write, of the whole server; without them, and where a medium gains nothing from them, this thread writes. */
	readonly stagers?: Stagers | undefined;
};

export class ServedRepository implements Served {
	readonly name: string;
	readonly location: string;
	readonly access: Access;
	readonly leaseMs: number;
	readonly #stagers: Stagers | undefined;
	readonly #sessions = new Map<string, Session>();
	/** Locks on their way: a client whose line broke meanwhile asks again and is given the same one. */
	readonly #taking = new Map<string, Promise<Session>>();
	readonly #transactions = new Map<SnapshotId, Session>();
	/** Open transactions whose header and reference list are stored. */
	readonly #complete = new Set<SnapshotId>();
	readonly #outcomes = new Map<string, Promise<Reply>>();
	#base: Promise<Backend> | undefined;

	constructor({name, location, access, leaseMs, stagers}: ServedOptions) {
		this.name = name;
		this.location = location;
		this.access = access;
		this.leaseMs = leaseMs;
		this.#stagers = stagers;
	}

	repositoryFor(): ServedRepository {
		return this;
	}

	/** The backend that reads for everybody. Throws REPOSITORY_NOT_FOUND as long as nothing is there. */
	async base(): Promise<Backend> {
		this.#base ??= openBackend(this.location);
		try {
			return await this.#base;
		} catch (error) {
			this.#base = undefined;
			throw isPlakarError(error, 'REPOSITORY_NOT_FOUND')
				? new PlakarError('REPOSITORY_NOT_FOUND', {message: `The server has no repository ${this.name} yet.`, hint: 'Make it with create or clone, if the server lets you.', context: {add: this.access.add}})
				: error;
		}
	}

	/** Takes a lock for `client`; asked again with the same id, answers with the one that was taken. */
	async lock(id: string, client: Client, mode: LockMode, purpose: string): Promise<Session> {
		const known = this.#sessions.get(id) ?? this.#taking.get(id);
		if (known !== undefined) {
			return known;
		}

		const taking = this.#take(id, client, mode, purpose).finally(() => this.#taking.delete(id));
		this.#taking.set(id, taking);
		return taking;
	}

	async #take(id: string, client: Client, mode: LockMode, purpose: string): Promise<Session> {
		if (this.#sessions.size + this.#taking.size >= maximumSessions) {
			throw new PlakarError('BACKEND_UNAVAILABLE', {message: `The server holds ${maximumSessions} locks of ${this.name} already.`, hint: 'Try again later.'});
		}

		const backend = await openBackend(this.location);
		try {
			const shown = purpose.slice(0, longestPurpose);
			const lock = await backend.lock(mode, `${shown}, for ${client.host} (pid ${client.pid})`);
			const session = new Session({
				id, client, backend, lock, purpose: shown, leaseMs: this.leaseMs,
				onEnd: ended => {
					this.#forget(ended);
				},
			});
			this.#sessions.set(id, session);
			return session;
		} catch (error) {
			await backend.close();
			throw error;
		}
	}

	/** Throws BACKEND_FAILED when its lease has run out. */
	session(id: string, client: Client): Session {
		const session = this.#sessions.get(id);
		if (session === undefined || !session.isOf(client)) {
			throw this.#lost();
		}

		return session;
	}

	find(id: string): Session | undefined {
		return this.#sessions.get(id);
	}

	/** The session that has the transaction open, for any lane of its client. Throws BACKEND_FAILED when there is none. */
	holderOf(snapshot: SnapshotId, client: Client): Session {
		const session = this.#transactions.get(snapshot);
		if (session === undefined || !session.isOf(client)) {
			throw this.#lost();
		}

		return session;
	}

	/** The session that holds the exclusive lock for any lane of `client`. Throws BACKEND_FAILED when there is none. */
	removerOf(client: Client): Session {
		const session = [...this.#sessions.values()].find(candidate => candidate.holder.mode === 'exclusive' && candidate.isOf(client));
		if (session === undefined) {
			throw this.#lost('exclusive ');
		}

		return session;
	}

	/** Whether `client` has the transaction open. */
	holds(snapshot: SnapshotId, client: Client): boolean {
		return this.#transactions.get(snapshot)?.isOf(client) === true;
	}

	/** Throws BACKEND_LOCKED when another session has the transaction open. */
	open(snapshot: SnapshotId, session: Session): void {
		const other = this.#transactions.get(snapshot);
		if (other !== undefined && other !== session) {
			const {host, pid} = other.client;
			throw new PlakarError('BACKEND_LOCKED', {
				message: `${host} (pid ${pid}) is writing the snapshot ${snapshot} to ${this.name} now.`,
				hint: `Wait until it has finished; a client that is not heard of for ${Math.ceil(this.leaseMs / 1000)} s loses its place.`,
				context: {host, pid},
			});
		}

		this.#transactions.set(snapshot, session);
	}

	close(snapshots: readonly SnapshotId[]): void {
		for (const snapshot of snapshots) {
			this.#transactions.delete(snapshot);
			this.#complete.delete(snapshot);
			// A thread that ended meanwhile has forgotten everything.
			this.#stagers?.forget({location: this.location, snapshot}).catch(() => undefined);
		}
	}

	/** What writes records of a transaction of `backend`. The memory of records that it is handed may be given to a thread. */
	writer(backend: Backend, snapshot: SnapshotId): Pick<Backend, 'stage' | 'reference'> {
		return this.#stagers === undefined || !Stagers.suit(backend.supports) ? backend : this.#stagers.writer({location: this.location, snapshot});
	}

	/** The transaction has all that a commit needs. */
	complete(snapshot: SnapshotId): void {
		this.#complete.add(snapshot);
	}

	isComplete(snapshot: SnapshotId): boolean {
		return this.#complete.has(snapshot);
	}

	/** The lock as clients should see it; what marks a process of this machine is nothing to them. */
	shown(holder: LockHolder): LockHolder {
		const {mode, host, pid, purpose, sinceMs, refreshedMs} = holder;
		return [...this.#sessions.values()].find(session => session.isBehind(holder))?.holder ?? {mode, host, pid, purpose, sinceMs, refreshedMs};
	}

	/** Runs `work` once for `key`: who asks again, because the answer was lost, gets that answer. Failures are not kept. */
	async once(client: Client, key: string, work: () => Promise<Reply>): Promise<Reply> {
		const name = `${client.pid} ${key} ${client.host}`;
		const known = this.#outcomes.get(name);
		if (known !== undefined) {
			return known;
		}

		const outcome = work();
		this.#outcomes.set(name, outcome);
		for (const oldest of this.#outcomes.keys()) {
			if (this.#outcomes.size <= maximumOutcomes) {
				break;
			}

			this.#outcomes.delete(oldest);
		}

		try {
			return await outcome;
		} catch (error) {
			this.#outcomes.delete(name);
			throw error;
		}
	}

	/** The answer that was given under `key`; undefined when the work was never done, or failed. */
	async outcome(client: Client, key: string): Promise<Reply | undefined> {
		try {
			return await this.#outcomes.get(`${client.pid} ${key} ${client.host}`);
		} catch {
			return undefined;
		}
	}

	async end(): Promise<void> {
		await Promise.all([...this.#sessions.values()].map(async session => session.end()));
		await this.reopen();
	}

	/** What stands at the location from now on is read: it is another repository, or none. */
	async reopen(): Promise<void> {
		const opening = this.#base;
		this.#base = undefined;
		await (await opening?.catch(() => undefined))?.close();
	}

	#forget(session: Session): void {
		this.#sessions.delete(session.id);
		for (const [snapshot, holder] of this.#transactions) {
			if (holder === session) {
				this.close([snapshot]);
			}
		}
	}

	#lost(mode = ''): PlakarError {
		return new PlakarError('BACKEND_FAILED', {
			message: `The server holds no ${mode}lock of this process on ${this.name} any more: nothing was heard of it for too long, or the server was started anew.`,
			hint: 'Run the same command again; what was sent is kept.',
		});
	}
}
