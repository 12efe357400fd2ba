// Rebuilds one snapshot for a target that names content otherwise: its files are cut and named anew, then its index,
// its reference list and its header are made again. UUID, times and metadata stay what they are.

import {batchBytes, type CallOptions} from '../../backends/contract.js';
import {throwIfAborted} from '../../errors/plakar-error.js';
import {corrupt} from '../../format/corrupt.js';
import type {Entry} from '../../format/entry.js';
import type {SharedKind} from '../../format/ids.js';
import {displayPath} from '../../format/paths.js';
import {ReferenceCollector} from '../../format/reference-list.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import {TaskStream} from '../../workers/lanes.js';
import type {ContentToMove, StoredContent} from '../../workers/task.js';
import {breathe} from '../breathe.js';
import {contentOf, EntryLine, type Slot} from '../push/entry-line.js';
import {IndexWriter} from '../push/index-writer.js';
import {entriesOf} from '../reading.js';
import type {ContentMap} from './content-map.js';
import type {Rebuilt, RebuildSetup} from './rewrite.js';

/** Contents of one task: enough to outweigh a message, few enough that lanes share the work evenly. */
const contentsPerTask = 64;
/** Entries that may wait behind a large file before the index is read on. */
const maximumWaitingEntries = 50_000;
/** Entries between two turns of the event loop, in which answers of the lanes are taken in. */
const entriesPerTurn = 256;

/** Contents that go to a lane together. */
class Batch {
	contents: ContentToMove[] = [];
	#bytes = 0;

	add(moved: ContentToMove): void {
		this.contents.push(moved);
		this.#bytes += moved.sizeBytes;
	}

	get isFull(): boolean {
		return this.contents.length >= contentsPerTask || this.#bytes >= batchBytes;
	}

	take(): ContentToMove[] {
		const {contents} = this;
		this.contents = [];
		this.#bytes = 0;
		return contents;
	}
}

export class SnapshotRecut {
	readonly #setup: RebuildSetup;
	readonly #known: ContentMap;
	/** Tells this snapshot from others in the map. */
	readonly #number: number;
	readonly #line = new EntryLine();
	readonly #stream: TaskStream;
	readonly #index: IndexWriter;
	readonly #references: Record<SharedKind, ReferenceCollector> = {chunk: new ReferenceCollector(), object: new ReferenceCollector()};
	/** Entries that wait for a content, by its id in the source. */
	readonly #waiting = new Map<string, Slot[]>();
	readonly #toMove = new Batch();
	/** What the target should have, by its names there; `#sourceNames` has those of the source. */
	readonly #toHold = new Batch();
	#sourceNames: ContentToMove[] = [];
	#bytes = 0;
	#records = 0;

	constructor(setup: RebuildSetup, known: ContentMap, number: number) {
		const {target: {backend, codec}, lanes, counters, header: {snapshot}, signal} = setup;
		this.#setup = setup;
		this.#known = known;
		this.#number = number;
		this.#stream = new TaskStream(lanes);
		this.#index = new IndexWriter({backend, codec, snapshot, counters, signal}, (kind, id, storedBytes) => {
			this.#references[kind].add(id, storedBytes);
		});
	}

	/** Throws RECORD_CORRUPT when content or index is damaged in the source, CANCELLED. */
	async run(): Promise<Rebuilt> {
		const {source, header, signal, onEvent} = this.#setup;
		try {
			let count = 0;
			for await (const entry of entriesOf(source, header, {signal} satisfies CallOptions)) {
				this.#take(entry);
				await this.#send(false);
				if (++count % entriesPerTurn === 0) {
					onEvent({type: 'path', path: displayPath(entry.path)});
					await this.#turn();
				}
			}

			// What the target turns out not to hold is moved after all.
			do {
				await this.#send(true);
				await this.#stream.drain();
			} while (this.#toMove.contents.length > 0);

			await this.#advance();
		} finally {
			await this.#stream.drain().catch(() => undefined);
		}

		return this.#finish();
	}

	async #turn(): Promise<void> {
		do {
			await breathe();
			throwIfAborted(this.#setup.signal);
			await this.#advance();
			// The entry that the others wait behind may stand in a batch that is not full.
			await this.#send(this.#line.length > maximumWaitingEntries);
		} while (this.#line.length > maximumWaitingEntries);
	}

	#take(entry: Entry): void {
		const {content, sizeBytes} = entry;
		const slot: Slot = {entry, stamp: undefined, waits: false};
		this.#line.add(slot);
		if (content === undefined || content.kind === 'empty') {
			return;
		}

		const others = this.#waiting.get(content.id);
		if (others !== undefined) {
			slot.waits = true;
			others.push(slot);
			return;
		}

		const position = this.#known.find(content);
		if (position >= 0 && this.#known.userAt(position) === this.#number) {
			slot.entry = {...entry, content: this.#known.targetAt(position)};
			return;
		}

		slot.waits = true;
		this.#waiting.set(content.id, [slot]);
		if (position < 0) {
			this.#toMove.add({content, sizeBytes});
		} else {
			this.#toHold.add({content: this.#known.targetAt(position), sizeBytes});
			this.#sourceNames.push({content, sizeBytes});
		}
	}

	/** `all`: whatever waits; else full batches only. */
	async #send(all: boolean): Promise<void> {
		const {header: {snapshot}} = this.#setup;
		if (this.#toHold.isFull || (all && this.#toHold.contents.length > 0)) {
			const names = this.#sourceNames;
			this.#sourceNames = [];
			await this.#stream.add({name: 'hold', snapshot, contents: this.#toHold.take()}, ({files}) => {
				for (const [index, file] of files.entries()) {
					if (file === undefined) {
						this.#toMove.add(names[index]!);
					} else {
						this.#settle(names[index]!, file);
					}
				}
			});
		}

		if (this.#toMove.isFull || (all && this.#toMove.contents.length > 0)) {
			const contents = this.#toMove.take();
			await this.#stream.add({name: 'recut', snapshot, contents}, ({files, bytes, records}) => {
				this.#bytes += bytes;
				this.#records += records;
				for (const [index, file] of files.entries()) {
					this.#settle(contents[index]!, file);
				}
			});
		}
	}

	#settle({content}: ContentToMove, file: StoredContent): void {
		for (const [index, id] of file.chunks.entries()) {
			this.#references.chunk.add(id, file.storedBytes[index]!);
		}

		if (file.object !== undefined) {
			this.#references.object.add(file.object.id, file.object.storedBytes);
		}

		const target = contentOf(file);
		if (target.kind !== 'empty') {
			this.#known.set(content, target, this.#number);
		}

		for (const slot of this.#waiting.get(content.id) ?? []) {
			slot.entry = {...slot.entry, content: target};
			slot.waits = false;
		}

		this.#waiting.delete(content.id);
	}

	async #advance(): Promise<void> {
		for (const {entry} of this.#line.take()) {
			this.#index.add(entry);
			if (this.#index.isFull) {
				await this.#index.write();
			}
		}
	}

	async #finish(): Promise<Rebuilt> {
		const {header} = this.#setup;
		const index = await this.#index.finish();
		if (index.sizeBytes !== header.index.sizeBytes) {
			throw corrupt(`The index of ${header.snapshot}`, `it has ${header.index.sizeBytes} bytes and ${index.sizeBytes} when it is written again`);
		}

		const references = {chunk: this.#references.chunk.finish(), object: this.#references.object.finish()};
		const {written} = this.#index;
		return {
			header: {...header, totals: {...header.totals, chunks: references.chunk.count, objects: references.object.count}, index} satisfies SnapshotHeader,
			references,
			bytes: this.#bytes + written.bytes,
			records: this.#records + written.records,
		};
	}
}
