// How fast bytes come or go: who moves next to nothing is told from who is only slow.

export type PaceLimits = {
	/** Where there is no more room, who takes longer than this to move `paceBytes` gives way. */
	readonly paceMs: number;
	readonly paceBytes: number;
};

export class Pace {
	readonly #leastBytes: number;
	#bytes = 0;
	#pacedBytes = 0;
	#pacedMs = performance.now();

	constructor({paceBytes}: PaceLimits) {
		this.#leastBytes = paceBytes;
	}

	/** All that have moved. */
	get bytes(): number {
		return this.#bytes;
	}

	/** When `paceBytes` last had moved, or the pace began. */
	get pacedMs(): number {
		return this.#pacedMs;
	}

	move(bytes: number): void {
		this.#bytes += bytes;
		if (this.#bytes - this.#pacedBytes >= this.#leastBytes) {
			this.begin();
		}
	}

	/** From here on: what was before, a silence or a haste, counts no more. */
	begin(): void {
		this.#pacedBytes = this.#bytes;
		this.#pacedMs = performance.now();
	}
}
