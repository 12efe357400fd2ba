// Reads the head of a message field by field: nothing that came over a line is used before it has been looked at here.

import {assertRecordId, hashSizeBytes, isSnapshotId, recordKinds, type RecordId, type RecordKind, type SharedKind, type SnapshotId} from '../../format/ids.js';
import {protocolError, type Head, type Message} from './message.js';

const uuidSizeBytes = 16;
const longestText = 1024;

const sizeOf = (kind: RecordKind): number => kind === 'chunk' || kind === 'object' ? hashSizeBytes : uuidSizeBytes;

/** Ids as bytes, 32 for a hash and 16 for a UUID. Throws FORMAT_INVALID for what is no id of `kind`. */
export function packIds(kind: RecordKind, ids: readonly RecordId[]): Uint8Array {
	for (const id of ids) {
		assertRecordId(kind, id);
	}

	const text = ids.join('');
	return Buffer.from(kind === 'chunk' || kind === 'object' ? text : text.replaceAll('-', ''), 'hex');
}

export class Fields {
	readonly #head: Head;
	readonly #blobs: readonly Uint8Array[];
	readonly #peer: string;

	constructor({head, blobs}: Message, peer: string) {
		this.#head = head;
		this.#blobs = blobs;
		this.#peer = peer;
	}

	get blobs(): readonly Uint8Array[] {
		return this.#blobs;
	}

	/** Throws PROTOCOL_ERROR about the field `name`. */
	fail(name: string): never {
		throw protocolError(this.#peer, `"${name}" is missing or not what it should be`);
	}

	has(name: string): boolean {
		return this.#head[name] !== undefined && this.#head[name] !== null;
	}

	value(name: string): unknown {
		return this.#head[name];
	}

	text(name: string, longest = longestText): string {
		const value = this.#head[name];
		return typeof value === 'string' && value.length <= longest ? value : this.fail(name);
	}

	number(name: string): number {
		const value = this.#head[name];
		return typeof value === 'number' && Number.isFinite(value) ? value : this.fail(name);
	}

	flag(name: string): boolean {
		const value = this.#head[name];
		return typeof value === 'boolean' ? value : this.fail(name);
	}

	oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
		const value = this.#head[name];
		return words.includes(value as Word) ? value as Word : this.fail(name);
	}

	kind(): RecordKind {
		return this.oneOf('kind', recordKinds);
	}

	sharedKind(): SharedKind {
		return this.oneOf('kind', ['chunk', 'object']);
	}

	snapshot(name = 'snapshot'): SnapshotId {
		const value = this.text(name);
		return isSnapshotId(value) ? value : this.fail(name);
	}

	/** `count` numbers; any number of them, up to `most`, when it is not given. */
	numbers(name: string, count: number): number[] {
		const values = this.#array(name, count);
		return values.every(value => typeof value === 'number' && Number.isFinite(value)) ? values as number[] : this.fail(name);
	}

	flags(name: string, count: number): boolean[] {
		const values = this.#array(name, count);
		return values.every(value => typeof value === 'boolean') ? values as boolean[] : this.fail(name);
	}

	/** At most `most` objects, each as fields of its own. */
	items(name: string, most: number): Fields[] {
		const values = this.#head[name];
		if (!Array.isArray(values) || values.length > most) {
			this.fail(name);
		}

		return (values as unknown[]).map(head => typeof head === 'object' && head !== null
			? new Fields({head: head as Head, blobs: []}, this.#peer)
			: this.fail(name));
	}

	/** The byte string at `index`. */
	blob(index: number): Uint8Array {
		return this.#blobs[index] ?? this.fail(`byte string ${index}`);
	}

	/** The ids packed in the byte string at `index`, at most `most`. */
	ids(kind: RecordKind, most: number, index = 0): RecordId[] {
		const bytes = this.blob(index);
		const size = sizeOf(kind);
		if (bytes.length % size !== 0 || bytes.length / size > most) {
			this.fail('ids');
		}

		const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
		return Array.from({length: bytes.length / size}, (_, position) => {
			const digits = text.slice(position * size * 2, (position + 1) * size * 2);
			const id = size === hashSizeBytes ? digits : `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
			assertRecordId(kind, id);
			return id;
		});
	}

	/** The id in the field `name`. */
	id(kind: RecordKind, name: string): RecordId {
		const id = this.text(name);
		assertRecordId(kind, id);
		return id;
	}

	#array(name: string, count: number): unknown[] {
		const values = this.#head[name];
		return Array.isArray(values) && values.length === count ? values : this.fail(name);
	}
}
