// Bundles the program into dist/: few files start much faster than many. `node build.js`

import {chmod, mkdir, rm, writeFile} from 'node:fs/promises';
import {existsSync} from 'node:fs';
import {build} from 'esbuild';

const entries = {
	main: 'source/main.ts',
	'lane-thread': 'source/workers/lane-thread.ts',
	'job-thread': 'source/session/jobs/job-thread.ts',
	'browse-thread': 'source/session/jobs/browse-thread.ts',
	'stager-thread': 'source/server/stager-thread.ts',
	'publish-thread': 'source/backends/filesystem/publish/publish-thread.ts',
	// What demo/ builds its repositories with: the same that the program's own first screen does.
	demonstration: 'source/engine/demonstration.ts',
	counters: 'source/engine/counters.ts',
};

const folder = new URL('dist/', import.meta.url);
await rm(folder, {recursive: true, force: true});
await mkdir(folder, {recursive: true});
await writeFile(new URL('package.json', folder), '{"type": "module"}\n');

await build({
	absWorkingDir: new URL('.', import.meta.url).pathname,
	entryPoints: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(new URL(file, import.meta.url)))),
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
	define: {'process.env.NODE_ENV': '"production"'},
	// Native code, and ink-table, which is CommonJS and is given this bundle's Ink and React when it is loaded.
	external: ['better-sqlite3', 'zstd-napi', '@napi-rs/blake-hash', '@noble/hashes', 'koffi', 'ink-table', 'react-devtools-core'],
	banner: {js: "import {createRequire as createBundleRequire} from 'node:module'; const require = createBundleRequire(import.meta.url);"},
	logLevel: 'warning',
});
await chmod(new URL('main.js', folder), 0o755);
