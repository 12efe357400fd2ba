// Two small repositories from real files of this machine, below one folder and nowhere else: a source ahead of its clone.

import {copyFile, mkdir, readdir, stat, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {PlakarError, throwIfAborted} from '../errors/plakar-error.js';
import type {RecordId} from '../format/ids.js';
import {Counters} from '../workers/counters.js';
import {cloneRepository} from './clone.js';
import type {VerbOptions} from './events.js';
import type {DemonstrationReport, RepositoryAccess} from './jobs.js';
import {push} from './push/push.js';
import {createRepository, openRepository} from './repository.js';
import {defaultChunkBytes} from './settings.js';

/** Enough for a picture, little enough to be waited for on a slow disk. */
const wantedBytes = 12 * 1024 * 1024;
const wantedFiles = 800;
const largestFileBytes = 2 * 1024 * 1024;

/** Where every machine has files that say nothing about its owner. */
const places = ['/usr/include', '/usr/share/doc', '/usr/lib/python3', '/usr/share', '/Library/Developer', '/usr/lib'];

const steps = ['A note was added.', 'The note was changed.', 'The note was changed again.'];
const figureRows = 20_000;

/** Regular files below `place`, depth first; what this user may not read is left out. */
async function* filesBelow(place: string): AsyncGenerator<string> {
	const entries = await readdir(place, {withFileTypes: true}).catch(() => []);
	for (const entry of entries) {
		const path = join(place, entry.name);
		if (entry.isDirectory()) {
			yield* filesBelow(path);
		} else if (entry.isFile()) {
			yield path;
		}
	}
}

/** Copies real files into `tree`, up to the wanted size and number. */
async function gather(tree: string, counters: Counters, {signal}: VerbOptions): Promise<void> {
	let [bytes, files] = [0, 0];
	await mkdir(tree, {recursive: true});
	for (const place of places) {
		for await (const file of filesBelow(place)) {
			throwIfAborted(signal);
			try {
				const {size} = await stat(file);
				if (size > largestFileBytes) {
					continue;
				}

				await mkdir(dirname(join(tree, file)), {recursive: true});
				await copyFile(file, join(tree, file));
				bytes += size;
				files++;
				counters.set('bytesDone', Math.min(bytes, wantedBytes));
				counters.set('filesDone', files);
			} catch {
				// Gone or not readable: the next one will do.
			}

			if (bytes >= wantedBytes || files >= wantedFiles) {
				return;
			}
		}
	}
}

async function within<Result>(access: RepositoryAccess, options: VerbOptions, use: (repository: Awaited<ReturnType<typeof openRepository>>) => Promise<Result>): Promise<Result> {
	const repository = await openRepository(access, {signal: options.signal});
	try {
		return await use(repository);
	} finally {
		await repository.close();
	}
}

export type DemonstrationInput = {
	/** Empty; all that is made lies in it. */
	readonly folder: string;
	/** Of both repositories; they are not encrypted when absent. */
	readonly passphrase?: string | undefined;
	/** `bytesDone` and `filesDone` while files are gathered, then `snapshotsDone`. */
	readonly counters: Counters;
};

/** Makes `office` with four snapshots and `vault`, which lacks three of them. Throws CANCELLED, BACKEND_FULL; the folder is the caller's to remove. */
export async function buildDemonstration({folder, passphrase, counters}: DemonstrationInput, options: VerbOptions): Promise<Omit<DemonstrationReport, 'damagedChunk'>> {
	const [office, vault, tree] = ['office', 'vault', 'tree'].map(name => join(folder, name)) as [string, string, string];
	const access = {location: office, passphrase};
	counters.set('bytesTotal', wantedBytes);
	counters.set('filesTotal', wantedFiles);
	counters.set('snapshotsTotal', steps.length + 2);
	options.onEvent({type: 'phase', phase: 'scan'});
	await gather(tree, counters, options);
	// Few files are as good as many: what was found is all there is.
	counters.set('bytesTotal', counters.get('bytesDone'));
	counters.set('filesTotal', counters.get('filesDone'));
	options.onEvent({type: 'phase', phase: 'snapshots'});
	await (await createRepository(office, {passphrase, encrypted: passphrase !== undefined, compression: 'zstd', hashing: 'blake3', averageChunkBytes: defaultChunkBytes}, options)).close();
	const keep = async (tag: string): Promise<void> => within(access, options, async repository => {
		// Not even the cache of this user is touched.
		await push({repository, counters: new Counters(), paths: [tree], tag, useCache: false, writesCache: false, commandLine: `plakar-tui push --tag ${JSON.stringify(tag)} ${tree}`}, options);
		counters.add('snapshotsDone', 1);
	});

	await keep('first');
	await within(access, options, async repository => cloneRepository(repository, vault, new Counters(), options));
	counters.add('snapshotsDone', 1);
	for (const [index, words] of steps.entries()) {
		await writeFile(join(tree, 'note.txt'), words.repeat(4000 * (index + 1)));
		await mkdir(join(tree, `report-${index}`));
		await writeFile(join(tree, `report-${index}/figures.csv`), Array.from({length: figureRows}, (_, row) => `${row},${row * (index + 7)}`).join('\n'));
		await keep(`day ${index + 1}`);
	}

	return {source: office, target: vault};
}

/** Flips one bit of one chunk, for a check to find; answers with its id. Throws BACKEND_NOT_FOUND where there is none. */
export async function damageOneChunk(access: RepositoryAccess, options: VerbOptions): Promise<RecordId> {
	return within(access, options, async ({backend, location}) => {
		for await (const page of backend.list('chunk', undefined, options)) {
			const id = page[Math.floor(page.length / 3)];
			if (id !== undefined) {
				const bytes = Uint8Array.from(await backend.read('chunk', id, options));
				bytes[Math.floor(bytes.length / 2)]! ^= 1;
				await backend.replace('chunk', id, bytes, options);
				return id as RecordId;
			}
		}

		throw new PlakarError('BACKEND_NOT_FOUND', {message: `${location} holds no chunk.`, hint: 'Push something into it first.'});
	});
}
