// Publishes many staged records by two threads: each takes groups of records whose names the other does not touch.

import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {hashIdAt, hashSizeBytes, type RecordId, type SharedKind} from '../../../format/ids.js';
import {threadFile} from '../../thread-file.js';
import {sharedKinds} from '../layout.js';
import type {Publisher} from './publisher.js';

/** A thread starts in the time of some thousand links; on one core it would only take turns with this one. */
const recordsWorthHelp = availableParallelism() > 1 ? 16_384 : Number.POSITIVE_INFINITY;
const groupsPerKind = 256;
const groupCount = groupsPerKind * sharedKinds.length;

/** Records of one kind that a transaction's `folder` holds: 32 bytes each. */
export type Part = {readonly folder: string; readonly kind: SharedKind; readonly ids: Uint8Array};

/** Records in groups, one for each kind and first byte of an id: all that have one id are in one group. Safe to send to a thread. */
export type Work = {
	readonly folders: readonly string[];
	/** 32 bytes each, group by group. */
	readonly ids: Uint8Array;
	/** Of each id, where its folder stands in `folders`. */
	readonly places: Uint32Array;
	/** Where the ids of each group begin, and where the last group ends. */
	readonly starts: Uint32Array;
	/** The group that nobody has taken yet, shared by the threads. */
	readonly next: Int32Array;
};

export type Help = {readonly root: string; readonly usesLinks: boolean; readonly work: Work};

const groupOf = (kind: SharedKind, firstByte: number): number => (sharedKinds.indexOf(kind) * groupsPerKind) + firstByte;

function groupParts(parts: readonly Part[]): Work {
	const count = parts.reduce((sum, {ids}) => sum + (ids.length / hashSizeBytes), 0);
	const ids = new Uint8Array(new SharedArrayBuffer(count * hashSizeBytes));
	const places = new Uint32Array(new SharedArrayBuffer(count * Uint32Array.BYTES_PER_ELEMENT));
	const starts = new Uint32Array(new SharedArrayBuffer((groupCount + 1) * Uint32Array.BYTES_PER_ELEMENT));
	for (const part of parts) {
		for (let offset = 0; offset < part.ids.length; offset += hashSizeBytes) {
			starts[groupOf(part.kind, part.ids[offset]!) + 1]!++;
		}
	}

	for (let group = 1; group <= groupCount; group++) {
		starts[group]! += starts[group - 1]!;
	}

	const ends = starts.slice(0, groupCount);
	for (const [place, part] of parts.entries()) {
		for (let offset = 0; offset < part.ids.length; offset += hashSizeBytes) {
			const index = ends[groupOf(part.kind, part.ids[offset]!)]!++;
			ids.set(part.ids.subarray(offset, offset + hashSizeBytes), index * hashSizeBytes);
			places[index] = place;
		}
	}

	return {folders: parts.map(({folder}) => folder), ids, places, starts, next: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))};
}

/** Publishes group after group until none is left. */
export function publishGroups(publisher: Publisher, {folders, ids, places, starts, next}: Work): void {
	for (let group = Atomics.add(next, 0, 1); group < groupCount; group = Atomics.add(next, 0, 1)) {
		const kind = sharedKinds[Math.floor(group / groupsPerKind)]!;
		for (let index = starts[group]!; index < starts[group + 1]!; index++) {
			publisher.publish(folders[places[index]!]!, kind, hashIdAt(ids, index * hashSizeBytes) as RecordId);
		}
	}
}

/** Resolves to whether the thread did all that it took; one that cannot be started took nothing. */
async function startHelp(helper: () => URL, help: Help): Promise<boolean> {
	return new Promise<boolean>(resolve => {
		const worker = new Worker(helper(), {workerData: help});
		worker.on('message', () => {
			resolve(true);
		});
		worker.on('error', () => {
			resolve(false);
		});
		worker.on('exit', () => {
			resolve(false);
		});
	}).catch(() => false);
}

export type PublishOptions = {
	/** Fewer are published by this thread alone. */
	readonly worthHelp?: number;
	/** The file of the thread that helps. */
	readonly helper?: () => URL;
};

/**
 * Gives every record of `parts` its name in the store. What the other thread could not do, this one tries again: only its
 * own failures are thrown. Nothing goes on behind the caller's back afterwards. Memory: 36 bytes a record.
 */
export async function publishAll(publisher: Publisher, parts: readonly Part[], {worthHelp = recordsWorthHelp, helper = () => threadFile('publish-thread')}: PublishOptions = {}): Promise<void> {
	const work = groupParts(parts);
	const helping = work.places.length >= worthHelp ? startHelp(helper, {root: publisher.root, usesLinks: publisher.usesLinks, work}) : true;
	let isHelpDone = false;
	try {
		publishGroups(publisher, work);
	} finally {
		Atomics.store(work.next, 0, groupCount);
		isHelpDone = await helping;
	}

	if (!isHelpDone) {
		Atomics.store(work.next, 0, 0);
		publishGroups(publisher, work);
	}
}
