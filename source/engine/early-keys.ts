// Begins the key derivation before anything else is loaded: it runs in a thread of its own while the modules come in.

import {readFileSync} from 'node:fs';
import {deriveWrappingKey, isKeyDerivation, type KeyDerivation} from '../format/keys.js';

/**
 * Starts deriving the key of the repository folder `location` from `passphrase`. Nothing depends on it: opening the
 * repository asks for the same key and finds it on its way. Whatever is wrong is told by the opening, not here.
 */
export function deriveEarly(location: string, passphrase: string): void {
	try {
		const {encryption} = JSON.parse(readFileSync(`${location}/CONFIG`, 'utf8')) as {encryption?: {derivation?: Partial<KeyDerivation>} | null};
		const derivation = encryption?.derivation ?? {};
		if (isKeyDerivation(derivation)) {
			deriveWrappingKey(passphrase, derivation).catch(() => undefined);
		}
	} catch {
		// Not a repository folder of this format, or not one at all.
	}
}
