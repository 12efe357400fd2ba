// Chunking parameters: where files are cut decides what two repositories can share.

import {PlakarError} from '../../errors/plakar-error.js';

export type Chunking = Readonly<{
	algorithm: 'fastcdc';
	minimumBytes: number;
	/** A power of two. */
	averageBytes: number;
	maximumBytes: number;
	/** How strongly sizes are drawn to the average (Xia et al. 2020, section 4.2). */
	normalization: number;
}>;

export const defaultAverageBytes = 256 * 1024;
const smallestAverageBytes = 4 * 1024;
const largestAverageBytes = 16 * 1024 * 1024;

const isAverage = (bytes: number): boolean =>
	Number.isInteger(bytes) && bytes >= smallestAverageBytes && bytes <= largestAverageBytes && (bytes & (bytes - 1)) === 0;

/** The parameters for chunks of about `averageBytes`: from a quarter to four times as much. Throws USAGE. */
export function chunkingFor(averageBytes: number): Chunking {
	if (!isAverage(averageBytes)) {
		throw new PlakarError('USAGE', {
			message: `A chunk size of ${averageBytes} bytes is not possible.`,
			hint: `Choose a power of two between ${smallestAverageBytes} and ${largestAverageBytes}; ${defaultAverageBytes} is the default.`,
		});
	}

	return {algorithm: 'fastcdc', minimumBytes: averageBytes / 4, averageBytes, maximumBytes: averageBytes * 4, normalization: 2};
}

/** Throws CONFIG_CORRUPT unless `value` is what `chunkingFor` makes. */
export function validateChunking(value: unknown): asserts value is Chunking {
	const {algorithm, minimumBytes, averageBytes, maximumBytes, normalization} = (value ?? {}) as Partial<Chunking>;
	const isValid = algorithm === 'fastcdc' && isAverage(averageBytes ?? 0) && minimumBytes === averageBytes! / 4
		&& maximumBytes === averageBytes! * 4 && normalization === 2;
	if (!isValid) {
		throw new PlakarError('CONFIG_CORRUPT', {
			message: `The chunking parameters ${JSON.stringify(value)} are not valid.`,
			hint: 'Nothing was changed. Restore CONFIG from a copy of it.',
		});
	}
}
