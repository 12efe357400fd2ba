// How one repository names, cuts and seals content: its CONFIG and keys made ready for use.

import type {Chunking} from './chunking/chunking.js';
import type {RepositoryConfig} from './config.js';
import {createHashing, type Hashing} from './hashing.js';
import type {RepositoryKeys} from './keys.js';
import {createSealer, type Sealer} from './sealing.js';

export type Codec = {
	readonly hashing: Hashing;
	readonly sealer: Sealer;
	readonly chunking: Chunking;
};

export type CodecParts = {readonly config: RepositoryConfig; readonly keys?: RepositoryKeys | undefined};

/** Without `keys`, an encrypted repository's codec can verify envelopes but opens and names nothing. */
export const createCodec = ({config, keys}: CodecParts, randomBytes: (size: number) => Uint8Array): Codec => ({
	hashing: createHashing(config.hashing, keys?.hashKey),
	sealer: createSealer({
		compression: config.compression,
		encrypted: config.encryption !== null,
		sealKey: keys?.sealKey,
		randomBytes,
	}),
	chunking: config.chunking,
});
