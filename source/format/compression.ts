// zstd at level 1: from Node itself where it has it, else from zstd-napi. Both write frames that the other reads.

import {createRequire} from 'node:module';
import * as zlib from 'node:zlib';
import {corrupt} from './corrupt.js';

type Codec = {
	/** Into memory that the next call overwrites. */
	compress(bytes: Uint8Array): Uint8Array;
	/** Into `target` where that is given and large enough. */
	decompress(bytes: Uint8Array, sizeBytes: number, target: Uint8Array | undefined): Uint8Array;
};

// Measured on mixed files: level 1 compresses at 500 MB/s to 2.2; level 3 at 350 MB/s to 2.3.
const level = 1;
/** Smaller inputs hardly ever shrink by more than the frame costs. */
const smallestInputBytes = 64;
/** Stored raw unless it shrinks by a fiftieth: opening a raw record is much cheaper. */
const worthwhile = 0.98;

/** Room left over tells node:zlib that a frame has come to its end; a buffer that is just full makes it take another. At least 64. */
const spareBytes = 64;

const require = createRequire(import.meta.url);

/** The part of zstd-napi below its classes: it writes into memory that is at hand, which saves the first touch of new pages. */
type ZstdBinding = {
	readonly CCtx: new () => {compress(target: Uint8Array, bytes: Uint8Array, level: number): number};
	readonly DCtx: new () => {decompress(target: Uint8Array, bytes: Uint8Array): number};
	compressBound(sizeBytes: number): number;
};

type ZlibWithZstd = {
	zstdCompressSync?(bytes: Uint8Array, options: {params: Record<number, number>}): Uint8Array;
	zstdDecompressSync?(bytes: Uint8Array, options: {chunkSize: number; maxOutputLength: number}): Uint8Array;
	constants: {ZSTD_c_compressionLevel: number};
};

function loadCodec(): Codec {
	const {zstdCompressSync, zstdDecompressSync, constants} = zlib as unknown as ZlibWithZstd;
	if (zstdCompressSync !== undefined && zstdDecompressSync !== undefined) {
		const options = {params: {[constants.ZSTD_c_compressionLevel]: level}};
		return {
			compress: bytes => zstdCompressSync(bytes, options),
			// What a frame declares is not what it holds: without a limit, a few KiB of a hostile one fill the memory.
			decompress: (bytes, sizeBytes) => zstdDecompressSync(bytes, {chunkSize: sizeBytes + spareBytes, maxOutputLength: Math.max(1, sizeBytes)}),
		};
	}

	const {CCtx, DCtx, compressBound} = require('zstd-napi/binding') as ZstdBinding;
	const compressor = new CCtx();
	const decompressor = new DCtx();
	let scratch = new Uint8Array(0);
	return {
		compress(bytes) {
			const bound = compressBound(bytes.length);
			scratch = scratch.length < bound ? new Uint8Array(bound) : scratch;
			return scratch.subarray(0, compressor.compress(scratch, bytes, level));
		},
		decompress(bytes, sizeBytes, target) {
			const content = target !== undefined && target.length >= sizeBytes ? target.subarray(0, sizeBytes) : new Uint8Array(sizeBytes);
			return content.subarray(0, decompressor.decompress(content, bytes));
		},
	};
}

let loaded: Codec | undefined;
const codec = (): Codec => loaded ??= loadCodec();

/** The compressed form, valid until the next call, or undefined when it is not worth it. */
export function compress(bytes: Uint8Array): Uint8Array | undefined {
	if (bytes.length < smallestInputBytes) {
		return undefined;
	}

	const compressed = codec().compress(bytes);
	return compressed.length < bytes.length * worthwhile ? compressed : undefined;
}

/** The content size that a zstd frame declares (RFC 8878, section 3.1.1.1), or undefined when it declares none or is no frame. */
export function declaredSize(frame: Uint8Array): number | undefined {
	const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
	if (frame.length < 6 || view.getUint32(0, true) !== 0xfd2f_b528) {
		return undefined;
	}

	const descriptor = view.getUint8(4);
	const isSingleSegment = (descriptor & 0x20) !== 0;
	const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
	const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
	const offset = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
	if (sizeBytes === 0 || frame.length < offset + sizeBytes) {
		return undefined;
	}

	switch (sizeBytes) {
		case 1: {
			return view.getUint8(offset);
		}

		case 2: {
			return view.getUint16(offset, true) + 256;
		}

		case 4: {
			return view.getUint32(offset, true);
		}

		default: {
			return Number(view.getBigUint64(offset, true));
		}
	}
}

/**
 * The content of one frame, in `target` where that is given and large enough, else in new memory. Throws RECORD_CORRUPT,
 * before anything is allocated when the frame claims more than `maximumBytes`.
 */
export function decompress(frame: Uint8Array, maximumBytes: number, target?: Uint8Array): Uint8Array {
	const size = declaredSize(frame);
	if (size === undefined || size > maximumBytes) {
		throw corrupt('A compressed record', size === undefined ? 'it is not a zstd frame' : `it claims ${size} bytes, more than the ${maximumBytes} allowed`);
	}

	let content: Uint8Array;
	try {
		content = codec().decompress(frame, size, target);
	} catch (error) {
		throw corrupt('A compressed record', 'zstd cannot read it', error);
	}

	if (content.length !== size) {
		throw corrupt('A compressed record', `it holds ${content.length} bytes where ${size} are declared`);
	}

	return content;
}
