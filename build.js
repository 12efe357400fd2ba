// Bundles the program into dist/, with the bytecode of what usual runs call: both make it start much faster. `node build.js`

import {readFileSync, rmSync} from 'node:fs';
import {chmod, mkdir, rename, rm, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {findCodeCache, recordCodeCache} from './bundle/code-cache.js';
import {cacheName} from './bundle/layout.js';
import {pieceOf} from './bundle/pieces.js';

/** What is bundled together shares its pieces: as few as can be for every thread and for the program. */
const bundles = [
	{main: 'source/main.ts'},
	{'lane-thread': 'source/workers/lane-thread.ts'},
	{'job-thread': 'source/session/jobs/job-thread.ts'},
	{'browse-thread': 'source/session/jobs/browse-thread.ts'},
	{'stager-thread': 'source/server/stager-thread.ts'},
	{'publish-thread': 'source/backends/filesystem/publish/publish-thread.ts'},
];
/** What demo/ builds its repositories with: the same that the program's own first screen does. */
const demonstration = {demonstration: 'source/engine/demonstration.ts', counters: 'source/engine/counters.ts'};

const folder = fileURLToPath(new URL('dist', import.meta.url));
/** Where this build writes: the program in `folder` stays whole until this one is, also while another builds. */
const building = `${folder}.building-${process.pid}`;
/** More than builds ever end at the same moment, or files are written in it. */
const mostTurns = 100;

/** What a library's file is changed to before it is bundled. Throws where it is not as it was when this was written. */
function changed(file, what, instead) {
	const text = readFileSync(file, 'utf8');
	if (!what.test(text)) {
		throw new Error(`${file} is not what build.js knows; see there.`);
	}

	return text.replace(what, instead);
}

const yogaFile = fileURLToPath(new URL('node_modules/yoga-layout/dist/binaries/yoga-wasm-base64-esm.js', import.meta.url));
const inlineWasm = /(data:application\/octet-stream;base64,)([A-Za-z0-9+/=]+)/;

/** Ink without what waits at its top level, which only ES modules may do, and with stand-ins/ in the places of some of its parts. */
const standIns = {
	name: 'stand-ins',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^yoga\.wasm$/}, () => ({path: yogaFile, namespace: 'wasm'}));
		onLoad({filter: /./, namespace: 'wasm'}, ({path}) => ({contents: Buffer.from(inlineWasm.exec(readFileSync(path, 'utf8'))[2], 'base64'), loader: 'binary'}));
		onLoad({filter: /yoga-wasm-base64-esm\.js$/, namespace: 'file'}, ({path}) => ({contents: changed(path, inlineWasm, '$1')}));
		onLoad({filter: /ink\/build\/reconciler\.js$/}, ({path}) => ({contents: changed(path, /isDev\(\)|await (?=import\('\.\/devtools\.js'\)|loadPackageJson\(\))/g, found => found === 'isDev()' ? 'false' : '')}));
		onResolve({filter: /\/ink-table\.js$/}, () => ({path: fileURLToPath(new URL('stand-ins/ink-table.ts', import.meta.url))}));
	},
};

const settings = {
	absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
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
	// Segmenter, string-width and others are the ones of stand-ins/.
	define: {'process.env.NODE_ENV': '"production"', fetch: 'undefined', 'Intl.Segmenter': 'Segmenter'},
	inject: ['stand-ins/segmenter.ts'],
	alias: {'string-width': './stand-ins/string-width.ts', 'yoga-layout': './stand-ins/yoga.ts', 'object-hash': './stand-ins/object-hash.ts'},
	plugins: [standIns],
	// Native code, and what stands in for it where there is none.
	external: ['better-sqlite3', 'zstd-napi', '@napi-rs/blake-hash', '@noble/hashes', 'koffi'],
	logLevel: 'warning',
	write: false,
};

/** The pieces of `entries` by name, those entries among them. */
async function piecesOf(entryPoints) {
	const {outputFiles} = await build({...settings, entryPoints});
	return Promise.all(outputFiles.map(async ({path, text}) => {
		const name = basename(path);
		return [Object.hasOwn(entryPoints, basename(name, '.js')) ? pieceName(name) : name, await pieceOf(text, settings.target)];
	}));
}

/** Of an entry: its own name is that of the file that Node starts. */
const pieceName = name => name.replace(/\.js$/, '-piece.js');

/** Writes what esbuild made: itself, it would go on when this process is stopped. */
const writeAll = async ({outputFiles}) => Promise.all(outputFiles.map(async ({path, contents}) => writeFile(join(building, basename(path)), contents)));

/** Puts what was built in the place of what was there. A build that ends at the same moment may come in between: then once more. */
async function putInPlace() {
	const old = `${building}-old`;
	for (let turn = 1; ; turn++) {
		// Where there is none yet, or it cannot be moved: a container's layer below lets no folder go.
		await rename(folder, old).catch(async () => rm(folder, {recursive: true, force: true}));
		try {
			await rename(building, folder);
			return;
		} catch (error) {
			if (turn === mostTurns || !['ENOTEMPTY', 'EEXIST'].includes(error.code)) {
				throw error;
			}
		} finally {
			await rm(old, {recursive: true, force: true});
		}
	}
}

const pieces = Object.fromEntries((await Promise.all(bundles.map(piecesOf))).flat());
const known = findCodeCache(folder, pieces);
process.on('exit', () => {
	for (let turn = 1; turn <= mostTurns; turn++) {
		try {
			rmSync(building, {recursive: true, force: true});
			return;
		} catch {
			// A file that was just being written came in between.
		}
	}
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.once(signal, () => {
		process.exit(1);
	});
}

await mkdir(building);
await writeFile(join(building, 'package.json'), '{"type": "commonjs"}\n');
await Promise.all(Object.entries(pieces).map(async ([name, text]) => writeFile(join(building, name), text)));
for (const name of bundles.flatMap(entries => Object.keys(entries))) {
	await writeAll(await build({
		absWorkingDir: settings.absWorkingDir, entryPoints: ['bundle/load.js'], outfile: `dist/${name}.js`, write: false,
		bundle: true, format: 'cjs', platform: 'node', target: settings.target, minify: true, keepNames: true, logLevel: 'warning',
		banner: name === 'main' ? {js: '#!/usr/bin/env node'} : {},
		define: {firstPiece: JSON.stringify(pieceName(`${name}.js`))},
	}));
}

// What the demonstration is built with is imported by demo/, not started.
await writeAll(await build({...settings, entryPoints: demonstration, outExtension: {'.js': '.mjs'}, banner: {js: "import {createRequire as createBundleRequire} from 'node:module'; const require = createBundleRequire(import.meta.url);"}}));
await chmod(join(building, 'main.js'), 0o755);

if (known === undefined) {
	try {
		recordCodeCache(building, pieces);
	} catch (error) {
		await rm(join(building, cacheName), {force: true});
		process.stderr.write(`The program will start more slowly, for its bytecode could not be recorded. ${error.message}\n`);
	}
} else {
	await writeFile(join(building, cacheName), known);
}

await putInPlace();
