// Makes pieces of what esbuild makes: it splits only ES modules, and V8 keeps bytecode, as far as Node lets it, only of scripts.

import {createHash} from 'node:crypto';
import {transform} from 'esbuild';
import {markBytes} from './layout.js';

/** The text of the ES module `text` as a function that is given a CommonJS module; other pieces are required when they are imported. */
export async function pieceOf(text, target) {
	const {code} = await transform(text, {
		format: 'cjs', platform: 'node', target, minify: true, legalComments: 'none',
		supported: {'dynamic-import': false},
		define: {'import.meta': 'meta'},
	});
	const piece = `(function(module,exports,require,meta){${code}})`;
	const mark = createHash('sha256').update(piece).digest('hex').slice(0, markBytes - 4);
	return `/*${mark}*/${piece}\n`;
}
