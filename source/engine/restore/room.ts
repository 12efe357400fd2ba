// Whether a restore can begin where it is asked to: a folder that can be written to, with room for what comes.

import {accessSync, constants, lstatSync, mkdirSync, statfsSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {PlakarError} from '../../errors/plakar-error.js';
import {displayText} from '../../format/paths.js';
import {formatBytes} from '../../format/units.js';
import type {RestoreReport} from '../jobs.js';

const hint = 'Choose another folder; nothing was restored into this one.';

/** `call` on `folder`, or on the nearest folder above it that is there. Throws PATH_EXISTS for a symlink to nowhere, and what the filesystem says. */
export function atNearest<Result>(folder: string, call: (folder: string) => Result): Result {
	try {
		return call(folder);
	} catch (error) {
		const above = dirname(folder);
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) {
			throw error;
		}

		if (lstatSync(folder, {throwIfNoEntry: false}) !== undefined) {
			throw new PlakarError('PATH_EXISTS', {message: `${displayText(folder)} is a symlink that leads nowhere.`, hint, cause: error});
		}

		return atNearest(above, call);
	}
}

/** Why nothing can be made in a folder that is there: BACKEND_DENIED, BACKEND_READ_ONLY; undefined when something can. */
export function whyClosed(folder: string | Buffer): PlakarError | undefined {
	try {
		accessSync(folder, constants.W_OK | constants.X_OK);
		return undefined;
	} catch (error) {
		return placeError(folder.toString(), error as NodeJS.ErrnoException);
	}
}

/** Throws PATH_EXISTS, BACKEND_DENIED or BACKEND_READ_ONLY, in one sentence, unless `folder` is there or can be made. */
export function assertPossible(folder: string): void {
	let nearest = folder;
	let isFolder: boolean;
	try {
		isFolder = atNearest(folder, place => {
			nearest = place;
			return statSync(place).isDirectory();
		});
	} catch (error) {
		throw error instanceof PlakarError ? error : placeError(nearest, error as NodeJS.ErrnoException);
	}

	if (!isFolder) {
		throw new PlakarError('PATH_EXISTS', {message: `${displayText(nearest)} is no folder: nothing can be restored ${nearest === folder ? 'into' : 'below'} it.`, hint});
	}

	const closed = nearest === folder ? undefined : whyClosed(nearest);
	if (closed !== undefined) {
		throw closed;
	}
}

/** Makes `folder` and those above it. Throws as `assertPossible`. */
export function makeFolder(folder: string): void {
	assertPossible(folder);
	const missing: string[] = [];
	for (let place = folder; statSync(place, {throwIfNoEntry: false}) === undefined && place !== dirname(place); place = dirname(place)) {
		missing.unshift(place);
	}

	for (const place of missing) {
		try {
			// One by one: Node's recursive form never ends where the system takes no folders.
			mkdirSync(place);
		} catch (error) {
			throw placeError(place, error as NodeJS.ErrnoException);
		}
	}
}

function placeError(nearest: string, error: NodeJS.ErrnoException): PlakarError {
	const shown = displayText(nearest);
	switch (error.code) {
		case 'EROFS': {
			return new PlakarError('BACKEND_READ_ONLY', {message: `${shown} lies on a filesystem that is mounted read-only.`, hint, cause: error});
		}

		case 'EACCES':
		case 'EPERM': {
			return new PlakarError('BACKEND_DENIED', {message: `This user may not write to ${shown}.`, hint: 'Choose another folder, or run as a user who may; nothing was restored into this one.', cause: error});
		}

		case 'ENOTDIR':
		case 'EEXIST': {
			return new PlakarError('PATH_EXISTS', {message: `A part of ${shown} is no folder: nothing can be restored below it.`, hint, cause: error});
		}

		case 'ELOOP': {
			return new PlakarError('PATH_EXISTS', {message: `${shown} is a symlink that leads in a circle.`, hint, cause: error});
		}

		case 'ENOENT': {
			return new PlakarError('BACKEND_FAILED', {message: `${shown} cannot be made: the system takes no folders there.`, hint, cause: error});
		}

		default: {
			return new PlakarError('BACKEND_FAILED', {message: `${shown} cannot be restored into: ${error.code ?? error.message}.`, hint, cause: error});
		}
	}
}

/** Free bytes for this user where `folder` is or would be; undefined when the filesystem does not say. */
export function freeBytesAt(folder: string): number | undefined {
	try {
		const {bavail, bsize, blocks} = atNearest(folder, place => statfsSync(place));
		// What the kernel makes up has no blocks at all.
		return blocks === 0 ? undefined : bavail * bsize;
	} catch {
		return undefined;
	}
}

/** Whether what a dry run tells needs more room than there is. */
export const lacksRoom = ({freeBytes, bytesWritten, holeBytes = 0}: Pick<RestoreReport, 'freeBytes' | 'bytesWritten' | 'holeBytes'>): boolean =>
	freeBytes !== undefined && bytesWritten - holeBytes > freeBytes;

/** Throws BACKEND_FULL when what a dry run told needs more room than there is. */
export function assertRoom(report: RestoreReport): void {
	if (lacksRoom(report)) {
		const {folder, freeBytes = 0, bytesWritten, holeBytes = 0} = report;
		const neededBytes = bytesWritten - holeBytes;
		throw new PlakarError('BACKEND_FULL', {
			message: `There is not enough room below ${folder}: ${formatBytes(neededBytes)} would be written, ${formatBytes(freeBytes)} are free.`,
			hint: 'Choose another folder or fewer paths; nothing was restored.',
			context: {neededBytes, freeBytes},
		});
	}
}
