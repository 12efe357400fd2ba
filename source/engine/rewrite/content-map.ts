// Which content of a source is which of a target whose ids differ: found once, used for every snapshot after it.

import type {Content} from '../../format/entry.js';
import {hashSizeBytes} from '../../format/ids.js';
import {RecordTable} from '../record-table.js';

export type StoredName = Exclude<Content, {readonly kind: 'empty'}>;

const kindMarks = {chunk: 1, object: 2} as const;
const firstCapacity = 1024;

/** About 100 bytes a content. Positions stay what they are. */
export class ContentMap {
	readonly #sources = new RecordTable();
	#targets = Buffer.alloc(firstCapacity * hashSizeBytes);
	/** Number of the snapshot that used the content last. */
	#users = new Uint32Array(firstCapacity);

	get count(): number {
		return this.#sources.count;
	}

	/** The position of the source's content, or -1. */
	find({id}: StoredName): number {
		return this.#sources.find(id);
	}

	/** What the target calls the content at `position`. */
	targetAt(position: number): StoredName {
		const id = this.#targets.toString('hex', position * hashSizeBytes, (position + 1) * hashSizeBytes);
		return {kind: this.#sources.markAt(position) === kindMarks.object ? 'object' : 'chunk', id} as StoredName;
	}

	/** Number of the snapshot that used the content at `position` last; 0 when none did. */
	userAt(position: number): number {
		return this.#users[position]!;
	}

	/** Notes that `source` is the target's `target`, used by snapshot number `user`. */
	set(source: StoredName, target: StoredName, user: number): void {
		let position = this.#sources.find(source.id);
		if (position < 0) {
			position = this.#sources.add(0, source.id, 0);
			this.#grow(position);
		}

		this.#sources.setMark(position, kindMarks[target.kind]);
		this.#targets.write(target.id, position * hashSizeBytes, hashSizeBytes, 'hex');
		this.#users[position] = user;
	}

	#grow(position: number): void {
		if (position >= this.#users.length) {
			const targets = Buffer.alloc(this.#targets.length * 2);
			this.#targets.copy(targets);
			this.#targets = targets;
			const users = new Uint32Array(this.#users.length * 2);
			users.set(this.#users);
			this.#users = users;
		}
	}
}
