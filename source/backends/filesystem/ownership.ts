// Whose the files of a repository are: all of them belong to the owner of its root folder, and to its group where the root
// folder is shared with it, whoever writes them. A push by root locks nobody out.

import {dirname} from 'node:path';
import {system} from './system.js';

/** Of a repository that is made where nothing is. */
export const folderMode = 0o700;
/** What the group may do, and whether new files belong to it. */
const groupBits = 0o2070;

/**
 * What the group of a folder with `mode` may do with its content: as much as with the folder, where it is shared on
 * purpose. One that everybody may list was most likely made without a thought. Others are given nothing.
 */
const sharedBits = (mode: number): number => (mode & 0o020) !== 0 || (mode & 0o007) === 0 ? mode & groupBits : 0;

export class Ownership {
	readonly folderMode: number;
	readonly fileMode: number;
	readonly #owner: {readonly uid: number; readonly gid: number} | undefined;

	/** That of the folder `root`, which is there. */
	constructor(root: string) {
		const {uid, gid, mode} = system.statSync(root, {throwIfNoEntry: false}) ?? {uid: 0, gid: 0, mode: folderMode};
		const isOwn = process.getuid?.() !== 0 || (uid === 0 && gid === process.getgid?.());
		this.folderMode = folderMode | sharedBits(mode);
		this.fileMode = 0o600 | (sharedBits(mode) & 0o060);
		this.#owner = isOwn ? undefined : {uid, gid};
	}

	/** Makes a folder, with those above it where `recursive`. EEXIST when it is there and not `recursive`. */
	makeFolder(path: string, recursive = false): void {
		const first = system.mkdirSync(path, {mode: this.folderMode, recursive});
		const highest = recursive ? first : path;
		for (let folder = path; highest !== undefined && folder.length >= highest.length; folder = dirname(folder)) {
			if (this.#owner !== undefined) {
				system.chownSync(folder, this.#owner.uid, this.#owner.gid);
			}

			// The umask may have taken away what the others need.
			if (this.folderMode !== folderMode) {
				system.chmodSync(folder, this.folderMode);
			}
		}
	}

	/** For a file that was just made with `fileMode`. */
	claim(handle: number): void {
		if (this.#owner !== undefined) {
			system.fchownSync(handle, this.#owner.uid, this.#owner.gid);
		}

		if (this.folderMode !== folderMode) {
			system.fchmodSync(handle, this.fileMode);
		}
	}
}
