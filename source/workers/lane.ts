// What a lane holds: its backends and codecs, opened once, and its place in the job's shared counters.

import {randomFillSync} from 'node:crypto';
import type {Backend} from '../backends/contract.js';
import {openBackend} from '../backends/registry.js';
import {withRetry} from '../backends/wrap/retry.js';
import {createCodec, type Codec, type CodecParts} from '../format/codec.js';
import {Counters} from './counters.js';

export type SideName = 'source' | 'target';

/** What a lane needs to open one repository for itself; safe to send to a thread. */
export type SideSetup = CodecParts & {readonly location: string};

export type LaneSetup = {
	readonly lane: number;
	readonly counters: SharedArrayBuffer;
	readonly sides: Readonly<Partial<Record<SideName, SideSetup>>>;
};

export type LaneSide = {readonly backend: Backend; readonly codec: Codec};

export type Lane = {
	readonly index: number;
	readonly counters: Counters;
	/** Throws INTERNAL when the job was set up without that side. */
	side(name: SideName): LaneSide;
};

const poolBytes = 16 * 1024;

/** Random bytes from a pool: a call into the kernel for each 12-byte nonce would cost more than the encryption. */
export function createRandomBytes(): (size: number) => Uint8Array {
	const pool = Buffer.allocUnsafeSlow(poolBytes);
	let used = poolBytes;
	return size => {
		if (size > poolBytes) {
			return randomFillSync(Buffer.allocUnsafe(size));
		}

		if (used + size > poolBytes) {
			randomFillSync(pool);
			used = 0;
		}

		used += size;
		return Uint8Array.prototype.slice.call(pool, used - size, used);
	};
}

/** Opens the sides of `setup`; `opened` replaces opening where a medium lives in this process only. */
export async function openLane(setup: LaneSetup, opened: Partial<Record<SideName, Backend>> = {}): Promise<Lane> {
	const counters = new Counters(setup.counters);
	const randomBytes = createRandomBytes();
	const sides = new Map<SideName, LaneSide>();
	for (const name of ['source', 'target'] as const) {
		const side = setup.sides[name];
		if (side !== undefined) {
			const backend = opened[name] ?? await openBackend(side.location);
			sides.set(name, {
				backend: withRetry(backend, {onRetry: () => counters.add('retries', 1)}),
				codec: createCodec(side, randomBytes),
			});
		}
	}

	return {
		index: setup.lane,
		counters,
		side(name) {
			const side = sides.get(name);
			if (side === undefined) {
				throw new Error(`lane ${setup.lane} has no ${name}`);
			}

			return side;
		},
	};
}
