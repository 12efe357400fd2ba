// What a lane holds: its backends and codecs, opened once, and its place in the job's shared counters.

import {randomFillSync} from 'node:crypto';
import type {Backend} from '../backends/contract.js';
import {openBackend} from '../backends/registry.js';
import {withGiveUp} from '../backends/wrap/give-up.js';
import {withLimit} from '../backends/wrap/limit.js';
import {withReadOnly} from '../backends/wrap/read-only.js';
import {withRetry} from '../backends/wrap/retry.js';
import {PlakarError} from '../errors/plakar-error.js';
import {asPlakarError} from '../errors/revive.js';
import {createCodec, type Codec, type CodecParts} from '../format/codec.js';
import {Counters} from './counters.js';
import {rest} from './rest.js';
import {SharedThrottle} from './throttle.js';

export type SideName = 'source' | 'target';

/** The repositories of a job: at most one that is read, and any number that are written. */
export type Sides<Side> = {readonly source?: Side | undefined; readonly targets?: readonly Side[] | undefined};

/** What a lane needs to open one repository for itself; safe to send to a thread. */
export type SideSetup = CodecParts & {readonly location: string; readonly readOnly?: boolean | undefined};

export type LaneSetup = {
	readonly lane: number;
	readonly counters: SharedArrayBuffer;
	readonly sides: Sides<SideSetup>;
};

export type LaneSide = {readonly backend: Backend; readonly codec: Codec};

export type Lane = {
	readonly index: number;
	readonly counters: Counters;
	/**
	 * The source, or target number `index`. Throws INTERNAL when the job was set up without it, and what opening it threw:
	 * one target that cannot be opened leaves the others usable.
	 */
	side(name: SideName, index?: number): LaneSide;
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
export async function openLane(setup: LaneSetup, opened: Sides<Backend> = {}): Promise<Lane> {
	const counters = new Counters(setup.counters);
	const randomBytes = createRandomBytes();
	const throttle = new SharedThrottle(counters, {
		onWait(isWaiting) {
			counters.setLane(setup.lane, isWaiting ? 'waiting' : 'writing');
		},
	});
	const {source, targets = []} = setup.sides;
	const openSide = async (side: SideSetup, known: Backend | undefined): Promise<LaneSide | PlakarError> => {
		try {
			// What is open already is retried by whoever opened it: tries within tries would multiply.
			const backend = known ?? withRetry(await openBackend(side.location), {
				onRetry: () => counters.add('retries', 1),
				sleep: async (ms, signal) => rest(counters, ms, signal),
			});
			const given = side.readOnly === true ? withReadOnly(backend) : backend;
			return {backend: withGiveUp(given), codec: createCodec(side, randomBytes)};
		} catch (error) {
			return asPlakarError(error);
		}
	};

	const openTarget = async (side: SideSetup, known: Backend | undefined): Promise<LaneSide | PlakarError> => {
		const opening = await openSide(side, known);
		// Who has given up does not wait for the limit either.
		return opening instanceof PlakarError ? opening : {...opening, backend: withGiveUp(withLimit(opening.backend, throttle))};
	};

	const sides = {
		source: source === undefined ? [] : [await openSide(source, opened.source)],
		target: await Promise.all(targets.map(async (side, index) => openTarget(side, opened.targets?.[index]))),
	};
	return {
		index: setup.lane,
		counters,
		side(name, index = 0) {
			const side = sides[name][index];
			if (side === undefined) {
				throw new Error(`lane ${setup.lane} has no ${name} ${index}`);
			}

			if (side instanceof PlakarError) {
				throw side;
			}

			return side;
		},
	};
}
