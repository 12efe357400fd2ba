// CONFIG: what a repository is, as readable JSON with a checksum over itself.

import {PlakarError} from '../errors/plakar-error.js';
import {validateChunking, type Chunking} from './chunking/chunking.js';
import {blake3, hashNames, type HashName} from './hashing.js';
import {isSnapshotId} from './ids.js';
import {isKeyDerivation, type Encryption} from './keys.js';

export const formatVersion = 1;

export type RepositoryConfig = Readonly<{
	format: number;
	/** Unique; never shared, not even with a clone. */
	repositoryId: string;
	/** Shared by repositories whose ids mean the same. */
	familyId: string;
	/** RFC 3339, UTC. */
	created: string;
	hashing: HashName;
	chunking: Chunking;
	compression: 'zstd' | 'none';
	encryption: Encryption | null;
	/** Set while a clone is being made: the repositoryId of its source. Gone once it is whole. */
	unfinishedCloneOf?: string;
}>;

const checksumOf = (config: RepositoryConfig): string => Buffer.from(blake3(Buffer.from(JSON.stringify(config)))).toString('hex');

/** The bytes of CONFIG: indented JSON whose last field is a checksum of the others. */
export const encodeConfig = (config: RepositoryConfig): Uint8Array =>
	Buffer.from(`${JSON.stringify({...config, checksum: checksumOf(config)}, null, '\t')}\n`);

/** Throws CONFIG_CORRUPT, or FORMAT_NEWER. `location` is for the message. */
export function decodeConfig(bytes: Uint8Array, location: string): RepositoryConfig {
	const fail = (reason: string, cause?: unknown): PlakarError => new PlakarError('CONFIG_CORRUPT', {
		message: `The CONFIG of ${location} is damaged: ${reason}.`,
		hint: 'Nothing was changed. Restore CONFIG from a copy of it; a clone of this repository has the same keys and family.',
		context: {location, reason},
		cause,
	});
	let value: unknown;
	try {
		value = JSON.parse(Buffer.from(bytes).toString('utf8'));
	} catch (error) {
		throw fail('it is not JSON', error);
	}

	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw fail('it is not a JSON object');
	}

	const {checksum, ...config} = value as RepositoryConfig & {checksum?: unknown};
	if (typeof config.format === 'number' && config.format > formatVersion) {
		throw new PlakarError('FORMAT_NEWER', {
			message: `${location} has format ${config.format}; this program knows up to ${formatVersion}.`,
			hint: 'Update plakar-tui on this machine; nothing was changed.',
			context: {location, format: config.format},
		});
	}

	if (config.format !== formatVersion) {
		throw fail(`its format is ${JSON.stringify(config.format)}`);
	}

	if (checksum !== checksumOf(config)) {
		throw fail('its checksum differs');
	}

	const problem = problemOf(config);
	if (problem !== undefined) {
		throw fail(problem);
	}

	validateChunking(config.chunking);
	return config;
}

function problemOf({repositoryId, familyId, created, hashing, compression, encryption, unfinishedCloneOf}: RepositoryConfig): string | undefined {
	if (!isSnapshotId(String(repositoryId)) || !isSnapshotId(String(familyId))) {
		return 'its ids are not UUIDs';
	}

	if (Number.isNaN(Date.parse(created))) {
		return 'its creation time is not a time';
	}

	if (!hashNames.includes(hashing)) {
		return `its hash ${JSON.stringify(hashing)} is unknown`;
	}

	if (compression !== 'zstd' && compression !== 'none') {
		return `its compression ${JSON.stringify(compression)} is unknown`;
	}

	if (unfinishedCloneOf !== undefined && !isSnapshotId(String(unfinishedCloneOf))) {
		return 'it names no valid clone source';
	}

	if (encryption !== null && (encryption?.cipher !== 'aes-256-gcm' || typeof encryption.wrappedKeys !== 'string'
		|| typeof encryption.canary !== 'string' || !isKeyDerivation(encryption.derivation ?? {}))) {
		return 'its encryption section is not valid';
	}

	return undefined;
}
