// The gear table and the masks of FastCDC: fixed for ever, because every cut depends on them.

import {createHash} from 'node:crypto';
import type {Chunking} from './chunking.js';

/** 256 words: the first four bytes (little endian) of SHA-256("plakar-tui gear" followed by the byte). 0.3 ms. */
export function gearTable(): Uint32Array {
	const table = new Uint32Array(256);
	for (let byte = 0; byte < 256; byte++) {
		const label = Buffer.concat([Buffer.from('plakar-tui gear'), Buffer.of(byte)]);
		table[byte] = createHash('sha256').update(label).digest().readUInt32LE(0);
	}

	return table;
}

export type Masks = {readonly small: number; readonly large: number};

/**
 * The masks below and above the average size: `normalization` bits more, and fewer, than log2(average).
 * The highest bits of the hash are tested: they depend on the last 32 bytes, the lowest only on the last one.
 */
export function masksOf({averageBytes, normalization}: Chunking): Masks {
	const bits = Math.log2(averageBytes);
	const mask = (count: number): number => (0xffff_ffff << (32 - count)) >>> 0;
	return {small: mask(bits + normalization), large: mask(bits - normalization)};
}
