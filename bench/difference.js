// What planning costs where there is much: npm run bench:difference [-- --chunks 1000000] [--new 10000] [--runs 3] [--in DIR]
//
// Two repositories of so many chunks in the same place, once as SQLite files and once as folders; the source has one more
// snapshot, which needs all of them and some new ones. Measured is one whole plan, in a fresh process each time: the
// figure is what an operator waits for after the repositories are open. The medium is written through the backends; in
// the folders most names are links to a few files, since a listing sees names only, so contents are not sound there.
//
// Beside each plan, in turns, runs the bare work that no plan can do without, as a measure of the machine: SQLite's own
// EXCEPT of the two files, and the names of the target's folders as Node lists them. The floors were set where the one
// takes 0.15 s and the other 0.55 s.

import {spawnSync} from 'node:child_process';
import {randomFillSync} from 'node:crypto';
import {linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import Sqlite from 'better-sqlite3';
import {loadEngine, storeSnapshot, storing} from './engine.js';

const words = process.argv.slice(2);
const option = (name, fallback) => words.includes(name) ? words[words.indexOf(name) + 1] : fallback;
const chunks = Number(option('--chunks', '1000000'));
const added = Number(option('--new', '10000'));
const runs = Number(option('--runs', '3'));
const idBytes = 32;
const batch = 512;
const floors = {sqlite: '0.5 s', filesystem: '1.5 s'};

function makeIds(count) {
	const bytes = randomFillSync(Buffer.allocUnsafe(count * idBytes));
	return Array.from({length: count}, (_, index) => bytes.toString('hex', index * idBytes, (index + 1) * idBytes)).sort();
}

const record = Buffer.from('a record');

async function stageAll(backend, snapshot, ids) {
	for (let start = 0; start < ids.length; start += batch) {
		const part = ids.slice(start, start + batch);
		await backend.stage(snapshot, 'chunk', part.map(id => ({id, bytes: record})));
		await backend.reference(snapshot, 'chunk', part);
	}
}

/** Names in `chunks/`, each a link to one of a few files: a file may have 65,000 names. */
const linkAll = location => async (_, __, ids) => {
	let file = '';
	for (const [index, id] of ids.entries()) {
		const path = join(location, 'chunks', id.slice(0, 2), id);
		try {
			if (index % 50_000 === 0) {
				writeFileSync(path, record, {flag: 'wx'});
				file = path;
			} else {
				linkSync(file, path);
			}
		} catch (error) {
			if (error.code !== 'EEXIST') {
				throw error;
			}

			file = path;
		}
	}
};

const snapshots = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

async function makePair(engine, [source, target], placeIn) {
	const settings = {encrypted: false, compression: 'zstd', hashing: 'blake3', averageChunkBytes: 262_144};
	const ids = makeIds(chunks + added);
	const old = ids.filter((_, index) => index % Math.ceil(ids.length / added) !== 0).slice(0, chunks);
	const first = await engine.createRepository(source, settings);
	await storeSnapshot(engine, first, {snapshot: snapshots[0], ids: old, sizeBytes: record.length, place: placeIn(source)});
	await storeSnapshot(engine, first, {snapshot: snapshots[1], ids, sizeBytes: record.length, place: placeIn(source)});
	const config = {...first.config, repositoryId: snapshots[1]};
	const second = engine.repositoryOf(await engine.createBackend(target, engine.encodeConfig(config)), config);
	await storeSnapshot(engine, second, {snapshot: snapshots[0], ids: old, sizeBytes: record.length, place: placeIn(target)});
	await first.close();
	await second.close();
	return ids.length - old.length;
}

/** One plan in a process of its own: milliseconds, peak memory in MB, chunks to send. */
async function measurePlan(file, source, target) {
	const {openSealed, makePlan} = await import(pathToFileURL(file).href);
	const [from, to] = [await openSealed(source), await openSealed(target)];
	const startMs = performance.now();
	const plan = await makePlan(from, to, undefined);
	const milliseconds = performance.now() - startMs;
	const missing = plan.classes.reduce((sum, part) => sum + part.missing.chunks, 0);
	process.stdout.write(JSON.stringify({milliseconds, megabytes: process.resourceUsage().maxRSS / 1024, missing}));
}

const bare = {
	sqlite(source, target) {
		const database = new Sqlite(source.replace('sqlite:', ''), {readonly: true});
		database.prepare('ATTACH DATABASE ? AS peer').run(target.replace('sqlite:', ''));
		const visible = file => `SELECT id FROM ${file}.record WHERE kind = 1 AND owner IS NULL`;
		const query = database.prepare(`SELECT count(*) FROM (${visible('main')} EXCEPT ${visible('peer')} ORDER BY id)`).pluck();
		return () => query.get();
	},
	filesystem: (_, target) => () => readdirSync(join(target, 'chunks')).reduce((sum, bucket) => sum + readdirSync(join(target, 'chunks', bucket)).length, 0),
};

function measureBare(name, source, target) {
	const work = bare[name](source, target);
	const startMs = performance.now();
	work();
	process.stdout.write(JSON.stringify({milliseconds: performance.now() - startMs}));
}

/** What this file answers with when it is started with `parameters`. */
function measured(...parameters) {
	const {status, stdout, stderr} = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...parameters], {encoding: 'utf8'});
	if (status !== 0) {
		throw new Error(stderr);
	}

	return JSON.parse(stdout);
}

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function main() {
	const folder = mkdtempSync(join(option('--in', tmpdir()), 'plakar-tui-difference-'));
	const made = await loadEngine(storing);
	try {
		const {engine, file} = made;
		const pairs = {
			sqlite: {places: ['source.db', 'target.db'].map(name => `sqlite:${join(folder, name)}`), placeIn: () => stageAll},
			filesystem: {places: ['source', 'target'].map(name => join(folder, name)), placeIn: linkAll},
		};
		process.stdout.write(`${chunks} chunks on both sides, ${added} new; ${runs} plans each, medians.\n\n| medium | plan | bare work, plan to it | peak | chunks to send | floor |\n|---|---|---|---|---|---|\n`);
		for (const [name, {places, placeIn}] of Object.entries(pairs)) {
			mkdirSync(folder, {recursive: true});
			const expected = await makePair(engine, places, placeIn);
			const turns = Array.from({length: runs}, () => ({plan: measured('--plan', file, ...places), work: measured('--bare', name, ...places)}));
			const results = turns.map(({plan}) => plan);
			if (results.some(({missing}) => missing !== expected)) {
				throw new Error(`${name}: ${results.map(({missing}) => missing)} chunks to send where ${expected} are missing`);
			}

			const seconds = median(results.map(({milliseconds}) => milliseconds)) / 1000;
			const bareSeconds = median(turns.map(({work}) => work.milliseconds)) / 1000;
			const ratio = median(turns.map(({plan, work}) => plan.milliseconds / work.milliseconds));
			process.stdout.write(`| ${name} | ${seconds.toFixed(2)} s | ${bareSeconds.toFixed(2)} s, ${ratio.toFixed(1)}x | ${Math.max(...results.map(({megabytes}) => megabytes)).toFixed(0)} MB | ${expected} | ${floors[name]}, 300 MB |\n`);
		}
	} finally {
		rmSync(folder, {recursive: true, force: true});
		made.remove();
	}
}

if (words[0] === '--bare') {
	measureBare(words[1], words[2], words[3]);
} else {
	await (words[0] === '--plan' ? measurePlan(words[1], words[2], words[3]) : main());
}
