// Sends staged records to the disk while more are being staged, so that a commit has little left to wait for.

import type {Flusher} from './flush.js';
import {type JournalSizes, journalSizes} from './journal.js';

/**
 * From the end of one flush to the next: as long as that one took, within these. A commit waits for what was staged since,
 * so a fast disk is flushed often; a slow one is given time to do anything else.
 */
const pauseMs = {shortest: 250, longest: 1000};

export class EarlyFlush {
	readonly #flusher: Flusher;
	readonly #folders = new Set<string>();
	#durable: JournalSizes = new Map();
	#timer: NodeJS.Timeout | undefined;
	#isRunning = false;
	#pauseMs = pauseMs.shortest;
	/** Counts changes of what is watched: a folder may go and come again under the same name. */
	#generation = 0;

	constructor(flusher: Flusher) {
		this.#flusher = flusher;
	}

	/** How far the records that each journal names are on the disk, in bytes of the journal. */
	get durable(): JournalSizes {
		return this.#durable;
	}

	/** Flushes whenever something new was staged in the transaction `folder`, until `unwatch`. Failures are the commit's to tell. */
	watch(folder: string): void {
		this.#change(() => this.#folders.add(folder));
		this.#schedule();
	}

	unwatch(folder: string): void {
		this.#change(() => this.#folders.delete(folder));
		if (this.#folders.size === 0) {
			clearTimeout(this.#timer);
			this.#timer = undefined;
		}
	}

	get isWatching(): boolean {
		return this.#folders.size > 0;
	}

	#change(change: () => void): void {
		change();
		this.#generation++;
		this.#durable = new Map();
	}

	#schedule(): void {
		if (!this.#isRunning) {
			this.#timer ??= setTimeout(() => {
				void this.#run();
			}, this.#pauseMs).unref();
		}
	}

	async #run(): Promise<void> {
		this.#timer = undefined;
		this.#isRunning = true;
		const startedMs = performance.now();
		const goesOn = await this.#flush().catch(() => false);
		this.#pauseMs = Math.min(Math.max(performance.now() - startedMs, pauseMs.shortest), pauseMs.longest);
		this.#isRunning = false;
		if (goesOn && this.isWatching) {
			this.#schedule();
		}
	}

	/** Answers whether another flush can be tried. */
	async #flush(): Promise<boolean> {
		const generation = this.#generation;
		// A record is named in its journal after it was written: what the journals name now is part of this flush.
		const sizes = journalSizes(this.#folders);
		const hasNew = [...sizes].some(([journal, sizeBytes]) => sizeBytes !== this.#durable.get(journal));
		if (!hasNew) {
			return true;
		}

		const isFlushed = await this.#flusher.flushAll();
		if (isFlushed && generation === this.#generation) {
			this.#durable = sizes;
		}

		return isFlushed;
	}
}
