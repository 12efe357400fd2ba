// Writes cutter-wasm.ts from the text below: node source/format/chunking/build-wasm.js (development only, needs wabt).

import {writeFileSync} from 'node:fs';
import wabt from 'wabt';

const unroll = 8;

/** One step: hash = (hash << 1) + gear[byte]; when no bit of `mask` is set, return the address behind the byte. */
const step = (offset, mask) => `
	local.get $hash i32.const 1 i32.shl
	local.get $at i32.load8_u offset=${offset} i32.const 2 i32.shl i32.load
	i32.add local.tee $hash
	local.get ${mask} i32.and i32.eqz
	if local.get $at i32.const ${offset + 1} i32.add return end`;

/** Steps from $at to `end`: eight at a time, then one by one. */
const scan = (name, end, mask) => `
	block $${name}Rest
	loop $${name}Many
		local.get $at i32.const ${unroll} i32.add local.get ${end} i32.gt_u br_if $${name}Rest
		${Array.from({length: unroll}, (_, offset) => step(offset, mask)).join('')}
		local.get $at i32.const ${unroll} i32.add local.set $at
		br $${name}Many
	end end
	block $${name}Done
	loop $${name}One
		local.get $at local.get ${end} i32.ge_u br_if $${name}Done
		${step(0, mask)}
		local.get $at i32.const 1 i32.add local.set $at
		br $${name}One
	end end`;

const text = `(module
	(import "env" "memory" (memory 1))
	(func (export "cut") (param $at i32) (param $middle i32) (param $limit i32) (param $small i32) (param $large i32) (result i32)
		(local $hash i32)
		${scan('small', '$middle', '$small')}
		${scan('large', '$limit', '$large')}
		local.get $limit))`;

const {parseWat} = await wabt();
const {buffer} = parseWat('cutter.wat', text).toBinary({});
const lines = Buffer.from(buffer).toString('base64').match(/.{1,120}/g).map(line => `\t'${line}'`).join(',\n');
writeFileSync(new URL('cutter-wasm.ts', import.meta.url), `// Made by build-wasm.js: the search for a cut, in WebAssembly (${buffer.length} bytes), as base64.

export const cutterWasm = [
${lines},
].join('');
`);
