// Keeps entries in walk order while the content of some is still being stored.

import type {Content, Entry} from '../../format/entry.js';
import type {StoredFile} from '../../workers/task.js';
import type {FileStamp} from './walk.js';

/** An entry on its way into the index. */
export type Slot = {
	entry: Entry;
	readonly stamp: FileStamp | undefined;
	/** Until its content is known. */
	waits: boolean;
	/** The first name of the same inode: it has the content. */
	readonly twin?: Slot | undefined;
	/** What the cache is told of a file that was read or is unchanged. */
	stored?: Pick<StoredFile, 'chunks' | 'storedBytes' | 'object'>;
};

/** Where a stored file's bytes are. */
export function contentOf({chunks, object}: Pick<StoredFile, 'chunks' | 'object'>): Content {
	const [first] = chunks;
	if (first === undefined) {
		return {kind: 'empty'};
	}

	return object === undefined ? {kind: 'chunk', id: first} : {kind: 'object', id: object.id};
}

export class EntryLine {
	#slots: Slot[] = [];
	#head = 0;

	get length(): number {
		return this.#slots.length - this.#head;
	}

	add(slot: Slot): void {
		this.#slots.push(slot);
	}

	/** The slots at the front that wait for nothing, in order; they leave the line. */
	* take(): Generator<Slot> {
		while (this.#head < this.#slots.length && !this.#slots[this.#head]!.waits) {
			const slot = this.#slots[this.#head++]!;
			if (slot.twin !== undefined) {
				const {content, sizeBytes, error} = slot.twin.entry;
				slot.entry = {...slot.entry, content, sizeBytes, error};
			}

			yield slot;
		}

		if (this.#head > 4096) {
			this.#slots = this.#slots.slice(this.#head);
			this.#head = 0;
		}
	}
}
