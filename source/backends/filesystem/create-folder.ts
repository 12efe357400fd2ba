// Where a repository folder may be made, and making it.

import {randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import {dirname} from 'node:path';
import {PlakarError} from '../../errors/plakar-error.js';
import {flush} from './flush.js';
import {buckets, Layout, makeFolder, makeTopFolders, noLinksFile, topFolders} from './layout.js';
import {folderMode} from './ownership.js';
import {assertWritable, attempt, ioError, isThere, listFolder, system, writeFirst, writeNew} from './system.js';

const isOurs = (name: string): boolean => (topFolders as readonly string[]).includes(name) || name === noLinksFile || name.endsWith('.part');

function probeLinks(layout: Layout): boolean {
	// A name of its own: another process may be creating here too, and one that was killed may have left its probe.
	const probe = `${layout.folder('locks')}/${randomUUID()}`;
	const [first, second] = [`${probe}.first.part`, `${probe}.second.part`];
	writeNew(first, new Uint8Array(1));
	try {
		system.linkSync(first, second);
		system.unlinkSync(second);
		return true;
	} catch {
		return false;
	} finally {
		system.unlinkSync(first);
	}
}

/** Throws REPOSITORY_EXISTS unless a repository may be made at `root`. */
export function assertVacant(root: string): void {
	const stats = attempt(root, () => system.statSync(root, {throwIfNoEntry: false}) ?? system.lstatSync(root, {throwIfNoEntry: false}));
	if (stats !== undefined && !stats.isDirectory()) {
		throw exists(root, stats.isSymbolicLink() ? 'a link that leads nowhere' : 'a file');
	}

	const outer = repositoryAround(root);
	if (outer !== undefined) {
		throw new PlakarError('REPOSITORY_EXISTS', {
			message: `${root} lies inside the repository ${outer}.`,
			hint: 'Choose a place outside of it; nothing was changed.',
			context: {location: root},
		});
	}

	const inside = listFolder(root);
	if (inside.includes('CONFIG')) {
		throw exists(root, 'a repository');
	}

	if (inside.some(name => !isOurs(name))) {
		throw exists(root, 'a folder with other files');
	}
}

/** Throws BACKEND_READ_ONLY or BACKEND_DENIED unless something can be made at `path`, or where its first missing folder would be. */
export function assertMakeable(path: string): void {
	let folder = path;
	while (attempt(folder, () => system.statSync(folder, {throwIfNoEntry: false})) === undefined) {
		folder = dirname(folder);
	}

	assertWritable(folder);
}

/** Makes the folders and the configuration of a repository at `root`, durably. Throws REPOSITORY_EXISTS as `assertVacant` does, also when another process was faster. */
export async function createFolder(root: string, config: Uint8Array): Promise<void> {
	assertVacant(root);
	const layout = new Layout(root);
	attempt(root, () => {
		system.mkdirSync(root, {mode: folderMode, recursive: true});
		makeTopFolders(layout);
		for (const folder of [layout.folder('chunks'), layout.folder('objects')]) {
			for (const bucket of buckets) {
				makeFolder(layout, `${folder}/${bucket}`);
			}
		}

		if (!probeLinks(layout)) {
			system.rmSync(`${root}/${noLinksFile}`, {force: true});
			writeNew(`${root}/${noLinksFile}`, new Uint8Array(0), false, layout.ownership);
		}
	});
	await flush(root, [], [root, ...topFolders.map(name => layout.folder(name))]);
	try {
		writeFirst(layout.config, config, layout.ownership);
	} catch (error) {
		throw isThere(error) ? exists(root, 'a repository') : ioError(layout.config, error);
	}
}

/** The repository folder that `root` lies in, if any: its own files would be mixed with those of another. */
function repositoryAround(root: string): string | undefined {
	for (let folder = dirname(root); folder !== dirname(folder); folder = dirname(folder)) {
		if (['CONFIG', ...topFolders].every(name => existsSync(`${folder}/${name}`))) {
			return folder;
		}
	}

	return undefined;
}

const exists = (root: string, what: string): PlakarError => new PlakarError('REPOSITORY_EXISTS', {
	message: `${root} is taken: there is ${what} already.`,
	hint: 'Choose a place where nothing is yet; an empty folder is fine.',
	context: {location: root},
});
