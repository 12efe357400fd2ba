// System calls that Node has no name for: exact times, fifos and devices. Loaded only where something is restored.

import {createRequire} from 'node:module';
import {lutimesSync} from 'node:fs';
import {spawnSync} from 'node:child_process';
import type {EntryType} from '../format/entry.js';

type SystemCall = (...values: unknown[]) => number;
type ForeignLibrary = {func(declaration: string): SystemCall};
type Koffi = {load(name: string): ForeignLibrary; errno(): number};

const require = createRequire(import.meta.url);
const libraryNames = process.platform === 'darwin' ? ['libSystem.B.dylib'] : ['libc.so.6', 'libc.so'];
/** "Relative to the working directory", which an absolute path ignores. */
const currentFolder = process.platform === 'darwin' ? -2 : -100;
const noFollow = process.platform === 'darwin' ? 0x20 : 0x100;
const typeBits: Partial<Record<EntryType, number>> = {
	fifo: 0o010_000, 'character-device': 0o020_000, 'block-device': 0o060_000, socket: 0o140_000,
};

export type NativeCalls = {
	/** Sets access and modification time of `path` itself, symlinks included. */
	setTimes(path: Buffer, seconds: number, nanoseconds: number): void;
	/** Makes a fifo, socket or device. */
	makeNode(path: Buffer, type: EntryType, mode: number, device: {readonly major: number; readonly minor: number} | undefined): void;
	/** Whether times are set to the nanosecond. */
	readonly exactTimes: boolean;
};

const nulTerminated = (path: Buffer): Buffer => Buffer.concat([path, Buffer.of(0)]);

/** The Linux encoding of a device number (glibc's gnu_dev_makedev). */
const deviceNumber = ({major, minor}: {readonly major: number; readonly minor: number}): bigint => {
	const [a, b] = [BigInt(major), BigInt(minor)];
	return process.platform === 'darwin'
		? (a << 24n) | b
		: ((a & 0xfffn) << 8n) | (b & 0xffn) | ((b & ~0xffn) << 12n) | ((a & ~0xfffn) << 32n);
};

function loadLibrary(koffi: Koffi): ForeignLibrary {
	let problem: unknown;
	for (const name of libraryNames) {
		try {
			return koffi.load(name);
		} catch (error) {
			problem = error;
		}
	}

	throw problem;
}

function failed(call: string, errno: number): Error {
	return Object.assign(new Error(`${call} failed with errno ${errno}`), {errno, code: `errno ${errno}`});
}

function loadForeign(): NativeCalls {
	const koffi = require('koffi') as Koffi;
	const library = loadLibrary(koffi);
	const utimensat = library.func('int utimensat(int folder, const uint8_t *path, const uint8_t *times, int flags)');
	const mknod = library.func(`int mknod(const uint8_t *path, uint32_t mode, ${process.platform === 'darwin' ? 'int32_t' : 'uint64_t'} device)`);
	const times = Buffer.alloc(32);
	return {
		exactTimes: true,
		setTimes(path, seconds, nanoseconds) {
			for (const offset of [0, 16]) {
				times.writeBigInt64LE(BigInt(seconds), offset);
				times.writeBigInt64LE(BigInt(nanoseconds), offset + 8);
			}

			if (utimensat(currentFolder, nulTerminated(path), times, noFollow) !== 0) {
				throw failed('utimensat', koffi.errno());
			}
		},
		makeNode(path, type, mode, device) {
			if (mknod(nulTerminated(path), typeBits[type]! | mode, device === undefined ? 0n : deviceNumber(device)) !== 0) {
				throw failed('mknod', koffi.errno());
			}
		},
	};
}

/** Without koffi's build for this platform: times to about a microsecond, and `mknod` as a program. */
const portable: NativeCalls = {
	exactTimes: false,
	setTimes(path, seconds, nanoseconds) {
		const time = seconds + (nanoseconds / 1e9);
		lutimesSync(path, time, time);
	},
	makeNode(path, type, _mode, device) {
		const letter = {fifo: 'p', 'character-device': 'c', 'block-device': 'b'}[type as string];
		const numbers = device === undefined ? [] : [String(device.major), String(device.minor)];
		if (letter === undefined || spawnSync('mknod', [path.toString(), letter, ...numbers]).status !== 0) {
			throw new Error(`cannot make a ${type} here`);
		}
	},
};

let loaded: NativeCalls | undefined;

export function nativeCalls(): NativeCalls {
	if (loaded === undefined) {
		try {
			loaded = loadForeign();
		} catch {
			loaded = portable;
		}
	}

	return loaded;
}
