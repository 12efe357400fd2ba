// Which records the paths of a check's targets need: all that is read when only some paths are asked for.

import type {CallOptions} from '../../backends/contract.js';
import {PlakarError} from '../../errors/plakar-error.js';
import type {RecordId, SharedKind} from '../../format/ids.js';
import {displayPath} from '../../format/paths.js';
import {partsOf} from '../../workers/content.js';
import type {SnapshotTarget} from '../jobs.js';
import {entriesOf} from '../reading.js';
import type {Repository} from '../repository.js';
import {PackedIds, type CheckedSnapshot} from './inventory.js';

export type Scope = Readonly<Record<SharedKind, PackedIds>>;

/**
 * The records below the targets' paths, ascending; undefined when some target names a whole snapshot. An object that
 * cannot be read stands in the scope without its chunks: reading it makes it a finding. Throws PATH_NOT_FOUND.
 */
export async function scopeOf(repository: Repository, targets: readonly SnapshotTarget[], snapshots: readonly CheckedSnapshot[], options: CallOptions): Promise<Scope | undefined> {
	if (targets.some(({path}) => path === undefined)) {
		return undefined;
	}

	const ids: Record<SharedKind, Set<RecordId>> = {chunk: new Set(), object: new Set()};
	for (const {snapshot, path} of targets) {
		const header = snapshots.find(({id}) => id === snapshot)?.header;
		let isFound = header === undefined;
		if (header !== undefined) {
			for await (const {content, sizeBytes} of entriesOf(repository, header, {path, ...options})) {
				isFound = true;
				if (content !== undefined && content.kind !== 'empty') {
					ids[content.kind].add(content.id);
				}

				if (content?.kind === 'object') {
					const parts = await partsOf(repository, content, sizeBytes, options).catch(() => []);
					for (const {id} of parts) {
						ids.chunk.add(id);
					}
				}
			}
		}

		if (!isFound) {
			throw new PlakarError('PATH_NOT_FOUND', {
				message: `The snapshot ${snapshot} does not hold ${displayPath(path!)}.`,
				hint: 'List what it holds with ls; nothing was checked.',
			});
		}
	}

	return {chunk: packed(ids.chunk), object: packed(ids.object)};
}

function packed(ids: ReadonlySet<RecordId>): PackedIds {
	const list = new PackedIds();
	for (const id of [...ids].sort()) {
		list.add(id);
	}

	return list;
}
