// From damaged records to the paths that lose something.

import type {CallOptions} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import type {ChunkId, ObjectId, SnapshotId} from '../../format/ids.js';
import {decodeObject, maximumObjectBytes} from '../../format/object-record.js';
import {displayPath} from '../../format/paths.js';
import {maximumPaths, type AffectedPath, type Finding} from '../finding.js';
import {entriesOf} from '../reading.js';
import type {Repository} from '../repository.js';
import type {CheckedSnapshot} from './inventory.js';

const hasPaths = ({kind}: Finding): boolean => kind.startsWith('corrupt-chunk') || kind.startsWith('missing-') || kind.startsWith('unreadable-')
	|| kind === 'corrupt-object' || kind === 'wrong-size';

type Hits = {readonly paths: AffectedPath[]; count: number};

/**
 * The findings with the paths they affect. Reads the index of every affected snapshot once; what cannot be read is left
 * out, for it is a finding of its own. Needs the key.
 */
export async function addPaths(repository: Repository, snapshots: readonly CheckedSnapshot[], findings: readonly Finding[], options: CallOptions): Promise<Finding[]> {
	const damaged = new Map<string, Hits>(findings.filter(finding => hasPaths(finding)).map(({id}) => [id, {paths: [], count: 0}]));
	const affected = new Set<SnapshotId>(findings.filter(({id}) => damaged.has(id)).flatMap(finding => finding.snapshots));
	const objects = new ObjectParts(repository, damaged, options);
	for (const {id, header} of snapshots) {
		if (affected.has(id) && header !== undefined) {
			try {
				for await (const entry of entriesOf(repository, header, options)) {
					if (entry.content?.kind === 'chunk' || entry.content?.kind === 'object') {
						const hit = entry.content.kind === 'chunk' ? [entry.content.id] : await objects.damagedIn(entry.content.id);
						record(damaged, hit, {snapshot: id, path: displayPath(entry.path)});
					}
				}
			} catch (error) {
				if (isPlakarError(error, 'CANCELLED')) {
					break;
				}
			}
		}
	}

	return findings.map(finding => {
		const hits = hasPaths(finding) ? damaged.get(finding.id) : undefined;
		return hits === undefined ? finding : {...finding, paths: hits.paths, pathCount: hits.count};
	});
}

function record(damaged: ReadonlyMap<string, Hits>, ids: readonly string[], path: AffectedPath): void {
	for (const id of ids) {
		const hits = damaged.get(id);
		if (hits !== undefined) {
			hits.count++;
			if (hits.paths.length < maximumPaths) {
				hits.paths.push(path);
			}
		}
	}
}

/** Which damaged records stand behind an object: itself, or chunks that it lists. */
class ObjectParts {
	readonly #known = new Map<ObjectId, readonly string[]>();
	readonly #repository: Repository;
	readonly #damaged: ReadonlyMap<string, Hits>;
	readonly #options: CallOptions;

	constructor(repository: Repository, damaged: ReadonlyMap<string, Hits>, options: CallOptions) {
		this.#repository = repository;
		this.#damaged = damaged;
		this.#options = options;
	}

	async damagedIn(id: ObjectId): Promise<readonly string[]> {
		const known = this.#known.get(id);
		if (known !== undefined) {
			return known;
		}

		const hits = this.#damaged.has(id) ? [id] : await this.#damagedChunks(id);
		this.#known.set(id, hits);
		return hits;
	}

	async #damagedChunks(id: ObjectId): Promise<ChunkId[]> {
		const {backend, codec} = this.#repository;
		try {
			const body = codec.sealer.unseal('object', id, await backend.read('object', id, this.#options), maximumObjectBytes);
			const ids = new Set(decodeObject(id, body, codec.hashing).chunks.map(chunk => chunk.id));
			return [...ids].filter(chunk => this.#damaged.has(chunk));
		} catch {
			return [];
		}
	}
}
