// The filesystem backend: one file a record, references as hard links, in the layout that plakar's users know.

import {PlakarError} from '../../errors/plakar-error.js';
import {canonicalPath} from '../canonical-path.js';
import type {BackendFactory} from '../contract.js';
import {freeSpaceAround} from '../free-space.js';
import {isSqliteFile} from '../sqlite-magic.js';
import {assertMakeable, assertVacant, createFolder} from './create-folder.js';
import {openFolder} from './open-folder.js';
import {attempt, system} from './system.js';

const pathOf = (location: string): string => location.startsWith('file://') ? location.slice('file://'.length) : location;

export const filesystemBackend: BackendFactory = {
	scheme: 'file',
	matches: location => location.startsWith('file://') || !/^[a-z][a-z\d+.-]*:/i.test(location),
	canonical: location => canonicalPath(pathOf(location)),
	freeSpaceAt: async location => freeSpaceAround(canonicalPath(pathOf(location))),
	async assertFree(location) {
		const root = canonicalPath(pathOf(location));
		assertVacant(root);
		assertMakeable(root);
	},
	async open(location) {
		const root = canonicalPath(pathOf(location));
		const stats = attempt(root, () => system.statSync(root, {throwIfNoEntry: false}));
		if (stats === undefined) {
			throw new PlakarError('REPOSITORY_NOT_FOUND', {
				message: `There is no repository at ${root}.`,
				hint: `Make one with: plakar-tui create ${root}`,
				context: {location: root},
			});
		}

		if (!stats.isDirectory() || attempt(root, () => system.statSync(`${root}/CONFIG`, {throwIfNoEntry: false})) === undefined) {
			throw new PlakarError('REPOSITORY_UNRECOGNISED', {
				message: `${root} is ${stats.isDirectory() ? 'a folder, but not a repository: it has no CONFIG' : 'a file, not a repository folder'}.`,
				hint: isSqliteFile(root) ? `It is a SQLite database: name it sqlite:${root}` : 'Check the path; nothing was changed.',
				context: {location: root},
			});
		}

		return openFolder(root);
	},
	async create(location, config) {
		const root = canonicalPath(pathOf(location));
		await createFolder(root, config);
		return openFolder(root);
	},
};
