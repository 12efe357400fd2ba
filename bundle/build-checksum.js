// Writes checksum-wasm.js from the text below: node bundle/build-checksum.js (development only, needs wabt).

import {writeFileSync} from 'node:fs';
import wabt from 'wabt';

const lanes = Array.from({length: 8}, (_, lane) => lane);
const mixed = lanes.slice(1).reduce((sum, lane) => `(i64.add (i64.mul ${sum} (i64.const 0x100000001b3)) (local.get $lane${lane}))`, '(local.get $lane0)');

// Eight words at a time, each in a lane of its own, so that none waits for the one before it.
const text = `(module
	(memory (export "memory") 1)
	(func (export "checksum") (param $end i32) (result i64)
		(local $at i32) ${lanes.map(lane => `(local $lane${lane} i64)`).join(' ')}
		(loop $next
			${lanes.map(lane => `(local.set $lane${lane} (i64.add (i64.rotl (local.get $lane${lane}) (i64.const 5)) (i64.load offset=${lane * 8} (local.get $at))))`).join('\n')}
			(local.set $at (i32.add (local.get $at) (i32.const ${lanes.length * 8})))
			(br_if $next (i32.lt_u (local.get $at) (local.get $end))))
		${mixed}))`;

const {parseWat} = await wabt();
const {buffer} = parseWat('checksum.wat', text).toBinary({});
const lines = Buffer.from(buffer).toString('base64').match(/.{1,120}/g).map(line => `\t'${line}'`).join(',\n');
writeFileSync(new URL('checksum-wasm.js', import.meta.url), `// Made by build-checksum.js: a checksum, in WebAssembly (${buffer.length} bytes), as base64.

export const checksumWasm = [
${lines},
].join('');
`);
