// What stands where a restore would make something, and in words why it is not simply made.

import {lstatSync, readlinkSync, type BigIntStats} from 'node:fs';
import {PlakarError} from '../../errors/plakar-error.js';
import type {Entry} from '../../format/entry.js';
import {displayPath, pathForSystem, type PathBytes} from '../../format/paths.js';
import {deviceOf} from '../push/walk.js';

/** `newer` and `different`: another thing of its kind, its time after the snapshot's or not; the others: what cannot be there at the same time. */
export type Obstacle = 'newer' | 'different' | 'folder' | 'file' | 'link';
export type Standing = 'absent' | 'same' | Obstacle;

const statsOf = (path: PathBytes): BigIntStats | undefined => lstatSync(pathForSystem(path), {bigint: true, throwIfNoEntry: false});

/** What stands where a folder is needed. Throws what the filesystem says. */
export function standingOfFolder(path: PathBytes): Standing {
	const stats = statsOf(path);
	return stats === undefined ? 'absent' : stats.isDirectory() ? 'same' : stats.isSymbolicLink() ? 'link' : 'file';
}

/** What its owner may do with a folder that a stopped restore made: whatever the next one needs. */
export const ownerBits = 0o700;

/**
 * The mode of a folder while it is being restored, which hardly anybody else gives one: found later, it tells that a restore
 * of it was killed.
 */
export const unfinishedMode = 0o1700;

const nanosecondsOf = ({mtimeSeconds, mtimeNanoseconds}: Pick<Entry, 'mtimeSeconds' | 'mtimeNanoseconds'>): bigint => (BigInt(mtimeSeconds) * 1_000_000_000n) + BigInt(mtimeNanoseconds);

/** Whether mode, and owner and time where these are to be set, are those of `entry`. Throws what the filesystem says. */
export function hasMetadata(path: PathBytes, entry: Entry, {setOwner, setTimes}: {readonly setOwner: boolean; readonly setTimes: boolean}): boolean {
	const stats = statsOf(path);
	return stats !== undefined && Number(stats.mode & 0o7777n) === entry.mode
		&& (!setOwner || (Number(stats.uid) === entry.uid && Number(stats.gid) === entry.gid)) && (!setTimes || stats.mtimeNs === nanosecondsOf(entry));
}

/**
 * Whether the folder at `path` is as a restore of `entry` leaves it, finished, stopped or killed: then it is set anew when more was
 * made in it. What a person changed since is left as it is. Throws what the filesystem says.
 */
export function isFolderOf(path: PathBytes, entry: Entry): boolean {
	const {mode, isAncestor} = entry;
	const stats = statsOf(path);
	const modeThere = Number((stats?.mode ?? 0n) & 0o7777n);
	const hasMode = stats !== undefined && [mode, mode | ownerBits].includes(modeThere);
	return modeThere === unfinishedMode || (hasMode && (isAncestor === true || stats.mtimeNs === nanosecondsOf(entry)));
}

function isDevice({rdev}: BigIntStats, device: Entry['device']): boolean {
	const {major, minor} = deviceOf(rdev);
	return major === device?.major && minor === device.minor;
}

/** What stands where `entry`, which is no folder, is to be made: the same by its kind, size and time. Throws what the filesystem says. */
export function standingOf(path: PathBytes, entry: Entry): Standing {
	const {type, sizeBytes, linkTarget, device} = entry;
	const stats = statsOf(path);
	if (stats === undefined) {
		return 'absent';
	}

	if (stats.isDirectory()) {
		return 'folder';
	}

	const mtimeNs = nanosecondsOf(entry);
	const isSame = (type === 'file' && stats.isFile() && stats.size === BigInt(sizeBytes))
		|| (type === 'symlink' && stats.isSymbolicLink() && readlinkSync(pathForSystem(path), {encoding: 'latin1'}) === linkTarget)
		|| (type === 'fifo' && stats.isFIFO()) || (type === 'socket' && stats.isSocket())
		|| (type === 'character-device' && stats.isCharacterDevice() && isDevice(stats, device)) || (type === 'block-device' && stats.isBlockDevice() && isDevice(stats, device));
	return isSame && stats.mtimeNs === mtimeNs ? 'same' : stats.mtimeNs > mtimeNs ? 'newer' : 'different';
}

const reasons: Readonly<Record<Obstacle, string>> = {
	newer: 'what is there is newer than the snapshot',
	different: 'what is there differs from the snapshot',
	folder: 'a folder stands where the snapshot has a file',
	file: 'a file stands where the snapshot has a folder, so nothing below it is restored',
	link: 'it is a symlink, and a restore never goes through one, so nothing below it is restored',
};

/** Why `path` is left as it is. */
export const leftAlone = (path: PathBytes, obstacle: Obstacle): PlakarError => new PlakarError('PATH_EXISTS', {
	message: `${displayPath(path)} is left as it is: ${reasons[obstacle]}.`,
	hint: 'Restore into an empty folder with --to, or with --force: what is in the way is then moved aside first.',
	context: {obstacle},
});

/** What a preview says of a path that would be replaced. */
export const movedAside = (path: PathBytes, obstacle: Obstacle, place: PathBytes): PlakarError => new PlakarError('PATH_EXISTS', {
	message: `${displayPath(path)} is moved to ${displayPath(place)} first: ${reasons[obstacle].replace(/, so .*/, '')}.`,
	hint: 'Nothing there is removed.',
	context: {obstacle},
});

/** Why a further name of a file is not made where its first name could not be. */
export const lostName = (path: PathBytes, first: PathBytes): PlakarError => new PlakarError('PATH_NOT_FOUND', {
	message: `${displayPath(path)} could not be restored: it is another name of ${displayPath(first)}, which could not be.`,
	hint: 'Mend what is said of that one, then restore both again.',
});
