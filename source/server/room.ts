// Room for the requests and answers that a server has in memory: bounded, and who brings or takes next to nothing keeps nobody out.

import {Collector} from '../backends/wire/frames.js';
import {PlakarError} from '../errors/plakar-error.js';
import {Pace, type PaceLimits} from './pace.js';

export type RoomLimits = PaceLimits & {
	/** Requests at once, arriving or at work; those beyond are told to come again. */
	readonly requests: number;
	/** Bytes of requests, and of answers that their clients have not taken yet, at once. */
	readonly bytes: number;
};

/** Who has bytes in the room. */
type Guest = {
	readonly pace: Pace;
	/** Ends the request, or the connection, which has to give way. */
	readonly cutOff: () => void;
};

/** That of one request, from its head to the end of the work on it. */
export type Place = Guest & {readonly collector: Collector};

/** A connection, with the bytes of its answers that wait to be taken. */
export type Taker = Guest & {heldBytes: number};

export const busy = (): PlakarError => new PlakarError('BACKEND_UNAVAILABLE', {
	message: 'The server has as many requests at work as it takes.',
	hint: 'Run the same command again a little later; what was sent is kept.',
});

export class Room {
	readonly #limits: RoomLimits;
	readonly #places = new Set<Place>();
	readonly #takers = new Set<Taker>();
	#bytes = 0;

	constructor(limits: RoomLimits) {
		this.#limits = limits;
	}

	/** A place for a request of `sizeBytes`. Undefined when there is none, even after those that are too slow have been cut off. */
	enter(sizeBytes: number, cutOff: () => void): Place | undefined {
		const hasPlace = this.#places.size < this.#limits.requests || this.#cutOffSlowest(this.#arriving);
		if (!hasPlace || !this.#makeRoom(1)) {
			return undefined;
		}

		const place = {collector: new Collector(sizeBytes), cutOff, pace: new Pace(this.#limits)};
		this.#places.add(place);
		return place;
	}

	/**
	 * Bytes count as they arrive: who only announces many would keep others out. Throws BACKEND_UNAVAILABLE when they are too
	 * many, even after those that are too slow have been cut off, or the place is lost.
	 */
	take(place: Place, piece: Uint8Array): void {
		if (!this.#places.has(place) || !this.#makeRoom(piece.length) || !this.#places.has(place)) {
			throw busy();
		}

		const count = place.collector.take(piece);
		this.#bytes += count;
		place.pace.move(count);
	}

	/** Gives the place back; again, it does nothing. */
	leave(place: Place): void {
		if (this.#places.delete(place)) {
			this.#bytes -= place.collector.count;
		}
	}

	/** Counts the bytes of an answer, whatever room there is, until what this answers with is called. */
	hold(taker: Taker, bytes: number): () => void {
		if (taker.heldBytes === 0) {
			this.#takers.add(taker);
			taker.pace.begin();
		}

		taker.heldBytes += bytes;
		this.#bytes += bytes;
		return () => {
			if (this.#takers.has(taker)) {
				taker.heldBytes -= bytes;
				this.#bytes -= bytes;
				if (taker.heldBytes === 0) {
					this.#takers.delete(taker);
				}
			}
		};
	}

	get #arriving(): readonly Place[] {
		return [...this.#places].filter(({collector}) => collector.missing > 0);
	}

	/** Whether there is room for so many bytes, if need be after those that are too slow have been cut off. */
	#makeRoom(bytes: number): boolean {
		while (this.#bytes + bytes > this.#limits.bytes) {
			if (!this.#cutOffSlowest([...this.#arriving, ...this.#takers])) {
				return false;
			}
		}

		return true;
	}

	/** Cuts off the one that moves most slowly, if any is too slow. */
	#cutOffSlowest(guests: ReadonlyArray<Place | Taker>): boolean {
		const latestMs = performance.now() - this.#limits.paceMs;
		const [slowest] = guests.filter(({pace}) => pace.pacedMs < latestMs).sort((one, other) => one.pace.pacedMs - other.pace.pacedMs);
		if (slowest === undefined) {
			return false;
		}

		if ('collector' in slowest) {
			this.leave(slowest);
		} else {
			this.#takers.delete(slowest);
			this.#bytes -= slowest.heldBytes;
		}

		slowest.cutOff();
		return true;
	}
}
