// The ids among the file names of one bucket, as bytes: a million names are parsed in a tenth of a second.

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
