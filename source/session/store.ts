// Holds the state and tells who listens. Changes are plain functions from one state to the next.

import type {State} from './state.js';

export type Change = (state: State) => State;

export class Store {
	#state: State;
	readonly #listeners = new Set<() => void>();

	constructor(state: State) {
		this.#state = state;
	}

	readonly get = (): State => this.#state;

	/** A change that answers with the same state tells nobody. */
	update(change: Change): void {
		const next = change(this.#state);
		if (next !== this.#state) {
			this.#state = next;
			for (const listener of this.#listeners) {
				listener();
			}
		}
	}

	/** Tells of changes once they have settled: one turn of the event loop, one word, however many changes it brought. */
	readonly subscribeSettled = (listener: () => void): (() => void) => {
		let waiting: NodeJS.Immediate | undefined;
		const stop = this.subscribe(() => {
			waiting ??= setImmediate(() => {
				waiting = undefined;
				listener();
			});
		});
		return () => {
			stop();
			clearImmediate(waiting);
		};
	};

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	};
}
