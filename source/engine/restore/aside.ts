// Where a restore keeps what stood in its way: a folder beside the restored one that nothing else has the name of.

import {accessSync, constants, lstatSync, mkdirSync, rmdirSync, statSync} from 'node:fs';
import {PlakarError} from '../../errors/plakar-error.js';
import type {SnapshotId} from '../../format/ids.js';
import {displayPath, parentOf, pathForSystem, type PathBytes} from '../../format/paths.js';

/** Restores of one snapshot over one folder that may keep what they replaced; then somebody has to tidy up. */
const maximumNames = 1000;
/** Of a snapshot's id, in the folder's name. */
const idDigits = 6;

/** Whether what is in `folder` can be moved to beside it: a rename does not leave its filesystem. */
function canMoveBeside(folder: PathBytes): boolean {
	const above = pathForSystem(parentOf(folder));
	try {
		accessSync(above, constants.W_OK | constants.X_OK);
		return folder !== '/' && statSync(above).dev === statSync(pathForSystem(folder)).dev;
	} catch {
		return false;
	}
}

export class Aside {
	readonly #root: PathBytes;
	readonly #base: PathBytes;
	#folder: PathBytes | undefined;
	#isMade = false;

	/** `root` is the folder that is restored into. */
	constructor(root: PathBytes, snapshot: SnapshotId) {
		this.#root = root;
		const name = `.before-${snapshot.slice(0, idDigits)}`;
		this.#base = (canMoveBeside(root) ? `${root}${name}` : `${root === '/' ? '' : root}/${name}`) as PathBytes;
	}

	/** The folder that is or would be made; the same answer from the first question on. Throws PATH_EXISTS. */
	get folder(): PathBytes {
		for (let number = 1; this.#folder === undefined; number++) {
			if (number > maximumNames) {
				throw new PlakarError('PATH_EXISTS', {
					message: `What stands in the way cannot be moved aside: there are ${maximumNames} folders like ${displayPath(this.#base)} already.`,
					hint: 'Look through them and remove those that are not needed.',
				});
			}

			const name = (number === 1 ? this.#base : `${this.#base}-${number}`) as PathBytes;
			if (lstatSync(pathForSystem(name), {throwIfNoEntry: false}) === undefined) {
				this.#folder = name;
			}
		}

		return this.#folder;
	}

	/** Where `path`, which lies below the root, is kept. Makes the folder, for this restore alone. Throws PATH_EXISTS and what the filesystem says. */
	placeOf(path: PathBytes): PathBytes {
		const {folder} = this;
		if (!this.#isMade) {
			mkdirSync(pathForSystem(folder), {mode: 0o700});
			this.#isMade = true;
		}

		return `${folder}${path.slice(this.#root === '/' ? 0 : this.#root.length)}` as PathBytes;
	}

	/** Removes the folder again when nothing came into it. */
	tidy(): void {
		if (this.#isMade) {
			try {
				rmdirSync(pathForSystem(this.folder));
			} catch {
				// It holds what was moved.
			}
		}
	}
}
