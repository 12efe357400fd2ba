// Files on their way to the lanes, many in one message.

import {reviveError} from '../../errors/revive.js';
import type {PlakarError} from '../../errors/plakar-error.js';
import {TaskStream, type Lanes} from '../../workers/lanes.js';
import type {FileRestore} from '../../workers/tasks/restore-files.js';

const maximumFiles = 64;
const maximumBytes = 8 * 1024 * 1024;

export type OnRestored = (file: FileRestore, result: {readonly bytes: number} | {readonly error: PlakarError}) => void;

export class FileBatch {
	readonly #stream: TaskStream;
	readonly #onRestored: OnRestored;
	#files: FileRestore[] = [];
	#bytes = 0;

	constructor(lanes: Lanes, onRestored: OnRestored) {
		this.#stream = new TaskStream(lanes);
		this.#onRestored = onRestored;
	}

	/** Waits while the lanes have enough to do. */
	async add(file: FileRestore): Promise<void> {
		this.#files.push(file);
		this.#bytes += file.sizeBytes;
		if (this.#files.length >= maximumFiles || this.#bytes >= maximumBytes) {
			await this.send();
		}
	}

	async send(): Promise<void> {
		const files = this.#files;
		this.#files = [];
		this.#bytes = 0;
		if (files.length > 0) {
			await this.#stream.add({name: 'restore', files}, ({results}) => {
				for (const [index, result] of results.entries()) {
					this.#onRestored(files[index]!, 'bytes' in result ? result : {error: reviveError(result)});
				}
			});
		}
	}

	/** Waits for what was sent. */
	async drain(): Promise<void> {
		await this.#stream.drain();
	}
}
