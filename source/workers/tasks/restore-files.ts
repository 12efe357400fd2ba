// Writes files from their chunks: content first under a temporary name, then owner, mode and time, then the final name.

import {chmodSync, chownSync, closeSync, ftruncateSync, openSync, renameSync, unlinkSync, writeSync} from 'node:fs';
import {batchBytes} from '../../backends/contract.js';
import {cancelled, PlakarError} from '../../errors/plakar-error.js';
import {asPlakarError, toPlainError} from '../../errors/revive.js';
import {corrupt} from '../../format/corrupt.js';
import type {ChunkId} from '../../format/ids.js';
import {decodeObject, maximumObjectBytes, type ChunkPart} from '../../format/object-record.js';
import type {Content, Entry} from '../../format/entry.js';
import {displayPath, type PathBytes} from '../../format/paths.js';
import type {Lane} from '../lane.js';
import {nativeCalls} from '../native.js';
import type {TaskAnswer, Tasks} from '../task.js';

export type FileRestore = {
	/** Where it goes; its folder exists. */
	readonly destination: PathBytes;
	readonly content: Content;
	readonly sizeBytes: number;
	readonly metadata: Pick<Entry, 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'mtimeNanoseconds'>;
	/** Whether to set the owner: only root can. */
	readonly setOwner: boolean;
};

const zeros = Buffer.alloc(64 * 1024);

const isZero = (bytes: Uint8Array): boolean => {
	for (let offset = 0; offset < bytes.length; offset += zeros.length) {
		const part = bytes.subarray(offset, offset + zeros.length);
		if (Buffer.compare(part, zeros.subarray(0, part.length)) !== 0) {
			return false;
		}
	}

	return true;
};

/** The chunks of a file's content. One read for a file of several chunks, none else. */
export async function partsOf(lane: Lane, content: Content, sizeBytes: number): Promise<readonly ChunkPart[]> {
	switch (content.kind) {
		case 'empty': {
			return [];
		}

		case 'chunk': {
			return [{id: content.id, sizeBytes}];
		}

		case 'object': {
			const {backend, codec} = lane.side('source');
			const stored = await backend.read('object', content.id);
			return decodeObject(content.id, codec.sealer.unseal('object', content.id, stored, maximumObjectBytes), codec.hashing).chunks;
		}
	}
}

/** Consecutive parts of at most `batchBytes` of content. */
export function* batchesOf(parts: readonly ChunkPart[]): Generator<readonly ChunkPart[]> {
	let batch: ChunkPart[] = [];
	let bytes = 0;
	for (const part of parts) {
		if (bytes + part.sizeBytes > batchBytes && batch.length > 0) {
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

/** Opens one chunk and proves that it is the one named. Throws RECORD_CORRUPT. */
export function openChunk(lane: Lane, {id, sizeBytes}: ChunkPart, stored: Uint8Array): Uint8Array {
	const {sealer, chunking, hashing} = lane.side('source').codec;
	const plain = sealer.unseal('chunk', id, stored, chunking.maximumBytes);
	if (plain.length !== sizeBytes || hashing.chunkId(plain) !== id) {
		throw corrupt(`The chunk ${id}`, 'its content is not what its name says');
	}

	return plain;
}

async function writeContent(lane: Lane, handle: number, {content, sizeBytes}: FileRestore): Promise<void> {
	const {backend} = lane.side('source');
	let offset = 0;
	for (const batch of batchesOf(await partsOf(lane, content, sizeBytes))) {
		lane.counters.waitWhilePaused();
		if (lane.counters.isCancelled) {
			throw cancelled();
		}

		const results = await backend.readBatch('chunk', batch.map(({id}): ChunkId => id));
		for (const [index, part] of batch.entries()) {
			const result = results[index]!;
			if (result instanceof Error) {
				throw asPlakarError(result);
			}

			const plain = openChunk(lane, part, result);
			// A chunk of zeros becomes a hole: a sparse file stays sparse.
			if (!isZero(plain)) {
				writeAll(handle, plain, offset);
			}

			offset += plain.length;
			lane.counters.add('bytesDone', plain.length);
			lane.counters.add('bytesWritten', plain.length);
		}
	}

	if (offset !== sizeBytes) {
		throw corrupt('The file\'s content', `it has ${offset} bytes where the snapshot says ${sizeBytes}`);
	}

	ftruncateSync(handle, sizeBytes);
}

function writeAll(handle: number, bytes: Uint8Array, position: number): void {
	for (let done = 0; done < bytes.length;) {
		done += writeSync(handle, bytes, done, bytes.length - done, position + done);
	}
}

async function restoreFile(lane: Lane, file: FileRestore): Promise<number> {
	const destination = Buffer.from(file.destination, 'latin1');
	const temporary = Buffer.concat([destination.subarray(0, destination.lastIndexOf('/') + 1), Buffer.from(`.plakar-tui-${process.pid}-${lane.index}.part`)]);
	lane.counters.setLane(lane.index, 'writing', file.content.kind === 'empty' ? '' : file.content.id, file.sizeBytes);
	const handle = openSync(temporary, 'w', 0o600);
	try {
		try {
			await writeContent(lane, handle, file);
		} finally {
			closeSync(handle);
		}

		applyMetadata(temporary, file.metadata, file.setOwner);
		renameSync(temporary, destination);
	} catch (error) {
		unlinkSync(temporary);
		throw error;
	}

	return file.sizeBytes;
}

/** Owner first: changing it clears setuid. Times last: everything else changes them. */
export function applyMetadata(path: Buffer, {mode, uid, gid, mtimeSeconds, mtimeNanoseconds}: FileRestore['metadata'], setOwner: boolean): void {
	if (setOwner) {
		chownSync(path, uid, gid);
	}

	chmodSync(path, mode);
	nativeCalls().setTimes(path, mtimeSeconds, mtimeNanoseconds);
}

/** The error of a path that could not be made, in words. */
export const restoreFailure = (path: PathBytes, error: unknown): PlakarError => error instanceof PlakarError && error.code !== 'INTERNAL'
	? error
	: new PlakarError((error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'BACKEND_FULL' : 'PATH_EXISTS', {
		message: `${displayPath(path)} could not be restored: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}.`,
		hint: 'The other paths were restored; mend the cause and restore this one again.',
		cause: error,
	});

export async function restoreFiles(lane: Lane, {files}: Tasks['restore']['request']): Promise<TaskAnswer<'restore'>> {
	const results: Array<TaskAnswer<'restore'>['results'][number]> = [];
	for (const file of files) {
		try {
			results.push({bytes: await restoreFile(lane, file)});
		} catch (error) {
			results.push(toPlainError(restoreFailure(file.destination, error)));
		}

		lane.counters.add('filesDone', 1);
	}

	return {results};
}
