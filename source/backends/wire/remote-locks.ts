// Locks that a server holds for this process: each under a lease that is refreshed from here until it is released.

import {randomUUID} from 'node:crypto';
import {isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import type {CallOptions, Lock, LockMode} from '../contract.js';
import type {Fields} from './fields.js';
import {holderOf} from './holder.js';
import {persist, type Line} from './line.js';
import type {Head} from './message.js';
import type {Operation} from './operations.js';

/** Three refreshes may be lost before a lease runs out. */
const refreshesPerLease = 4;
/** The lease would end by itself: a server that is silent is not waited for long. */
const releaseMs = 2000;

type Call = (operation: Operation, fields?: Head, blobs?: readonly Uint8Array[], options?: CallOptions) => Promise<Fields>;

export class RemoteLocks {
	readonly #line: Pick<Line, 'lastBreak'>;
	readonly #call: Call;
	readonly #held = new Map<string, NodeJS.Timeout>();
	#current = '';
	/** What had ended connections before the current lock was taken, or before there was any. */
	#earlierBreak: PlakarError | undefined;

	constructor(line: Pick<Line, 'lastBreak'>, call: Call) {
		this.#line = line;
		this.#call = call;
		this.#earlierBreak = line.lastBreak;
	}

	/**
	 * A call that needs the lock. Where the connection that it was taken on has broken, that is the failure: the far end only
	 * knows that it holds no lock. Throws what the call throws.
	 */
	readonly callUnder: Call = async (...parameters) => {
		try {
			return await this.#call(...parameters);
		} catch (error) {
			const {lastBreak} = this.#line;
			throw lastBreak === undefined || lastBreak === this.#earlierBreak || !isPlakarError(error, 'BACKEND_FAILED')
				? error
				: new PlakarError('BACKEND_FAILED', {message: lastBreak.message, hint: lastBreak.hint, context: lastBreak.context, cause: error});
		}
	};

	/** The lock that transactions begin under: the last one taken, '' before that. */
	get current(): string {
		return this.#current;
	}

	/** Throws BACKEND_LOCKED. The name of the lock is made here, so that a lost answer can be asked for again. */
	async take(mode: LockMode, purpose: string, options: CallOptions | undefined): Promise<Lock> {
		const session = randomUUID();
		const answer = await persist(async () => this.#call('lock', {session, mode, purpose}, [], options));
		const [holder] = answer.items('holder', 1);
		const leaseMs = answer.number('leaseMs');
		if (holder === undefined || leaseMs <= 0) {
			throw new PlakarError('PROTOCOL_ERROR', {message: 'The server gave a lock without a holder or a lease.', hint: 'Check that plakar-tui answers there, of a version like this one.'});
		}

		const timer = setInterval(() => {
			// A lost refresh is made up for by the next; when the lease has run out, the next write says so.
			this.#call('refresh', {session}).catch(() => undefined);
		}, leaseMs / refreshesPerLease);
		timer.unref();
		this.#held.set(session, timer);
		this.#current = session;
		this.#earlierBreak = this.#line.lastBreak;
		return {
			holder: holderOf(holder),
			release: async () => this.#release(session),
		};
	}

	/** Releases whatever is still held. */
	async close(): Promise<void> {
		await Promise.all([...this.#held.keys()].map(async session => this.#release(session)));
	}

	async #release(session: string): Promise<void> {
		clearInterval(this.#held.get(session));
		if (this.#held.delete(session)) {
			try {
				await this.#call('release', {session}, [], {signal: AbortSignal.timeout(releaseMs)});
			} catch {
				// The lease ends by itself.
			}
		}
	}
}
