// FastCDC (Xia et al., "FastCDC", USENIX ATC 2016; "The Design of Fast Content-Defined Chunking", IEEE TPDS 2020):
// finds the ends of chunks. In WebAssembly where it can run, with the same cuts in TypeScript.

import type {Chunking} from './chunking.js';
import {cutterWasm} from './cutter-wasm.js';
import {gearTable, masksOf} from './gear.js';

export type Cutter = {
	/** The cutter's own memory: fill it, then call `cut`. At least 4 MiB and four times the largest chunk. */
	readonly window: Uint8Array;
	/**
	 * The end of the chunk that begins at `start` in the bytes `start` to `end` of the window. Hand over at least
	 * `maximumBytes`, unless the data ends at `end`. O(chunk).
	 */
	cut(start: number, end: number): number;
};

const pageBytes = 64 * 1024;
const tableBytes = 256 * 4;

const windowSize = ({maximumBytes}: Chunking): number => Math.max(4 * 1024 * 1024, maximumBytes * 4);

export function createTypeScriptCutter(chunking: Chunking): Cutter {
	const {minimumBytes, averageBytes, maximumBytes} = chunking;
	const window = new Uint8Array(windowSize(chunking));
	const gear = gearTable();
	const masks = masksOf(chunking);
	const small = masks.small | 0;
	const large = masks.large | 0;
	return {
		window,
		cut(start, end) {
			const limit = Math.min(end, start + maximumBytes);
			const middle = Math.min(limit, start + averageBytes);
			let position = start + minimumBytes;
			let hash = 0;
			for (; position < middle; position++) {
				hash = ((hash << 1) + gear[window[position]!]!) | 0;
				if ((hash & small) === 0) {
					return position + 1;
				}
			}

			for (; position < limit; position++) {
				hash = ((hash << 1) + gear[window[position]!]!) | 0;
				if ((hash & large) === 0) {
					return position + 1;
				}
			}

			return limit;
		},
	};
}

type CutterExports = {
	/** Positions are addresses in memory; returns the address after the last byte of the chunk. */
	cut(position: number, middle: number, limit: number, small: number, large: number): number;
};

type WasmMemory = {readonly buffer: ArrayBuffer};
/** The few names used here; Node's types leave WebAssembly to those of browsers. */
type Wasm = {
	readonly Module: new (bytes: Uint8Array) => object;
	readonly Memory: new (size: {readonly initial: number}) => WasmMemory;
	readonly Instance: new (module: object, imports: object) => {readonly exports: unknown};
};

const wasm = (globalThis as {WebAssembly?: Wasm}).WebAssembly;
let compiled: object | undefined;

/** The table stands at address 0, the window behind it. Throws where WebAssembly is missing. */
export function createWasmCutter(chunking: Chunking): Cutter {
	const {Module, Memory, Instance} = wasm!;
	compiled ??= new Module(Buffer.from(cutterWasm, 'base64'));
	const size = windowSize(chunking);
	const memory = new Memory({initial: Math.ceil((tableBytes + size) / pageBytes)});
	const {cut} = new Instance(compiled, {env: {memory}}).exports as CutterExports;
	new Uint32Array(memory.buffer, 0, 256).set(gearTable());
	const {minimumBytes, averageBytes, maximumBytes} = chunking;
	const {small, large} = masksOf(chunking);
	return {
		window: new Uint8Array(memory.buffer, tableBytes, size),
		cut(start, end) {
			const limit = Math.min(end, start + maximumBytes);
			const first = start + minimumBytes;
			if (first >= limit) {
				return limit;
			}

			const middle = Math.min(limit, start + averageBytes);
			return cut(first + tableBytes, middle + tableBytes, limit + tableBytes, small, large) - tableBytes;
		},
	};
}

/** The fastest cutter that runs here. */
export const createCutter = (chunking: Chunking): Cutter =>
	wasm === undefined ? createTypeScriptCutter(chunking) : createWasmCutter(chunking);
