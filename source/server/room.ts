// Room for the requests that a server has in memory: bounded, and who brings next to nothing keeps nobody out.

import {Collector} from '../backends/wire/frames.js';
import {PlakarError} from '../errors/plakar-error.js';

export type RoomLimits = {
	/** Requests at once, arriving or at work; those beyond are told to come again. */
	readonly requests: number;
	/** Bytes of requests, and of answers that their clients have not taken yet, at once. */
	readonly bytes: number;
	/** Where there is no more room, a request that takes longer than this to bring `paceBytes` gives way. */
	readonly paceMs: number;
	readonly paceBytes: number;
};

/** That of one request, from its head to the end of the work on it. */
export type Place = {
	readonly collector: Collector;
	/** Ends the request, which has to give way. */
	readonly cutOff: () => void;
	/** When it last had brought `paceBytes`, and how many bytes those were in all. */
	pacedMs: number;
	pacedBytes: number;
};

export const busy = (): PlakarError => new PlakarError('BACKEND_UNAVAILABLE', {
	message: 'The server has as many requests at work as it takes.',
	hint: 'Run the same command again a little later; what was sent is kept.',
});

export class Room {
	readonly #limits: RoomLimits;
	readonly #places = new Set<Place>();
	#bytes = 0;

	constructor(limits: RoomLimits) {
		this.#limits = limits;
	}

	/** A place for a request of `sizeBytes`. Undefined when there is none, even after one that arrives too slowly has been cut off. */
	enter(sizeBytes: number, cutOff: () => void): Place | undefined {
		if (!this.#isOpen) {
			this.#makeRoom();
		}

		if (!this.#isOpen) {
			return undefined;
		}

		const place = {collector: new Collector(sizeBytes), cutOff, pacedMs: performance.now(), pacedBytes: 0};
		this.#places.add(place);
		return place;
	}

	/**
	 * Bytes count as they arrive: who only announces many would keep others out. Throws BACKEND_UNAVAILABLE when they are too
	 * many, or the place is lost.
	 */
	take(place: Place, piece: Uint8Array): void {
		if (!this.#places.has(place) || this.#bytes + piece.length > this.#limits.bytes) {
			throw busy();
		}

		this.#bytes += place.collector.take(piece);
		const {count} = place.collector;
		if (count - place.pacedBytes >= this.#limits.paceBytes) {
			place.pacedBytes = count;
			place.pacedMs = performance.now();
		}
	}

	/** Gives the place back; again, it does nothing. */
	leave(place: Place): void {
		if (this.#places.delete(place)) {
			this.#bytes -= place.collector.count;
		}
	}

	/** Counts the bytes of an answer, whatever room there is, until what this answers with is called. */
	hold(bytes: number): () => void {
		this.#bytes += bytes;
		return () => {
			this.#bytes -= bytes;
		};
	}

	get #isOpen(): boolean {
		return this.#places.size < this.#limits.requests && this.#bytes < this.#limits.bytes;
	}

	/** Takes the place of the one that arrives most slowly, if any is too slow. */
	#makeRoom(): void {
		const latestMs = performance.now() - this.#limits.paceMs;
		const [slowest] = [...this.#places].filter(({collector, pacedMs}) => collector.missing > 0 && pacedMs < latestMs).sort((one, other) => one.pacedMs - other.pacedMs);
		if (slowest !== undefined) {
			this.leave(slowest);
			slowest.cutOff();
		}
	}
}
