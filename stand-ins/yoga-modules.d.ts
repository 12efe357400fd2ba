// What yoga.ts imports and nobody declares.

declare module 'yoga.wasm' {
	/** The WebAssembly that yoga-layout holds as text; build.js takes it out. */
	const bytes: Uint8Array;
	export default bytes;
}

declare module '*/yoga-wasm-base64-esm.js' {
	/** Fills `library`, at once if that brings an instance. */
	const loadYoga: (library: object) => Promise<object>;
	export default loadYoga;
}
