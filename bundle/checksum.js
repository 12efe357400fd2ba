// A checksum against damage (not against anybody) that is ready at once: loading node:crypto takes longer than all of the bytecode.

import {checksumWasm} from './checksum-wasm.js';

/** What is summed up comes in whole blocks of this many bytes. */
export const blockBytes = 64;
const pageBytes = 65_536;

/** Memory of at least `sizeBytes`, and `checksum(sizeBytes)`, the sum of its first bytes (whole blocks, at least one) as text. */
export function checkedRoom(sizeBytes) {
	const {memory, checksum} = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(checksumWasm, 'base64'))).exports;
	memory.grow(Math.ceil(sizeBytes / pageBytes));
	return {bytes: new Uint8Array(memory.buffer), checksum: size => checksum(size).toString(36)};
}
