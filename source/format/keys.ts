// The repository's keys, wrapped by a passphrase: changing the passphrase re-wraps 64 bytes and touches no record.

import {createCipheriv, createDecipheriv, scrypt, timingSafeEqual} from 'node:crypto';
import {PlakarError} from '../errors/plakar-error.js';
import {createKeyedDigest} from './hashing.js';

export type RepositoryKeys = {
	/** Names content; shared by a family. 32 bytes. */
	readonly hashKey: Uint8Array;
	/** Encrypts records; shared by a family. 32 bytes. */
	readonly sealKey: Uint8Array;
};

export type KeyDerivation = Readonly<{name: 'scrypt'; cost: number; blockSize: number; parallelization: number; salt: string}>;

export type Encryption = Readonly<{
	cipher: 'aes-256-gcm';
	derivation: KeyDerivation;
	/** Base64 of nonce (12), encrypted keys (64) and tag (16). */
	wrappedKeys: string;
	/** Equal in all repositories that share the keys, whatever their passphrases; reveals nothing of them. */
	canary: string;
}>;

// 20 MiB of memory and about 45 ms (measured): the price of every guess, and of every command.
const defaultCost = 2 ** 14;
const blockSize = 10;
const keySizeBytes = 32;
const nonceSizeBytes = 12;
const tagSizeBytes = 16;
/** Above this a damaged or hostile CONFIG would take the machine's memory: 1 GiB. */
const maximumCost = 2 ** 20;

export const canaryOf = (keys: RepositoryKeys): string =>
	Buffer.from(createKeyedDigest(keys.hashKey, 'canary')(keys.sealKey)).toString('hex');

export function isKeyDerivation(value: Partial<KeyDerivation>): value is KeyDerivation {
	const {name, cost, blockSize: size, parallelization, salt} = value;
	return name === 'scrypt' && Number.isInteger(cost) && cost! >= 2 && cost! <= maximumCost && (cost! & (cost! - 1)) === 0
		&& Number.isInteger(size) && size! >= 1 && size! <= 32 && Number.isInteger(parallelization) && parallelization! >= 1
		&& parallelization! <= 16 && typeof salt === 'string' && salt.length >= 16;
}

const runDerivation = async (passphrase: string, {cost, blockSize: size, parallelization, salt}: KeyDerivation): Promise<Buffer> =>
	new Promise((resolve, reject) => {
		const options = {N: cost, r: size, p: parallelization, maxmem: 256 * cost * size};
		// NFC, so that a passphrase typed on another keyboard or system is the same passphrase.
		scrypt(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), keySizeBytes, options, (error, key) => {
			if (error) {
				reject(error);
			} else {
				resolve(key);
			}
		});
	});

/** The derivations of this process: source and target of a family, or a command that began early, need one only once. */
const derivations = new Map<string, Promise<Buffer>>();

/** The key that a passphrase gives. The second call with the same answers at once. */
export async function deriveWrappingKey(passphrase: string, derivation: KeyDerivation): Promise<Buffer> {
	const name = JSON.stringify([passphrase, derivation]);
	let key = derivations.get(name);
	if (key === undefined) {
		key = runDerivation(passphrase, derivation);
		derivations.set(name, key);
	}

	return key;
}

/** Wraps `keys` under `passphrase`. Cost: one key derivation, about 70 ms. */
export async function wrapKeys(keys: RepositoryKeys, passphrase: string, randomBytes: (size: number) => Uint8Array, cost = defaultCost): Promise<Encryption> {
	const salt = Buffer.from(randomBytes(32)).toString('base64');
	const derivation: KeyDerivation = {name: 'scrypt', cost, blockSize, parallelization: 1, salt};
	const nonce = randomBytes(nonceSizeBytes);
	const cipher = createCipheriv('aes-256-gcm', await deriveWrappingKey(passphrase, derivation), nonce);
	const wrapped = Buffer.concat([nonce, cipher.update(Buffer.concat([keys.hashKey, keys.sealKey])), cipher.final(), cipher.getAuthTag()]);
	return {cipher: 'aes-256-gcm', derivation, wrappedKeys: wrapped.toString('base64'), canary: canaryOf(keys)};
}

/** The keys behind `passphrase`. Throws PASSPHRASE_WRONG. Cost: one key derivation. */
export async function unwrapKeys(encryption: Encryption, passphrase: string): Promise<RepositoryKeys> {
	const wrapped = Buffer.from(encryption.wrappedKeys, 'base64');
	const wrong = new PlakarError('PASSPHRASE_WRONG', {
		message: 'The passphrase does not open this repository.',
		hint: 'Try again; without the passphrase the content cannot be read, but clone, sync and check for bit rot still work.',
	});
	if (wrapped.length !== nonceSizeBytes + (2 * keySizeBytes) + tagSizeBytes) {
		throw wrong;
	}

	const decipher = createDecipheriv('aes-256-gcm', await deriveWrappingKey(passphrase, encryption.derivation), wrapped.subarray(0, nonceSizeBytes));
	decipher.setAuthTag(wrapped.subarray(-tagSizeBytes));
	const plain = decipher.update(wrapped.subarray(nonceSizeBytes, -tagSizeBytes));
	try {
		decipher.final();
	} catch {
		throw wrong;
	}

	const keys = {hashKey: plain.subarray(0, keySizeBytes), sealKey: plain.subarray(keySizeBytes)};
	if (!timingSafeEqual(Buffer.from(canaryOf(keys)), Buffer.from(encryption.canary.padEnd(64).slice(0, 64)))) {
		throw wrong;
	}

	return keys;
}
