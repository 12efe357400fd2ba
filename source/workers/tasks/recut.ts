// Moves content between repositories whose ids differ: opened in the source, cut, named and sealed anew for the target.

import type {BackendReader, ReadResult} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import type {RecordId, RecordKind} from '../../format/ids.js';
import {readContent, type ContentSource} from '../content.js';
import {ContentStore, emptyDraft, type Draft, type Fill} from '../content-store.js';
import type {Lane} from '../lane.js';
import type {ContentToMove, TaskAnswer, Tasks} from '../task.js';

type Reader = Pick<BackendReader, 'read' | 'readBatch'>;

/** Reads the first record of each content in one go: many small files would cost a round trip each. */
async function readAhead(backend: Reader, contents: readonly ContentToMove[]): Promise<Reader> {
	const ahead = new Map<RecordId, ReadResult>();
	for (const kind of ['chunk', 'object'] as const) {
		const ids = [...new Set(contents.flatMap(({content}) => content.kind === kind ? [content.id] : []))];
		const results = ids.length === 0 ? [] : await backend.readBatch(kind, ids);
		for (const [index, id] of ids.entries()) {
			ahead.set(id, results[index]!);
		}
	}

	const known = (id: RecordId): Uint8Array | undefined => {
		const result = ahead.get(id);
		return result instanceof Error ? undefined : result;
	};

	return {
		async read(kind: RecordKind, id: RecordId) {
			return known(id) ?? backend.read(kind, id);
		},
		async readBatch(kind: RecordKind, ids: readonly RecordId[]) {
			return ids.every(id => known(id) !== undefined) ? ids.map(id => known(id)!) : backend.readBatch(kind, ids);
		},
	};
}

/** Hands over pieces as far as there is space. */
function fillFrom(pieces: AsyncGenerator<Uint8Array>): Fill {
	let rest: Uint8Array = new Uint8Array(0);
	return async space => {
		while (rest.length === 0) {
			const next = await pieces.next();
			if (next.done === true) {
				return 0;
			}

			rest = next.value;
		}

		const count = Math.min(rest.length, space.length);
		space.set(rest.subarray(0, count));
		rest = rest.subarray(count);
		return count;
	};
}

/** Chunks are opened here and copied into the cutter's window at once. */
let scratch = new Uint8Array(0);

/**
 * Every chunk is proven to be the one that was named before it is stored under its new name. Throws RECORD_CORRUPT for
 * content that is damaged at two reads, PASSPHRASE_NEEDED. Memory: the cutter's window and two batches.
 */
export async function recutContents(lane: Lane, {snapshot, contents}: Tasks['recut']['request']): Promise<TaskAnswer<'recut'>> {
	const {backend, codec} = lane.side('source');
	scratch = scratch.length < codec.chunking.maximumBytes ? new Uint8Array(codec.chunking.maximumBytes) : scratch;
	const store = new ContentStore(lane, snapshot);
	const add = async (from: Reader, {content, sizeBytes}: ContentToMove): Promise<Draft> => {
		const draft = emptyDraft();
		const source: ContentSource = {backend: from, codec};
		await store.add(draft, fillFrom(readContent(source, content, sizeBytes, {scratch})));
		return draft;
	};

	lane.counters.waitWhilePaused();
	const ahead = await readAhead(backend, contents);
	const drafts: Draft[] = [];
	for (const moved of contents) {
		lane.counters.waitWhilePaused();
		lane.counters.setLane(lane.index, 'reading', moved.content.id, moved.sizeBytes);
		try {
			drafts.push(await add(ahead, moved));
		} catch (error) {
			if (!isPlakarError(error, 'RECORD_CORRUPT')) {
				throw error;
			}

			// A flaky cable or memory can fail one read: the second one decides.
			drafts.push(await add(backend, moved));
			lane.counters.add('soundOnSecondRead', 1);
		}

		lane.counters.add('filesDone', 1);
		lane.counters.addLaneBytes(lane.index, moved.sizeBytes);
	}

	await store.flush();
	return {files: drafts.map(draft => store.finish(draft)), ...store.written};
}
