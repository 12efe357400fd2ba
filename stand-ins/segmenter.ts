// Stands in for Intl.Segmenter in the bundle: the first of them takes 9 ms before the first frame, and most screens never need it.

import {isSingle} from './narrow.js';

/** A text whose every code unit is a grapheme. */
class SingleSegments {
	readonly #input: string;

	constructor(input: string) {
		this.#input = input;
	}

	containing(index = 0): Intl.SegmentData | undefined {
		const input = this.#input;
		return index >= 0 && index < input.length ? {segment: input[index]!, index, input} : undefined;
	}

	* [Symbol.iterator](): Generator<Intl.SegmentData> {
		const input = this.#input;
		for (let index = 0; index < input.length; index++) {
			yield {segment: input[index]!, index, input};
		}
	}
}

/** Graphemes as Intl.Segmenter finds them. The real one is made for the first text that holds more than single characters. */
export class Segmenter {
	readonly #settings: ConstructorParameters<typeof Intl.Segmenter>;
	#whole: Intl.Segmenter | undefined;

	constructor(...settings: ConstructorParameters<typeof Intl.Segmenter>) {
		this.#settings = settings;
	}

	segment(text: string): Pick<Intl.Segments, 'containing'> & Iterable<Intl.SegmentData> {
		if (isSingle(text) && (this.#settings[1]?.granularity ?? 'grapheme') === 'grapheme') {
			return new SingleSegments(text);
		}

		if (this.#whole === undefined) {
			// Not by its whole name, which the bundler makes this stand-in of.
			const {Segmenter: WholeSegmenter} = Intl;
			this.#whole = new WholeSegmenter(...this.#settings);
		}

		return this.#whole.segment(text);
	}
}
