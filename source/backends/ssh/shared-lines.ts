// One line to each far end for all of this thread, kept for a while after its last use: who has no key is asked once.

import {cancelled} from '../../errors/plakar-error.js';
import type {CallOptions} from '../contract.js';
import type {Line} from '../wire/line.js';
import {PipeLine, type PipeSettings} from './pipe-line.js';

/** A verb opens a repository several times; between two of them a person may have a passphrase to type. */
const keptMs = 300_000;
/** Each is a process here and one there. */
const mostKept = 4;

type Entry = {
	readonly key: string;
	readonly line: PipeLine;
	readonly users: Set<SharedLine>;
	/** Ends it; set while nobody uses it. */
	timer?: NodeJS.Timeout | undefined;
};

const entries = new Map<string, Entry>();

/** Lines that nobody uses, the one that was left first at the front. */
const kept = new Set<Entry>();

class SharedLine implements Line {
	readonly #entry: Entry;
	readonly #waiting = new Set<(error: unknown) => void>();
	#isClosed = false;

	constructor(entry: Entry) {
		this.#entry = entry;
	}

	get peer(): string {
		return this.#entry.line.peer;
	}

	get lastBreak(): Line['lastBreak'] {
		return this.#entry.line.lastBreak;
	}

	async carry(message: Buffer, options?: CallOptions): Promise<Uint8Array> {
		return new Promise((resolve, reject) => {
			if (this.#isClosed) {
				reject(cancelled());
				return;
			}

			this.#waiting.add(reject);
			this.#entry.line.carry(message, options).then(resolve, reject).finally(() => this.#waiting.delete(reject));
		});
	}

	async close(): Promise<void> {
		if (!this.#isClosed) {
			this.#isClosed = true;
			// Whether the line is at rest shows before those who wait are told that they wait no more.
			const closing = leave(this.#entry, this);
			for (const reject of this.#waiting) {
				reject(cancelled());
			}

			await closing;
		}
	}
}

async function end(entry: Entry): Promise<void> {
	clearTimeout(entry.timer);
	kept.delete(entry);
	entries.delete(entry.key);
	await entry.line.close();
}

async function leave(entry: Entry, user: SharedLine): Promise<void> {
	entry.users.delete(user);
	if (entry.users.size > 0) {
		return;
	}

	if (!entry.line.isIdle) {
		await end(entry);
		return;
	}

	kept.add(entry);
	entry.timer = setTimeout(() => {
		void end(entry);
	}, keptMs).unref();
	const [oldest] = kept;
	if (kept.size > mostKept) {
		await end(oldest!);
	}
}

/** A line that `settings` describe, over the connection of whoever has or had one that they describe as well. */
export function shareLine(settings: PipeSettings): Line {
	const key = JSON.stringify(settings);
	const entry = entries.get(key) ?? {key, line: new PipeLine(settings), users: new Set()};
	entries.set(key, entry);
	kept.delete(entry);
	clearTimeout(entry.timer);
	const line = new SharedLine(entry);
	entry.users.add(line);
	return line;
}
