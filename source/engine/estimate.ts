// What a plan's records will weigh in a target that stores them otherwise.

import type {RepositoryConfig} from '../format/config.js';
import {classesOf, type Delta} from './delta.js';
import type {SnapshotSummary} from './jobs.js';
import type {PlanClass, Price} from './plan.js';

type Compression = Pick<RepositoryConfig, 'compression'>;

/** Whether records that come compressed are stored as they are. */
export const decompresses = (source: Compression, target: Compression): boolean => source.compression !== 'none' && target.compression === 'none';

/** Whether records that come as they are get compressed. */
export const compresses = (source: Compression, target: Compression): boolean => decompresses(target, source);

/**
 * By how much the records of `rows` grow when they are stored without compression: the lengths of the files and indexes that
 * the headers tell, against what the source stores of them. Files that occur twice in a snapshot are stored once, so it is
 * too high where many do.
 */
function growthOf({rows}: Delta, missing: readonly SnapshotSummary[]): number {
	let plainBytes = 0;
	let storedBytes = 0;
	for (const [index, {header}] of missing.entries()) {
		if (header !== undefined) {
			plainBytes += header.totals.sizeBytes + header.index.sizeBytes;
			storedBytes += rows[index]!.needs.bytes;
		}
	}

	return storedBytes === 0 ? 1 : Math.max(1, plainBytes / storedBytes);
}

/** The classes of the delta of `missing`, in the bytes of the target: exact for a family, else an estimate. O(records). */
export function classesIn(source: Compression, target: Compression, missing: readonly SnapshotSummary[], delta: Delta): PlanClass[] {
	const classes = classesOf(delta);
	if (!decompresses(source, target)) {
		return classes;
	}

	const growth = growthOf(delta, missing);
	const grown = ({chunks, objects, bytes}: Price): Price => ({chunks, objects, bytes: Math.round(bytes * growth)});
	return classes.map(({missing: lacking, present, ...rest}) => ({...rest, missing: grown(lacking), present: grown(present)}));
}
