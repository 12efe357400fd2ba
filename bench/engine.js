// The engine as one module for benchmarks: bundled from the sources, without what only a terminal needs.

import {rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {build} from 'esbuild';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Bundles `names` (file below source/: what it exports, separated by commas) and imports them; `remove` takes the bundle away. */
export async function loadEngine(names) {
	const file = join(root, 'node_modules', `.bench-engine-${process.pid}.mjs`);
	await build({
		stdin: {contents: Object.entries(names).map(([path, list]) => `export {${list}} from './source/${path}';`).join('\n'), resolveDir: root},
		bundle: true, format: 'esm', platform: 'node', outfile: file, logLevel: 'warning',
		external: ['better-sqlite3', 'zstd-napi', '@napi-rs/blake-hash', '@noble/hashes', 'koffi'],
		banner: {js: "import {createRequire as createBundleRequire} from 'node:module'; const require = createBundleRequire(import.meta.url);"},
	});
	return {
		file, engine: await import(pathToFileURL(file).href),
		remove() {
			rmSync(file, {force: true});
		},
	};
}

const accept = async (_, records) => records.map(() => false);

/** Stores a snapshot of `ids`, each standing for a record of `sizeBytes`; `place(backend, snapshot, ids)` stages or links them. */
export async function storeSnapshot(engine, {backend, codec}, {snapshot, ids, sizeBytes, created = new Date(), place, commits = true}) {
	const references = new engine.ReferenceCollector();
	for (const id of ids) {
		references.add(id, sizeBytes);
	}

	const lock = await backend.lock('shared', 'bench');
	await backend.begin(snapshot, accept);
	await place(backend, snapshot, ids);
	const list = engine.encodeReferenceList({chunk: references.finish(), object: new engine.ReferenceCollector().finish()});
	const totals = {files: 1, directories: 0, others: 0, errors: 0, sizeBytes: 1, chunks: ids.length, objects: 0};
	const header = engine.encodeHeader({
		version: 1, snapshot, created: created.toISOString(), host: 'bench', user: 'bench', commandLine: 'bench', paths: ['/'], roots: ['/'], totals,
		index: {kind: 'chunk', id: ids[0], sizeBytes: 1},
	});
	await backend.putSnapshot(snapshot, {references: codec.sealer.seal('references', snapshot, list), header: codec.sealer.seal('header', snapshot, header)});
	if (commits) {
		await backend.commit([snapshot]);
	}

	await lock.release();
}

/** What `storeSnapshot` needs of the engine. */
export const storing = {
	'engine/repository.ts': 'createRepository, openRepository, openSealed, repositoryOf', 'engine/make-plan.ts': 'makePlan', 'backends/registry.ts': 'createBackend',
	'format/config.ts': 'encodeConfig', 'format/reference-list.ts': 'ReferenceCollector, encodeReferenceList', 'format/snapshot-header.ts': 'encodeHeader',
};
