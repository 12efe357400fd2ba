// In which folders a restore may make paths: those that are there and no symlinks, and those that it makes itself.

import {mkdirSync} from 'node:fs';
import type {PlakarError} from '../../errors/plakar-error.js';
import {parentOf, pathForSystem, type PathBytes} from '../../format/paths.js';
import {removeLeftParts} from '../../workers/tasks/restore-files.js';
import {whyClosed} from './room.js';
import {standingOfFolder, type Obstacle} from './standing.js';

/** Whether paths are made in a folder: it was there, it is made now, or why not. `closed`: there, but nothing can be made or replaced in it. */
export type Footing = 'there' | 'closed' | 'new' | 'refused' | 'failed';

/** What is told, and what is decided elsewhere. */
export type FootingHooks = {
	/** Something stands where `folder` is needed. Answers with whether it is out of the way now. May throw. */
	clear(folder: PathBytes, obstacle: Obstacle): boolean;
	/** Once for each folder in which nothing can be made. */
	onClosed(folder: PathBytes, reason: PlakarError): void;
	/** Making `folder` failed. */
	onFailed(folder: PathBytes, error: unknown): void;
};

/** Of a folder of which the selection does not tell how it was. */
const plainMode = 0o700;

export class Footings {
	readonly #known = new Map<PathBytes, Footing>();
	readonly #told = new Set<PathBytes>();
	readonly #dryRun: boolean;
	readonly #tidies: boolean;
	readonly #hooks: FootingHooks;

	/** `tidies`: what killed restores left half written in a folder is removed when it is entered. */
	constructor({dryRun, tidies}: {readonly dryRun: boolean; readonly tidies: boolean}, hooks: FootingHooks) {
		this.#dryRun = dryRun;
		this.#tidies = tidies;
		this.#hooks = hooks;
	}

	/** Begins at `root`, which may be a symlink: the person named it. */
	begin(root: PathBytes): void {
		this.#known.set(root, standingOfFolder(root) === 'absent' ? 'new' : this.#footingIn(root));
	}

	/**
	 * Makes `folder`, and those above it that are not part of the selection, unless it is there. `mode`: of `folder`, until
	 * somebody sets it.
	 */
	enter(folder: PathBytes, mode = plainMode): Footing {
		const known = this.#known.get(folder);
		if (known !== undefined) {
			return known;
		}

		const above = this.enter(parentOf(folder));
		const footing = above === 'refused' || above === 'failed' ? above : this.#make(folder, above, mode);
		this.#known.set(folder, footing);
		return footing;
	}

	/** Says once of a closed folder why nothing is made in it. */
	tellClosed(folder: PathBytes): void {
		const reason = this.#told.has(folder) ? undefined : whyClosed(pathForSystem(folder));
		if (reason !== undefined) {
			this.#told.add(folder);
			this.#hooks.onClosed(folder, reason);
		}
	}

	#footingIn(folder: PathBytes): Footing {
		if (whyClosed(pathForSystem(folder)) !== undefined) {
			return 'closed';
		}

		if (this.#tidies) {
			removeLeftParts(Buffer.from(folder, 'latin1'));
		}

		return 'there';
	}

	#make(folder: PathBytes, above: Footing, mode: number): Footing {
		try {
			// What would be made now is not there to be looked into.
			const standing = this.#dryRun && above === 'new' ? 'absent' : standingOfFolder(folder);
			if (standing === 'same') {
				return this.#footingIn(folder);
			}

			if (above === 'closed') {
				this.tellClosed(parentOf(folder));
				return 'failed';
			}

			if (standing !== 'absent' && !this.#hooks.clear(folder, standing as Obstacle)) {
				return 'refused';
			}

			if (!this.#dryRun) {
				mkdirSync(pathForSystem(folder), mode);
			}

			return 'new';
		} catch (error) {
			this.#hooks.onFailed(folder, error);
			return 'failed';
		}
	}
}
