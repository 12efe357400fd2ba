// The ids among the names in one bucket, as bytes: from names, or straight from what the kernel tells of a folder.

import {hashSizeBytes, isRecordId} from '../../format/ids.js';

const digitsOfId = hashSizeBytes * 2;

/** 32 bytes for each name that is an id and belongs into `bucket`; in the order of `names`. */
export function packNames(names: readonly string[], bucket: string): Uint8Array {
	const packed = packAll(names, bucket);
	return packed ?? Buffer.from(names.filter(name => isRecordId('chunk', name) && name.startsWith(bucket)).join(''), 'hex');
}

/** Undefined unless every name is an id of the bucket. One decoding of all digits at once is what makes it fast. */
function packAll(names: readonly string[], bucket: string): Buffer | undefined {
	if (names.some(name => name.length !== digitsOfId || !name.startsWith(bucket))) {
		return undefined;
	}

	const digits = names.join('');
	const packed = Buffer.from(digits, 'hex');
	// Decoding stops at what is no digit, and takes capital letters for small ones.
	return packed.toString('hex') === digits ? packed : undefined;
}

/** Where an entry of getdents64(2) has its own length, two bytes, and its name, which ends with a zero. */
const lengthAt = 16;
const nameAt = 19;
/** The byte that two digits, read as one number, stand for; below 0 where they are none. */
const byteOfDigits = new Int16Array(0x1_0000).fill(-1);
for (let byte = 0; byte < 256; byte++) {
	byteOfDigits[Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE()] = byte;
}

/** As `packNames`, of the names in `entries`, those of getdents64(2) on a little-endian machine. Stops at what is no entry. */
export function packEntries(entries: Uint8Array, bucket: string): Uint8Array {
	const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
	const firstByte = Number.parseInt(bucket, 16);
	const packed = Buffer.allocUnsafe(Math.ceil(entries.length / (nameAt + digitsOfId)) * hashSizeBytes);
	let used = 0;
	for (let at = 0; at + nameAt < entries.length;) {
		const length = view.getUint16(at + lengthAt, true);
		const name = at + nameAt;
		const end = name + digitsOfId;
		at += length;
		if (length <= nameAt || at > entries.length) {
			break;
		}

		if (end < at && entries[end] === 0 && decode(view, name, packed, used) && packed[used] === firstByte) {
			used += hashSizeBytes;
		}
	}

	return packed.subarray(0, used);
}

/** Whether the digits at `from` are those of an id; its bytes are then at `to` of `packed`. */
function decode(entries: DataView, from: number, packed: Uint8Array, to: number): boolean {
	let all = 0;
	for (let index = 0; index < hashSizeBytes; index++) {
		const byte = byteOfDigits[entries.getUint16(from + (index * 2))]!;
		all |= byte;
		packed[to + index] = byte;
	}

	return all >= 0;
}
