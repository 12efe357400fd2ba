// Kinship: whether two repositories' ids mean the same, and so how records may move between them.

import type {RepositoryConfig} from '../format/config.js';
import type {Kinship} from './plan.js';

const sameChunking = (a: RepositoryConfig, b: RepositoryConfig): boolean =>
	a.chunking.algorithm === b.chunking.algorithm && a.chunking.normalization === b.chunking.normalization
	&& a.chunking.minimumBytes === b.chunking.minimumBytes && a.chunking.averageBytes === b.chunking.averageBytes
	&& a.chunking.maximumBytes === b.chunking.maximumBytes;

/**
 * `family`: the same keys (equal canaries) or none on both sides, and the same cuts and hash. Records then fit as they
 * are stored, whatever their compression: the codec stands in each record.
 */
export function kinshipOf(a: RepositoryConfig, b: RepositoryConfig): Kinship {
	const sameKeys = a.encryption?.canary === b.encryption?.canary;
	return sameKeys && a.hashing === b.hashing && sameChunking(a, b) ? 'family' : 'unrelated';
}

/** The very same repository, or a copy of its files made outside this program. */
export const isSameRepository = (a: RepositoryConfig, b: RepositoryConfig): boolean => a.repositoryId === b.repositoryId;

/** How far two unrelated repositories are apart, in words. */
export function differencesOf(a: RepositoryConfig, b: RepositoryConfig): string[] {
	const differences: string[] = [];
	if (a.encryption?.canary !== b.encryption?.canary) {
		differences.push(a.encryption === null || b.encryption === null ? 'only one of them is encrypted' : 'they have different keys');
	}

	if (a.hashing !== b.hashing) {
		differences.push(`their hashes differ (${a.hashing}, ${b.hashing})`);
	}

	if (!sameChunking(a, b)) {
		differences.push('they cut chunks differently');
	}

	return differences;
}
