// Walks file trees in index order and describes what lies there, without following symlinks below the roots.

import {lstatSync, readdirSync, readlinkSync, realpathSync, type BigIntStats} from 'node:fs';
import {PlakarError} from '../../errors/plakar-error.js';
import type {Entry, EntryType} from '../../format/entry.js';
import {comparePaths, displayPath, isWithin, pathForSystem, pathFromText, type PathBytes} from '../../format/paths.js';
import type {AccountNames} from './accounts.js';

/** What tells an unchanged file: nothing of this can be kept while the content changes, short of setting the clock back. */
export type FileStamp = {
	readonly sizeBytes: number;
	readonly mtimeNs: bigint;
	readonly ctimeNs: bigint;
	readonly inode: bigint;
};

export type WalkedEntry = {readonly entry: Entry; readonly stamp?: FileStamp};

/** A path as it was given, absolute, the tree that it led to, and the symlink on the way that led there. */
export type Root = {readonly given: PathBytes; readonly resolved: PathBytes; readonly symlink?: PathBytes | undefined};

const typeOf = (stats: BigIntStats): EntryType => {
	if (stats.isFile()) {
		return 'file';
	}

	if (stats.isDirectory()) {
		return 'directory';
	}

	if (stats.isSymbolicLink()) {
		return 'symlink';
	}

	if (stats.isFIFO()) {
		return 'fifo';
	}

	if (stats.isSocket()) {
		return 'socket';
	}

	return stats.isCharacterDevice() ? 'character-device' : 'block-device';
};

/** The parts of a device number as Linux and glibc encode them. */
export const deviceOf = (device: bigint): {major: number; minor: number} => process.platform === 'darwin'
	? {major: Number((device >> 24n) & 0xffn), minor: Number(device & 0xff_ffffn)}
	: {
		major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)),
		minor: Number((device & 0xffn) | ((device >> 12n) & ~0xffn)),
	};

const billion = 1_000_000_000n;

/** Floor division, so that times before 1970 keep nanoseconds of 0 to 999,999,999. */
const splitTime = (nanoseconds: bigint): {seconds: number; rest: number} => {
	const rest = ((nanoseconds % billion) + billion) % billion;
	return {seconds: Number((nanoseconds - rest) / billion), rest: Number(rest)};
};

const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN';

/**
 * Resolves the given paths: a path that is a symlink is followed, and both names are kept. Roots inside other roots are
 * dropped. Throws PATH_NOT_FOUND.
 */
export function resolveRoots(paths: readonly string[]): Root[] {
	return paths.map((path): Root => {
		try {
			const given = pathFromText(path);
			const resolved = realpathSync(path, {encoding: 'buffer'}).toString('latin1') as PathBytes;
			const symlink = [...ancestorsOf(given), given].find(part => lstatSync(pathForSystem(part)).isSymbolicLink());
			return {given, resolved, symlink};
		} catch (error) {
			throw new PlakarError('PATH_NOT_FOUND', {
				message: `${displayPath(pathFromText(path))} cannot be pushed: ${errnoOf(error) === 'ENOENT' ? 'it does not exist' : errnoOf(error)}.`,
				hint: 'Check the path; nothing was stored.',
				cause: error,
			});
		}
	});
}

/** Of what a repository consists here; nothing when it is elsewhere. */
export const placesOf = ({places = []}: {readonly places?: readonly string[]}): PathBytes[] => places.map(place => pathFromText(place));

/** Throws PATH_EXISTS when a root is the repository itself or a part of it: it would grow by what it stores of itself. */
export function assertOutside(roots: readonly Root[], places: readonly PathBytes[]): void {
	const inside = roots.find(({resolved}) => places.some(place => isWithin(resolved, place)));
	if (inside !== undefined) {
		throw new PlakarError('PATH_EXISTS', {
			message: `${displayPath(inside.given)} cannot be pushed: it is the repository itself, or a part of it.`,
			hint: 'To copy a repository, use clone. Nothing was stored.',
		});
	}
}

export type Walk = {
	/** Called with each entry, in index order. */
	readonly accounts: AccountNames;
	/** Left out with all that is below: the repository itself, when it lies in the tree. */
	readonly excluded: ReadonlySet<PathBytes>;
	/** Told of each that was. */
	readonly onExcluded: (path: PathBytes) => void;
};

/** Every entry of the roots and of their ancestors, in index order. Memory: the listings of one path's ancestors. */
export function* walkRoots(roots: readonly Root[], walk: Walk): Generator<WalkedEntry> {
	const resolved = [...new Set(roots.map(root => root.resolved))].sort(comparePaths);
	const outer = resolved.filter((path, index) => !resolved.slice(0, index).some(other => isWithin(path, other)));
	const symlinks = roots.flatMap(({symlink}) => symlink === undefined || outer.some(root => isWithin(symlink, root)) ? [] : [symlink]);
	const starts = [...new Set([...outer, ...symlinks])].sort(comparePaths);
	const shown = new Set<PathBytes>();
	for (const start of starts) {
		for (const ancestor of ancestorsOf(start)) {
			if (!shown.has(ancestor)) {
				shown.add(ancestor);
				yield describe(ancestor, walk, true);
			}
		}

		if (outer.includes(start)) {
			yield* walkTree(start, walk);
		} else {
			yield describe(start, walk, false);
		}
	}
}

function ancestorsOf(path: PathBytes): PathBytes[] {
	const ancestors: PathBytes[] = path === '/' ? [] : ['/' as PathBytes];
	for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
		ancestors.push(path.slice(0, slash) as PathBytes);
	}

	return ancestors;
}

function* walkTree(path: PathBytes, walk: Walk): Generator<WalkedEntry> {
	const walked = describe(path, walk, false);
	if (walked.entry.type !== 'directory' || walked.entry.error !== undefined) {
		yield walked;
		return;
	}

	let names: string[];
	try {
		names = readdirSync(pathForSystem(path), {encoding: 'latin1'}).sort((a, b) => (a < b ? -1 : 1));
	} catch (error) {
		yield {entry: {...walked.entry, error: errnoOf(error)}};
		return;
	}

	yield walked;
	const prefix = path === '/' ? '/' : `${path}/`;
	for (const name of names) {
		const child = `${prefix}${name}` as PathBytes;
		if (walk.excluded.has(child)) {
			walk.onExcluded(child);
		} else {
			yield* walkTree(child, walk);
		}
	}
}

function describe(path: PathBytes, {accounts}: Walk, isAncestor: boolean): WalkedEntry {
	let stats: BigIntStats;
	const name = pathForSystem(path);
	try {
		stats = lstatSync(name, {bigint: true});
	} catch (error) {
		return {entry: {...unknownEntry, path, error: errnoOf(error)}};
	}

	const type = typeOf(stats);
	// An ancestor's time changes with its other children, which are not in the snapshot: it would make every index new.
	const {seconds, rest} = isAncestor ? {seconds: 0, rest: 0} : splitTime(stats.mtimeNs);
	const uid = Number(stats.uid);
	const gid = Number(stats.gid);
	const entry: Entry = {
		path,
		type,
		mode: Number(stats.mode) & 0o7777,
		uid,
		gid,
		user: accounts.user(uid),
		group: accounts.group(gid),
		mtimeSeconds: seconds,
		mtimeNanoseconds: rest,
		sizeBytes: type === 'file' ? Number(stats.size) : 0,
		hardLink: stats.nlink > 1n && type !== 'directory' ? `${stats.dev}:${stats.ino}` : undefined,
		device: type.endsWith('-device') ? deviceOf(stats.rdev) : undefined,
		isAncestor,
	};
	if (type === 'file') {
		return {entry, stamp: {sizeBytes: entry.sizeBytes, mtimeNs: stats.mtimeNs, ctimeNs: stats.ctimeNs, inode: stats.ino}};
	}

	return {entry: type === 'symlink' ? withTarget(entry, name) : entry};
}

function withTarget(entry: Entry, name: string | Buffer): Entry {
	try {
		return {...entry, linkTarget: readlinkSync(name, {encoding: 'latin1'}) as PathBytes};
	} catch (error) {
		return {...entry, error: errnoOf(error)};
	}
}

/** A path whose lstat failed: nothing is known of it but its name. */
const unknownEntry = {
	type: 'file', mode: 0, uid: 0, gid: 0, user: '', group: '', mtimeSeconds: 0, mtimeNanoseconds: 0, sizeBytes: 0,
} as const satisfies Omit<Entry, 'path'>;
