// Bundles the program into dist/: few files start much faster than many. `node build.js`

import {chmod, mkdir, rm, writeFile} from 'node:fs/promises';
import {build} from 'esbuild';

/** What is bundled together shares its pieces: as few as can be for every thread and for the program. */
const bundles = [
	{main: 'source/main.ts'},
	{'lane-thread': 'source/workers/lane-thread.ts'},
	{'job-thread': 'source/session/jobs/job-thread.ts'},
	{'browse-thread': 'source/session/jobs/browse-thread.ts'},
	{'stager-thread': 'source/server/stager-thread.ts'},
	{'publish-thread': 'source/backends/filesystem/publish/publish-thread.ts'},
	// What demo/ builds its repositories with: the same that the program's own first screen does.
	{demonstration: 'source/engine/demonstration.ts', counters: 'source/engine/counters.ts'},
];

const folder = new URL('dist/', import.meta.url);
await rm(folder, {recursive: true, force: true});
await mkdir(folder, {recursive: true});
await writeFile(new URL('package.json', folder), '{"type": "module"}\n');

const settings = {
	absWorkingDir: new URL('.', import.meta.url).pathname,
	outdir: 'dist',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	// The oldest that package.json admits.
	target: 'node20.19',
	jsx: 'automatic',
	minify: true,
	keepNames: true,
	legalComments: 'none',
	// The WebAssembly of Ink's layout only looks whether there is a fetch; to look makes Node load its whole HTTP client.
	// Segmenter and string-width are the ones of stand-ins/.
	define: {'process.env.NODE_ENV': '"production"', fetch: 'undefined', 'Intl.Segmenter': 'Segmenter'},
	inject: ['stand-ins/segmenter.ts'],
	alias: {'string-width': './stand-ins/string-width.ts'},
	// Native code, and ink-table, which is CommonJS and is given this bundle's Ink and React when it is loaded.
	external: ['better-sqlite3', 'zstd-napi', '@napi-rs/blake-hash', '@noble/hashes', 'koffi', 'ink-table', 'react-devtools-core'],
	banner: {js: "import {createRequire as createBundleRequire} from 'node:module'; const require = createBundleRequire(import.meta.url);"},
	logLevel: 'warning',
};
for (const entryPoints of bundles) {
	await build({...settings, entryPoints});
}

await chmod(new URL('main.js', folder), 0o755);
