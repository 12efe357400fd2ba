// Sizes as people write them on a command line.

import {parseBytes} from '../format/units.js';
import {usageError} from './arguments.js';

/**
 * "500K", "1.5 MiB", "20MB", "4096": K and KiB are 1024, KB is 1000. Throws USAGE for what is no size and for what is
 * beyond a safe integer.
 */
export function parseSize(text: string, flag: string): number {
	const bytes = parseBytes(text);
	if (bytes === undefined) {
		throw usageError(`--${flag} takes a size like 500K, 1.5MiB or 4096; ${JSON.stringify(text)} is none.`);
	}

	return bytes;
}
