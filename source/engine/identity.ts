// Kinship: whether two repositories' ids mean the same, and so how records may move between them; and whether two
// snapshots of one UUID are the same, however each side stores them.

import {PlakarError} from '../errors/plakar-error.js';
import type {RepositoryConfig} from '../format/config.js';
import {contentIdentity} from '../format/snapshot-header.js';
import type {RepositorySummary, SnapshotSummary} from './jobs.js';
import type {Kinship} from './plan.js';

/** What decides how content is named and stored. */
export type Naming = Pick<RepositorySummary, 'hashing' | 'chunking' | 'compression' | 'canary'>;

const sizeWords = (bytes: number): string => bytes % (1024 * 1024) === 0 ? `${bytes / 1024 / 1024}M` : `${bytes / 1024}K`;

/** The naming of a repository. Its chunking as words: "FastCDC 64K/256K/1M"; algorithm and normalization have one value each. */
export const namingOf = ({hashing, chunking: {minimumBytes, averageBytes, maximumBytes}, compression, encryption}: RepositoryConfig): Naming => ({
	hashing,
	chunking: `FastCDC ${sizeWords(minimumBytes)}/${sizeWords(averageBytes)}/${sizeWords(maximumBytes)}`,
	compression,
	canary: encryption?.canary,
});

/**
 * How records move between two repositories.
 *
 * An id is the hash of content as it was cut, keyed by the repository's hash key where it is encrypted. Hash key and seal
 * key are made, wrapped and cloned together, and the canary is a digest over both: equal canaries mean that both keys
 * are equal, different ones that ids differ. An encrypted and a plain repository never share ids. So ids mean the same
 * exactly when canary (none on both sides included), hash and chunking are equal. Records then fit as they are stored
 * (`family`) unless the target compresses otherwise: copied as stored they would go against its setting (`same-ids`).
 */
export function kinshipOf(a: Naming, b: Naming): Kinship {
	const sameIds = a.canary === b.canary && a.hashing === b.hashing && a.chunking === b.chunking;
	return sameIds ? (a.compression === b.compression ? 'family' : 'same-ids') : 'unrelated';
}

export const kinshipOfConfigs = (a: RepositoryConfig, b: RepositoryConfig): Kinship => kinshipOf(namingOf(a), namingOf(b));

/** The very same repository, or a copy of its files made outside this program. */
export const isSameRepository = (a: RepositoryConfig, b: RepositoryConfig): boolean => a.repositoryId === b.repositoryId;

/** REPOSITORY_SAME for two places of one identity. */
export const sameRepository = (source: string, target: string): PlakarError => new PlakarError('REPOSITORY_SAME', source === target
	? {message: `Source and target are the same repository, ${source}.`, hint: 'Name another target.'}
	: {
		message: `${target} is the same repository as ${source}, or a copy of its files made outside this program: both have the same identity.`,
		hint: 'Name another one. A clone (plakar-tui clone) has an identity of its own.',
	});

/** How far two repositories that are no family are apart, in words. */
export function differencesOf(a: Naming, b: Naming): string[] {
	const differences: string[] = [];
	if (a.canary !== b.canary) {
		differences.push(a.canary === undefined || b.canary === undefined ? 'only one of them is encrypted' : 'they have different keys');
	}

	if (a.hashing !== b.hashing) {
		differences.push(`their hashes differ (${a.hashing}, ${b.hashing})`);
	}

	if (a.chunking !== b.chunking) {
		differences.push('they cut chunks differently');
	}

	if (a.compression !== b.compression) {
		differences.push(`their compression differs (${a.compression}, ${b.compression})`);
	}

	return differences;
}

export type Likeness = 'same' | 'other'
	/** One of them cannot be read: that is no other content. */
	| 'damaged'
	/** Not comparable: one side cannot be read without its passphrase, and its stored bytes differ in any case. */
	| 'unknown';

/**
 * Whether two snapshots of one UUID are the same. Equal stored headers are. Else what the headers say is compared, which
 * needs both passphrases: the facts of `contentIdentity`, and the index itself where ids mean the same. Without a
 * passphrase, a family's headers that differ are told as `other`, for a copy would be equal.
 */
export function likenessOf(a: SnapshotSummary, b: SnapshotSummary, kinship: Kinship): Likeness {
	if (a.problem !== undefined || b.problem !== undefined) {
		return 'damaged';
	}

	if (a.digest === b.digest) {
		return 'same';
	}

	if (a.header === undefined || b.header === undefined) {
		return kinship === 'family' ? 'other' : 'unknown';
	}

	const sameIndex = kinship === 'unrelated' || a.header.index.id === b.header.index.id;
	return sameIndex && contentIdentity(a.header) === contentIdentity(b.header) ? 'same' : 'other';
}
