// A snapshot as a tar stream: read forward once, each chunk proven, memory of one chunk and of the names of linked files.

import {PlakarError} from '../errors/plakar-error.js';
import {displayPath, type PathBytes} from '../format/paths.js';
import type {SnapshotHeader} from '../format/snapshot-header.js';
import {tarEnd, tarHeaders, tarName, tarPadding} from '../format/tar.js';
import {toPlainError} from '../errors/revive.js';
import {readContent} from '../workers/content.js';
import type {VerbOptions} from './events.js';
import {entriesOf} from './reading.js';
import type {Repository} from './repository.js';

export type TarballInput = {readonly repository: Repository; readonly header: SnapshotHeader; /** Only this path and what is below it. */ readonly path?: PathBytes | undefined};

/**
 * The bytes of the archive, without its end: several may follow each other. Paths are whole and relative; directories
 * above what was pushed are left out, tar makes them. What has no place in an archive or no content is told as `trouble`.
 * Throws PATH_NOT_FOUND, and RECORD_CORRUPT in the middle of the stream: an archive that ended so is not whole.
 */
export async function* tarballOf({repository, header, path}: TarballInput, {signal, onEvent}: VerbOptions): AsyncGenerator<Uint8Array> {
	const firstNames = new Map<string, string>();
	let found = false;
	for await (const entry of entriesOf(repository, header, {path, signal})) {
		found = true;
		const {hardLink, content, type, error, sizeBytes, isAncestor} = entry;
		const firstName = hardLink === undefined ? undefined : firstNames.get(hardLink);
		const headers = isAncestor === true || (error !== undefined && type !== 'directory') ? undefined : tarHeaders(entry, firstName);
		if (headers === undefined) {
			if (isAncestor !== true) {
				onEvent({type: 'trouble', path: displayPath(entry.path), error: toPlainError(new PlakarError('PATH_UNREADABLE', {
					message: `${displayPath(entry.path)} is not in the archive: ${error === undefined ? 'an archive cannot hold a socket' : `it could not be read at the push (${error})`}.`,
					hint: 'The rest of the archive is whole.',
				}))});
			}

			continue;
		}

		yield headers;
		if (type === 'file' && firstName === undefined && content !== undefined) {
			yield* readContent(repository, content, sizeBytes, {signal});
			yield tarPadding(sizeBytes);
		}

		if (hardLink !== undefined && firstName === undefined) {
			firstNames.set(hardLink, tarName(entry.path, false));
		}
	}

	if (!found) {
		throw new PlakarError('PATH_NOT_FOUND', {
			message: `The snapshot ${header.snapshot} does not hold ${displayPath(path ?? '/' as PathBytes)}.`,
			hint: `List what it holds with: plakar-tui ls -recursive ${header.snapshot.slice(0, 8)}`,
		});
	}
}

export {tarEnd};
