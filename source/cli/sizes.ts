// Sizes as people write them on a command line.

import {usageError} from './arguments.js';

const powers = ['', 'K', 'M', 'G', 'T'] as const;

/**
 * "500K", "1.5 MiB", "20MB", "4096": K and KiB are 1024, KB is 1000. Throws USAGE for what is no size and for what is
 * beyond a safe integer.
 */
export function parseSize(text: string, flag: string): number {
	const [, digits, power, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(i?B)?$/i.exec(text.trim()) ?? [];
	const base = unit?.toUpperCase() === 'B' && power !== '' ? 1000 : 1024;
	const bytes = digits === undefined ? Number.NaN : Math.round(Number(digits) * (base ** powers.indexOf(power!.toUpperCase() as 'K')));
	if (!Number.isSafeInteger(bytes)) {
		throw usageError(`--${flag} takes a size like 500K, 1.5MiB or 4096; ${JSON.stringify(text)} is none.`);
	}

	return bytes;
}
