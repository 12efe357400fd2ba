// How fast both sides of a plan can be read, measured for a moment: nothing is written anywhere.

import {batchBytes, batchRecords, type Backend} from '../backends/contract.js';
import {throwIfAborted} from '../errors/plakar-error.js';
import {within} from '../errors/within.js';
import type {RecordId, SnapshotId} from '../format/ids.js';
import type {PackedReferences, Reference} from '../format/reference-list.js';
import type {VerbOptions} from './events.js';
import {kinshipOfConfigs} from './identity.js';
import type {Probe} from './jobs.js';
import {readReferences, type Repository} from './repository.js';

/** Read on each side: what a disk or a line gives over some batches, and not what its first one happens to take. */
const probeBytes = 16 * 1024 * 1024;
/** For both sides, once they are open: whoever waits for a plan has not asked for this. */
const probeMs = 2000;
/** The source is what will be read; the target has what is left. */
const sourceMs = 1200;

type Speed = {readonly bytes: number; readonly durationMs: number};

/** `count` entries at even distances: ids are hashes, so they are drawn at random. */
function spreadOver(references: PackedReferences, count: number): Reference[] {
	const step = Math.max(1, references.count / count);
	return Array.from({length: Math.min(count, references.count)}, (_, index) => {
		const at = Math.floor(index * step);
		return {id: references.idAt(at), sizeBytes: references.sizeAt(at)};
	});
}

/** The next batch: as many as may be expected to be read in `leftMs` at the speed so far, one at first. */
function nextBatch(records: readonly Reference[], {bytes, durationMs}: Speed, leftMs: number): Reference[] {
	const expected = durationMs === 0 ? 0 : Math.min(batchBytes, probeBytes - bytes, (bytes / durationMs) * leftMs);
	const batch: Reference[] = [];
	for (let sum = 0; batch.length < records.length && (batch.length === 0 || sum + records[batch.length]!.sizeBytes <= expected);) {
		sum += records[batch.length]!.sizeBytes;
		batch.push(records[batch.length]!);
	}

	return batch;
}

/** How fast `records` come; undefined when nothing has come before `signal` or `limitMs`. */
async function speedOf(backend: Backend, records: readonly Reference[], limitMs: number, signal: AbortSignal): Promise<number | undefined> {
	let speed: Speed = {bytes: 0, durationMs: 0};
	for (let at = 0; at < records.length && speed.bytes < probeBytes && speed.durationMs < limitMs;) {
		const batch = nextBatch(records.slice(at, at + batchRecords), speed, limitMs - speed.durationMs);
		const startedMs = performance.now();
		try {
			const results = await backend.readBatch('chunk', batch.map(({id}) => id), {signal});
			const bytes = results.reduce((sum, result) => sum + (result instanceof Error ? 0 : result.length), 0);
			speed = {bytes: speed.bytes + bytes, durationMs: speed.durationMs + performance.now() - startedMs};
		} catch (error) {
			if (!signal.aborted) {
				throw error;
			}

			break;
		}

		at += batch.length;
	}

	return speed.bytes === 0 || speed.durationMs === 0 ? undefined : (speed.bytes / speed.durationMs) * 1000;
}

/** Which of `records` `target` holds. */
async function heldOf({backend}: Repository, records: readonly Reference[], signal: AbortSignal): Promise<Set<RecordId>> {
	const sizes = await backend.sizes('chunk', records.map(({id}) => id), {signal});
	return new Set(records.filter((_, index) => sizes[index]! >= 0).map(({id}) => id));
}

/** Some chunks of `repository`, whichever its medium lists first. */
async function firstOf({backend}: Repository, signal: AbortSignal): Promise<Reference[]> {
	for await (const page of backend.list('chunk', undefined, {signal})) {
		const ids = page.slice(0, batchRecords);
		const sizes = await backend.sizes('chunk', ids, {signal});
		return ids.map((id, index) => ({id, sizeBytes: Math.max(0, sizes[index]!)}));
	}

	return [];
}

/**
 * Reads chunks that `snapshot` needs from the source, those that the target lacks where there are any, then some that the
 * target holds, up to 16 MiB of each; no key is needed. Both take about 2 s at most: a side that gave nothing in that
 * time has no figure. Throws CANCELLED and what the media throw.
 */
export async function probeSpeed(source: Repository, target: Repository, snapshot: SnapshotId, {signal}: VerbOptions): Promise<Probe> {
	const probe = await within(probeMs, signal, async limit => probeBefore(limit, source, target, snapshot));
	throwIfAborted(signal);
	return probe;
}

async function probeBefore(limit: AbortSignal, source: Repository, target: Repository, snapshot: SnapshotId): Promise<Probe> {
	const startedMs = performance.now();
	let sourceBytesPerSecond: number | undefined;
	let targetBytesPerSecond: number | undefined;
	try {
		const drawn = spreadOver((await readReferences(source, snapshot, {signal: limit})).chunk, batchRecords);
		const held = kinshipOfConfigs(source.config, target.config) !== 'unrelated' ? await heldOf(target, drawn, limit) : new Set<RecordId>();
		const missing = drawn.filter(({id}) => !held.has(id));
		sourceBytesPerSecond = await speedOf(source.backend, missing.length > 0 ? missing : drawn, sourceMs, limit);
		const there = held.size > 0 ? drawn.filter(({id}) => held.has(id)) : await firstOf(target, limit);
		targetBytesPerSecond = await speedOf(target.backend, there, probeMs - (performance.now() - startedMs), limit);
	} catch (error) {
		if (!limit.aborted) {
			throw error;
		}
	}

	return {sourceBytesPerSecond, targetBytesPerSecond};
}
