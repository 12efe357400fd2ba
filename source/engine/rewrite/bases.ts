// Snapshots that both sides hold and that resemble those to be sent: what they share need not be moved again.

import type {SnapshotId} from '../../format/ids.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import type {CallOptions} from '../../backends/contract.js';
import {likenessOf} from '../identity.js';
import type {SnapshotSummary} from '../jobs.js';
import {readHeader, type Repository} from '../repository.js';
import type {ContentMap} from './content-map.js';
import {areAlike, twinsOf} from './twins.js';

/** Each costs the reading of one index on both sides. */
const maximumBases = 16;

const originKey = ({host, roots}: SnapshotHeader): string => JSON.stringify([host, roots]);

/**
 * For each host and set of roots among `sent`, the newest snapshot of the same that both sides hold. None without the
 * passphrases: whether two snapshots are the same is then not known. O(snapshots).
 */
export function basesOf(sent: readonly SnapshotSummary[], inSource: readonly SnapshotSummary[], inTarget: readonly SnapshotSummary[]): SnapshotId[] {
	const wanted = new Set(sent.flatMap(({header}) => header === undefined ? [] : [originKey(header)]));
	const held = new Map(inTarget.map(summary => [summary.snapshot, summary]));
	const newest = new Map<string, SnapshotSummary & {readonly header: SnapshotHeader}>();
	for (const summary of inSource) {
		const {snapshot, header} = summary;
		const twin = held.get(snapshot);
		if (header === undefined || twin === undefined || !wanted.has(originKey(header)) || likenessOf(summary, twin, 'unrelated') !== 'same') {
			continue;
		}

		const known = newest.get(originKey(header));
		if (known === undefined || known.header.created < header.created) {
			newest.set(originKey(header), {...summary, header});
		}
	}

	return [...newest.values()].slice(0, maximumBases).map(({snapshot}) => snapshot);
}

/**
 * Reads the index of `snapshot` on both sides and notes which content is which, up to the first entry that differs.
 * Memory: one piece of each index. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND.
 */
export async function learnFrom(known: ContentMap, source: Repository, target: Repository, snapshot: SnapshotId, options: CallOptions): Promise<void> {
	const [header, twinHeader] = [await readHeader(source, snapshot, options), await readHeader(target, snapshot, options)];
	for await (const twins of twinsOf({repository: source, header}, {repository: target, header: twinHeader}, options)) {
		if (!areAlike(twins)) {
			return;
		}

		const [content, twin] = [twins.entry!.content, twins.twin!.content];
		if (content !== undefined && content.kind !== 'empty' && twin !== undefined && twin.kind !== 'empty') {
			known.set(content, twin, 0);
		}
	}
}
