// Answers a screen's questions about one opened repository: a snapshot, what is in its folders, and how it differs from another.

import type {CallOptions} from '../../backends/contract.js';
import {PlakarError} from '../../errors/plakar-error.js';
import type {Entry} from '../../format/entry.js';
import type {SnapshotId} from '../../format/ids.js';
import type {SnapshotSummary} from '../jobs.js';
import {assertOpens, listSnapshots, readHeader, type Repository} from '../repository.js';
import {findPage} from './find.js';
import {FolderTable} from './folder-table.js';
import {historyPage} from './history.js';
import {firstEntryOffset, IndexReader} from './index-reader.js';
import {namePattern} from './name-pattern.js';
import {previewOf} from './preview.js';
import {ChunkProofs} from './proofs.js';
import type {Answer, AnyQuestion, Opened, Place, Question, QuestionName} from './questions.js';
import {compareSides, listFolder, rootRow, walkWhole, type Compared, type Side} from './side.js';

/** Indexes that stay open: the two compared ones, and the versions of a history that are looked at. */
const maximumReaders = 4;

export class Browser {
	readonly #repository: Repository;
	readonly #options: CallOptions;
	readonly #proofs: ChunkProofs;
	readonly #readers = new Map<SnapshotId, IndexReader>();
	#compared: Compared | undefined;
	/** Listed when a history is first asked for. */
	#snapshots: readonly SnapshotSummary[] | undefined;

	/** Throws PASSPHRASE_NEEDED. */
	constructor(repository: Repository, options: CallOptions = {}) {
		assertOpens(repository);
		this.#repository = repository;
		this.#proofs = new ChunkProofs(repository);
		this.#options = options;
	}

	/** Throws what reading throws, and INTERNAL for a folder that no answer has named. */
	async answer<Name extends QuestionName>(question: Question<Name>): Promise<Answer<Name>> {
		return await this.#answer(question as AnyQuestion) as Answer<Name>;
	}

	async #answer(question: AnyQuestion): Promise<Answer<QuestionName>> {
		switch (question.name) {
			case 'open': {
				return this.#open(question);
			}

			case 'list': {
				return listFolder(this.#opened(), question, this.#options);
			}

			case 'find': {
				return findPage(this.#opened().own, namePattern(question.text), question.start ?? firstEntryOffset, this.#options, question.most);
			}

			case 'history': {
				this.#snapshots ??= await listSnapshots(this.#repository, this.#options);
				return historyPage({snapshots: this.#snapshots, reader: async snapshot => this.#reader(snapshot)}, question, this.#options);
			}

			case 'preview': {
				const {place, against} = question;
				const before = against === undefined ? undefined : await this.#entryOf(against);
				return previewOf(this.#repository, await this.#entryOf(place), before, this.#proofs, this.#options);
			}
		}
	}

	#opened(): Compared {
		if (this.#compared === undefined) {
			throw new PlakarError('INTERNAL', {message: 'No snapshot is open.', hint: 'Go back and open the snapshot again.'});
		}

		return this.#compared;
	}

	async #reader(snapshot: SnapshotId): Promise<IndexReader> {
		const reader = this.#readers.get(snapshot) ?? await IndexReader.open(this.#repository, await readHeader(this.#repository, snapshot, this.#options), this.#options);
		this.#readers.delete(snapshot);
		this.#readers.set(snapshot, reader);
		if (this.#readers.size > maximumReaders) {
			this.#readers.delete(this.#readers.keys().next().value!);
		}

		return reader;
	}

	async #entryOf({snapshot, at}: Place): Promise<Entry> {
		return (await this.#reader(snapshot)).entryAt(at, this.#options);
	}

	async #side(snapshot: SnapshotId): Promise<Side> {
		return {snapshot, reader: await this.#reader(snapshot), folders: new FolderTable()};
	}

	async #open({snapshot, other}: Question<'open'>): Promise<Opened> {
		const compared = {own: await this.#side(snapshot), other: other === undefined ? undefined : await this.#side(other)};
		if (compared.other === undefined) {
			await walkWhole(compared.own, this.#options);
		} else {
			await compareSides(compared.own, compared.other, this.#options);
		}

		this.#compared = compared;
		const root = await rootRow(compared, this.#options);
		const {folders} = compared.own;
		return {root, folders: folders.count, ...(compared.other === undefined ? {} : {counts: folders.changesIn(0)})};
	}
}
