// Stands in for yoga-layout in the bundle: that is ready only later, after decoding its WebAssembly letter by letter (12 ms) and a wait for other threads.

import loadYoga from '../node_modules/yoga-layout/dist/binaries/yoga-wasm-base64-esm.js';
import wrapAssembly from '../node_modules/yoga-layout/dist/src/wrapAssembly.js';
import bytes from 'yoga.wasm';

type Receive = (instance: object) => void;

/** The few names used here; Node's types leave WebAssembly to those of browsers. */
const {Instance, Module} = (globalThis as unknown as {WebAssembly: {Instance: new (module: object, imports: object) => object; Module: new (bytes: Uint8Array) => object}}).WebAssembly;

/** What the loader fills, and is handed an instance by, so that nothing is left to wait for. */
const library = {
	instantiateWasm(imports: object, receive: Receive): object {
		receive(new Instance(new Module(bytes), imports));
		return {};
	},
};
void loadYoga(library);

export default wrapAssembly(library);
export * from '../node_modules/yoga-layout/dist/src/generated/YGEnums.js';
