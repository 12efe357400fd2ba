// From damaged records to the paths that lose something, found while the check still reads.

import type {CallOptions} from '../../backends/contract.js';
import type {ObjectId, SnapshotId} from '../../format/ids.js';
import {decodeObject, maximumObjectBytes} from '../../format/object-record.js';
import {displayPath} from '../../format/paths.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import {breathe} from '../breathe.js';
import {maximumPaths, type AffectedPath, type Finding} from '../finding.js';
import {entriesOf} from '../reading.js';
import type {Repository} from '../repository.js';
import type {Inventory} from './inventory.js';
import type {ObjectParts} from './object-parts.js';

/** After a search this thread rests so many times as long: it also feeds the lanes. */
const restShare = 4;
/** A search tells what it found so far at most so often. */
const tellEveryMs = 250;
/** Entries between two pauses in which answers of lanes are taken. */
const entriesPerPause = 256;
/** Paths kept over all findings: some 20 MB. */
const maximumPathsOfAll = 100_000;

const hasPaths = ({kind}: Finding): boolean => kind.startsWith('corrupt-chunk') || kind.startsWith('missing-') || kind.startsWith('unreadable-')
	|| kind === 'corrupt-object' || kind === 'wrong-size';

class Hits {
	finding: Finding;
	readonly paths: AffectedPath[] = [];
	count = 0;
	/** How many of `count` were told. */
	told = 0;

	constructor(finding: Finding) {
		this.finding = finding;
	}
}

export type SearchOptions = CallOptions & {
	readonly inventory: Inventory;
	readonly parts: ObjectParts;
	/** Told again and again, with ever more paths. */
	readonly onFound: (finding: Finding) => void;
};

/**
 * Looks for the paths of findings, several at once: each search reads the index of every affected snapshot once. What
 * cannot be read is left out, for it is a finding of its own. Needs the key.
 */
export class PathSearch {
	readonly #repository: Repository;
	readonly #options: SearchOptions;
	#waiting: Finding[] = [];
	#running: Promise<void> | undefined;
	#restUntilMs = 0;
	#kept = 0;

	constructor(repository: Repository, options: SearchOptions) {
		this.#repository = repository;
		this.#options = options;
	}

	add(finding: Finding): void {
		if (hasPaths(finding) && finding.snapshots.length > 0) {
			this.#waiting.push(finding);
			this.wake();
		}
	}

	/** Begins a search when something waits for it and the last one is long enough ago. Never waits. */
	wake(): void {
		if (this.#waiting.length > 0 && this.#running === undefined && performance.now() >= this.#restUntilMs) {
			const startedMs = performance.now();
			this.#running = this.#search(this.#waiting.splice(0)).finally(() => {
				const endedMs = performance.now();
				this.#restUntilMs = endedMs + ((endedMs - startedMs) * restShare);
				this.#running = undefined;
			});
		}
	}

	/** Resolves once the paths of all findings are told, or the signal is aborted. */
	async finish(): Promise<void> {
		await this.#running;
		if (this.#waiting.length > 0 && this.#options.signal?.aborted !== true) {
			await this.#search(this.#waiting.splice(0));
		}
	}

	async #search(findings: readonly Finding[]): Promise<void> {
		const hits = findings.map(finding => new Hits(finding));
		const wanted = this.#contents(hits);
		let toldMs = 0;
		for (const {header, owners} of this.#groups(findings)) {
			if (this.#options.signal?.aborted === true) {
				return;
			}

			// An index that cannot be read to its end is a finding of its own.
			await this.#walk(header, owners, wanted).catch(() => undefined);
			if (performance.now() - toldMs >= tellEveryMs) {
				toldMs = performance.now();
				this.#tell(hits);
			}
		}

		this.#tell(hits);
	}

	#tell(all: readonly Hits[]): void {
		for (const hits of all) {
			if (hits.count > hits.told) {
				hits.told = hits.count;
				this.#options.onFound({...hits.finding, paths: [...hits.paths], pathCount: hits.count});
			}
		}
	}

	/** What an entry may name as its content, and whose damage that is. */
	#contents(all: readonly Hits[]): Map<string, Hits[]> {
		const {inventory: {tables}, parts} = this.#options;
		const wanted = new Map<string, Hits[]>();
		const want = (content: string, hits: Hits): void => {
			const known = wanted.get(content);
			if (known === undefined) {
				wanted.set(content, [hits]);
			} else if (!known.includes(hits)) {
				known.push(hits);
			}
		};

		const chunks = new Map<number, Hits[]>();
		for (const hits of all) {
			want(hits.finding.id, hits);
			const position = tables.chunk.find(hits.finding.id);
			if (position >= 0) {
				chunks.set(position, [...chunks.get(position) ?? [], hits]);
			}
		}

		parts.findOwners(new Set(chunks.keys()), (object, chunk) => {
			for (const hits of chunks.get(chunk)!) {
				want(tables.object.idAt(object), hits);
			}
		});
		return wanted;
	}

	/** Affected snapshots; those that share an index are walked as one. */
	#groups(findings: readonly Finding[]): ReadonlyArray<{readonly header: SnapshotHeader; readonly owners: SnapshotId[]}> {
		const affected = new Set(findings.flatMap(({snapshots}) => snapshots));
		const groups = new Map<string, {readonly header: SnapshotHeader; readonly owners: SnapshotId[]}>();
		for (const {id, header} of this.#options.inventory.snapshots) {
			if (affected.has(id) && header !== undefined) {
				const group = groups.get(header.index.id) ?? {header, owners: []};
				groups.set(header.index.id, group);
				group.owners.push(id);
			}
		}

		return [...groups.values()];
	}

	async #walk(header: SnapshotHeader, owners: readonly SnapshotId[], wanted: Map<string, Hits[]>): Promise<void> {
		const {signal, inventory: {tables}, parts} = this.#options;
		let entries = 0;
		for await (const {content, path} of entriesOf(this.#repository, header, {signal})) {
			if (++entries % entriesPerPause === 0) {
				await breathe();
			}

			if (content?.kind === 'object' && !parts.has(tables.object.find(content.id)) && !wanted.has(content.id)) {
				wanted.set(content.id, await this.#readParts(content.id, wanted));
			}

			const all = content === undefined || content.kind === 'empty' ? undefined : wanted.get(content.id);
			if (all !== undefined && all.length > 0) {
				this.#record(all, owners, displayPath(path));
			}
		}
	}

	#record(all: readonly Hits[], owners: readonly SnapshotId[], path: string): void {
		for (const hits of all) {
			hits.count += owners.length;
			for (const snapshot of owners) {
				if (hits.paths.length < maximumPaths && this.#kept < maximumPathsOfAll) {
					hits.paths.push({snapshot, path});
					this.#kept++;
				}
			}
		}
	}

	/** The damage behind an object that no lane has opened yet, or that is not to be read by this check. */
	async #readParts(id: ObjectId, wanted: ReadonlyMap<string, Hits[]>): Promise<Hits[]> {
		const {backend, codec} = this.#repository;
		try {
			const body = codec.sealer.unseal('object', id, await backend.read('object', id, this.#options), maximumObjectBytes);
			const ids = new Set(decodeObject(id, body, codec.hashing).chunks.map(chunk => chunk.id as string));
			return [...new Set([...ids].flatMap(chunk => wanted.get(chunk) ?? []))];
		} catch {
			return [];
		}
	}
}
