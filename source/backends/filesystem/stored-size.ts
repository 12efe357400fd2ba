// What a repository folder takes: counted where it is small, else estimated from a sample, in a time that does not grow with it.

import {setImmediate} from 'node:timers/promises';
import {throwIfAborted} from '../../errors/plakar-error.js';
import {isRecordId, type RecordKind} from '../../format/ids.js';
import type {CallOptions, StoredSize} from '../contract.js';
import {buckets, headerFile, referencesFile, sharedFolders, type Layout} from './layout.js';
import {attempt, namesIn, system} from './system.js';

/** Looked at of each kind: the sizes of chunks differ by about their mean, so 2,048 of them tell the sum to some 3 %. */
const mostSizes = 2048;
/** Names counted of each kind, by whole buckets: how many there are is then known to 1 %. */
const mostNames = 16_384;
/** For each kind: a list of repositories waits for all three. */
const limitMs = 100;
/** Fewer would tell nothing. */
const fewestSizes = 256;
/** Others are heard after so many: a disk that has to seek takes a millisecond for each and more. */
const sizesAtOnce = 32;

const sizeAt = (path: string): number => attempt(path, () => system.statSync(path, {throwIfNoEntry: false})?.size ?? 0);

type Stratum = {readonly kind: RecordKind; readonly folder: string; sizeOf(bucket: string, name: string): number};

const strataOf = (layout: Layout): readonly Stratum[] => [
	...(['chunk', 'object'] as const).map((kind): Stratum => {
		const folder = `${layout.root}/${sharedFolders[kind]}`;
		return {kind, folder, sizeOf: (bucket, name) => sizeAt(`${folder}/${bucket}/${name}`)};
	}),
	{
		kind: 'header', folder: layout.folder('snapshots'),
		sizeOf(bucket, name) {
			const folder = `${layout.folder('snapshots')}/${bucket}/${name}`;
			return sizeAt(`${folder}/${headerFile}`) + sizeAt(`${folder}/${referencesFile}`);
		},
	},
];

/**
 * Ids are hashes and random numbers: any bucket is a fair sample of all, and so are the names in it. Undefined when too
 * few were seen before `isLate`.
 */
async function sumOf({kind, folder, sizeOf}: Stratum, isLate: () => boolean, options: CallOptions): Promise<StoredSize | undefined> {
	let [names, bytes, sizes, seen] = [0, 0, 0, 0];
	for (; seen < buckets.length && names < mostNames && (seen === 0 || !isLate()); seen++) {
		const bucket = buckets[seen]!;
		const inside = namesIn(`${folder}/${bucket}`).filter(name => isRecordId(kind, name));
		names += inside.length;
		for (const name of inside.slice(0, mostSizes - sizes)) {
			if (isLate()) {
				break;
			}

			bytes += sizeOf(bucket, name);
			sizes++;
			if (sizes % sizesAtOnce === 0) {
				await setImmediate();
				throwIfAborted(options.signal);
			}
		}
	}

	if (seen === buckets.length && sizes === names) {
		return {bytes, exact: true};
	}

	return sizes < fewestSizes ? undefined : {bytes: Math.round((bytes / sizes) * names * (buckets.length / seen)), exact: false};
}

/** Chunks, objects, headers and reference lists of `layout`. `now` in milliseconds. Throws CANCELLED and what the medium throws. */
export async function storedSizeOf(layout: Layout, options: CallOptions = {}, now: () => number = () => performance.now()): Promise<StoredSize | undefined> {
	let [bytes, exact] = [0, true];
	for (const stratum of strataOf(layout)) {
		const endMs = now() + limitMs;
		const sum = await sumOf(stratum, () => now() > endMs, options);
		if (sum === undefined) {
			return undefined;
		}

		bytes += sum.bytes;
		exact &&= sum.exact;
	}

	return {bytes, exact};
}
