// Stands in for string-width in the bundle: to prepare its table of emoji takes 30 ms before the first frame, and most screens never need it.

import type realStringWidth from 'string-width';
import {isNarrow} from './narrow.js';

type StringWidth = typeof realStringWidth;

let whole: StringWidth | undefined;

const colours = /\u001B\[[\d;]*m/g;

/** What string-width answers. It is loaded with the first text that is not plainly narrow. */
const stringWidth: StringWidth = (text, options) => {
	if (options === undefined) {
		const drawn = text.includes('\u001B') ? text.replaceAll(colours, '') : text;
		if (isNarrow(drawn)) {
			return drawn.length;
		}
	}

	// By its path, for its name leads here; the bundler makes of this what it makes of an import, evaluated now.
	whole ??= (require('../node_modules/string-width/index.js') as {default: StringWidth}).default;
	return whole(text, options);
};

export default stringWidth;
