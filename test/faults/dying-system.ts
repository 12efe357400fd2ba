// A machine that dies at the Nth call that changes anything: that call does half or nothing, all later ones nothing.

import {system} from '../../source/backends/filesystem/system.js';

const changing = ['writeSync', 'linkSync', 'renameSync', 'unlinkSync', 'mkdirSync', 'rmSync', 'fsyncSync'] as const;

/** Carries an errno that nobody tries again after: the dead do not retry. */
export class Died extends Error {
	readonly code = 'EROFS';
}

/** Counts changing calls and dies at call `deathAt` (from 1). Answers how to bring the machine back, and the count. */
export function startDying(deathAt: number): {readonly revive: () => number} {
	const original = {...system};
	let calls = 0;
	const mayGoOn = (): boolean => ++calls < deathAt;
	for (const name of changing) {
		const call = original[name] as (...parameters: unknown[]) => unknown;
		(system as Record<string, unknown>)[name] = (...parameters: unknown[]): unknown => {
			if (mayGoOn()) {
				return call(...parameters);
			}

			if (name === 'writeSync' && calls === deathAt) {
				const [handle, bytes, offset, length] = parameters as [number, Uint8Array, number, number];
				call(handle, bytes, offset, Math.floor(length / 2));
			}

			throw new Died(`died at ${name}`);
		};
	}

	// A file that is opened for writing appears, also in the last moment.
	system.openSync = ((path: string, flags: string, mode?: number) => {
		if (flags !== 'r' && calls >= deathAt) {
			throw new Died('died at open');
		}

		return original.openSync(path, flags, mode);
	}) as typeof system.openSync;
	return {
		revive() {
			Object.assign(system, original);
			return calls;
		},
	};
}
