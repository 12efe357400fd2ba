// Reads content back: from a file's entry to its chunks, each proven to be the one that was named.

import {batchBytes, batchRecords, type BackendReader, type CallOptions} from '../backends/contract.js';
import {asPlakarError} from '../errors/revive.js';
import type {Codec} from '../format/codec.js';
import {corrupt} from '../format/corrupt.js';
import type {Content} from '../format/entry.js';
import {decodeObject, maximumObjectBytes, type ChunkPart} from '../format/object-record.js';

export type ContentSource = {readonly backend: Pick<BackendReader, 'read' | 'readBatch'>; readonly codec: Codec};

/** The chunks of `content`, in order. One read for content of several chunks, none else. */
export async function partsOf({backend, codec}: ContentSource, content: Content, sizeBytes: number, options: CallOptions = {}): Promise<readonly ChunkPart[]> {
	switch (content.kind) {
		case 'empty': {
			return [];
		}

		case 'chunk': {
			return [{id: content.id, sizeBytes}];
		}

		case 'object': {
			const stored = await backend.read('object', content.id, options);
			return decodeObject(content.id, codec.sealer.unseal('object', content.id, stored, maximumObjectBytes), codec.hashing).chunks;
		}
	}
}

/** Content read ahead: half a batch of the medium is enough for a file, and every lane holds one. */
const aheadBytes = batchBytes / 2;

/** Consecutive parts of at most `aheadBytes` of content. */
function* batchesOf(parts: readonly ChunkPart[]): Generator<readonly ChunkPart[]> {
	let batch: ChunkPart[] = [];
	let bytes = 0;
	for (const part of parts) {
		if (batch.length > 0 && (bytes + part.sizeBytes > aheadBytes || batch.length === batchRecords)) {
			yield batch;
			batch = [];
			bytes = 0;
		}

		batch.push(part);
		bytes += part.sizeBytes;
	}

	if (batch.length > 0) {
		yield batch;
	}
}

function openChunk({sealer, chunking, hashing}: Codec, {id, sizeBytes}: ChunkPart, stored: Uint8Array, scratch: Uint8Array | undefined): Uint8Array {
	const plain = sealer.unseal('chunk', id, stored, chunking.maximumBytes, scratch);
	if (plain.length !== sizeBytes || hashing.chunkId(plain) !== id) {
		throw corrupt(`The chunk ${id}`, 'its content is not what its name says');
	}

	return plain;
}

export type ContentOptions = CallOptions & {
	/** Where chunks may be opened; then each is valid only until the next one is asked for. */
	readonly scratch?: Uint8Array | undefined;
};

/**
 * The plaintext of `parts`, one by one. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND, PASSPHRASE_NEEDED.
 * Memory: one batch of stored records.
 */
export async function* readParts(source: ContentSource, parts: readonly ChunkPart[], {scratch, ...options}: ContentOptions = {}): AsyncGenerator<Uint8Array> {
	for (const batch of batchesOf(parts)) {
		const results = await source.backend.readBatch('chunk', batch.map(({id}) => id), options);
		for (const [index, part] of batch.entries()) {
			const result = results[index]!;
			if (result instanceof Error) {
				throw asPlakarError(result);
			}

			yield openChunk(source.codec, part, result, scratch);
		}
	}
}

/** The plaintext of `content`, chunk by chunk. Throws what `readParts` throws. Memory: one batch of stored records. */
export async function* readContent(source: ContentSource, content: Content, sizeBytes: number, options: ContentOptions = {}): AsyncGenerator<Uint8Array> {
	let length = 0;
	for await (const plain of readParts(source, await partsOf(source, content, sizeBytes, options), options)) {
		length += plain.length;
		yield plain;
	}

	if (length !== sizeBytes) {
		throw corrupt('The content', `it has ${length} bytes where ${sizeBytes} are recorded`);
	}
}
