// The ledger during one check: which chunks need not be read again, and what this check has proven, written as it goes on.

import {asPlakarError} from '../../errors/revive.js';
import {verdicts, type Examination} from '../../workers/task.js';
import {maximumLedgerChunks, readLedger, writeLedger} from '../ledger/ledger-file.js';
import {believable, dayOf, proofAt, secondsOf, type Ledger} from '../ledger/ledger.js';
import {comparePrefix, mergeLedger, refuted} from '../ledger/merge-ledger.js';
import type {PackedIds} from './inventory.js';

/** Often enough that a kill loses little; writing takes at most a fiftieth of the time. */
const defaultSaveEveryMs = 30_000;
const saveShare = 50;

const soundState = verdicts.indexOf('sound') + 1;
const soundAgainState = verdicts.indexOf('sound-on-second-read') + 1;

/** Whether a state of an `Examination` says that the record was read and is sound. */
export const isProven = (state: number): boolean => state === soundState || state === soundAgainState;

/** A check that is to go on: chunks proven since the unfinished check began, or else within so many days, are not read. */
export type Resume = {readonly withinDays: number};

export type ProofKeeperOptions = {
	/** No ledger when undefined. */
	readonly file: string | undefined;
	readonly ids: PackedIds;
	readonly opens: boolean;
	/** The digest of all snapshots, when `ids` are all chunks of the repository. */
	readonly snapshots: string | undefined;
	/** Every chunk will be read, unless it is stopped. */
	readonly isFull: boolean;
	readonly resume?: Resume | undefined;
	readonly onNotice: (text: string) => void;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** For tests. Default: half a minute. */
	readonly saveEveryMs?: number | undefined;
};

export class ProofKeeper {
	/** Proofs before this time do not spare a read; undefined when every chunk is to be read. Seconds. */
	readonly trustedSince: number | undefined;
	/** The last proof of each chunk before this check, in seconds, 0 for never. */
	readonly #before: Uint32Array;
	readonly #sizesBefore: Uint32Array;
	readonly #proofs: Uint32Array;
	readonly #sizes: Uint32Array;
	readonly #options: ProofKeeperOptions;
	readonly #unfinishedSince: number;
	#file: string | undefined;
	#hasNews = false;
	readonly #saveEveryMs: number;
	/** On a clock that never jumps. */
	#nextSaveMs: number;
	#saving: Promise<void> | undefined;

	private constructor(options: ProofKeeperOptions, known: Ledger | undefined) {
		const {ids, opens, resume, now, isFull, snapshots} = options;
		const nowSeconds = secondsOf(now());
		this.#options = options;
		this.#file = options.file;
		this.#before = new Uint32Array(ids.count);
		this.#sizesBefore = new Uint32Array(ids.count);
		this.#proofs = new Uint32Array(ids.count);
		this.#sizes = new Uint32Array(ids.count);
		this.#saveEveryMs = options.saveEveryMs ?? defaultSaveEveryMs;
		this.#nextSaveMs = performance.now() + this.#saveEveryMs;
		const begun = believable(known?.unfinishedSince ?? 0, nowSeconds);
		const goesOn = resume !== undefined && begun > 0;
		this.trustedSince = resume === undefined ? undefined : Math.max(begun, nowSeconds - (resume.withinDays * 86_400));
		this.#unfinishedSince = isFull && snapshots !== undefined && !goesOn ? nowSeconds : known?.unfinishedSince ?? 0;
		if (known !== undefined) {
			this.#join(known, opens, nowSeconds);
		}
	}

	/** Reads the ledger; one that cannot be used is left aside with a notice. O(chunks). */
	static async open(options: ProofKeeperOptions): Promise<ProofKeeper> {
		const {file, ids, onNotice} = options;
		if (file === undefined || ids.count > maximumLedgerChunks) {
			return new ProofKeeper({...options, file: undefined}, undefined);
		}

		try {
			return new ProofKeeper(options, await readLedger(file));
		} catch (error) {
			const {message, hint} = asPlakarError(error);
			onNotice(`${message} ${hint}`);
			return new ProofKeeper(options, undefined);
		}
	}

	/** Whether the chunk at `position` need not be read, provided that it still has `sizeBefore`. */
	isTrusted(position: number): boolean {
		return this.trustedSince !== undefined && this.#before[position]! >= this.trustedSince && this.#before[position]! > 0;
	}

	sizeBefore(position: number): number {
		return this.#sizesBefore[position]!;
	}

	/** Stored bytes of all chunks that need not be read. O(chunks). */
	trustedBytes(): number {
		let bytes = 0;
		for (let position = 0; position < this.#before.length; position++) {
			bytes += this.isTrusted(position) ? this.#sizesBefore[position]! : 0;
		}

		return bytes;
	}

	/** The day of the last proof before this check, since 1970; 0 for never. */
	dayBefore(position: number): number {
		return dayOf(this.#before[position]!);
	}

	/** Takes what was seen of the chunks from `first` on. */
	take(first: number, {states, sizes}: Pick<Examination, 'states' | 'sizes'>): void {
		const nowSeconds = secondsOf(this.#options.now());
		for (let index = 0; index < states.length; index++) {
			const state = states[index]!;
			const position = first + index;
			if (state !== 0 || sizes[index]! < 0) {
				this.#proofs[position] = isProven(state) ? nowSeconds : refuted;
				this.#sizes[position] = Math.max(0, sizes[index]!);
				this.#hasNews = true;
			}
		}
	}

	/** Writes the ledger when that is due. Never throws and never waits. */
	keep(): void {
		if (this.#file !== undefined && this.#saving === undefined && performance.now() >= this.#nextSaveMs) {
			this.#saving = this.#save(this.#unfinishedSince).finally(() => {
				this.#saving = undefined;
			});
		}
	}

	/** Writes the ledger for the last time; `isFinished` when nothing was left to read. */
	async finish(isFinished: boolean): Promise<void> {
		await this.#saving;
		const {isFull, snapshots} = this.#options;
		const covers = isFinished && snapshots !== undefined && (isFull || this.trustedSince !== undefined);
		await this.#save(covers ? 0 : this.#unfinishedSince);
	}

	async #save(unfinishedSince: number): Promise<void> {
		const {ids, opens, snapshots, onNotice} = this.#options;
		const file = this.#file;
		if (file === undefined || (!this.#hasNews && this.trustedSince === undefined)) {
			return;
		}

		const startedMs = performance.now();
		try {
			// Another check may have written meanwhile: what it has proven stays.
			const known = await readLedger(file).catch(() => undefined);
			const seen = {count: ids.count, ids: ids.packed(0, ids.count), proofs: this.#proofs, sizes: this.#sizes, opens, isWhole: snapshots !== undefined};
			await writeLedger(file, {
				...mergeLedger(known, seen),
				chunks: snapshots === undefined ? known?.chunks ?? 0 : ids.count,
				snapshots: snapshots ?? known?.snapshots ?? '',
				unfinishedSince,
			});
		} catch (error) {
			this.#file = undefined;
			onNotice(`The ledger could not be written, so this check is not remembered: ${(error as Error).message}`);
		}

		const endedMs = performance.now();
		this.#nextSaveMs = endedMs + Math.max(this.#saveEveryMs, (endedMs - startedMs) * saveShare);
	}

	#join(known: Ledger, opens: boolean, nowSeconds: number): void {
		const {ids} = this.#options;
		const packed = ids.packed(0, ids.count);
		let at = 0;
		for (let position = 0; position < ids.count && at < known.count; position++) {
			let order = -1;
			while (at < known.count && (order = comparePrefix(packed, position, known.ids, at)) > 0) {
				at++;
			}

			if (at < known.count && order === 0) {
				this.#before[position] = believable(proofAt(known, at, opens), nowSeconds);
				this.#sizesBefore[position] = known.sizes[at]!;
			}
		}
	}
}
