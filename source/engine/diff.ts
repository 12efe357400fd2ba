// What changed from one snapshot to another: both indexes are read once, side by side, in constant memory.

import type {CallOptions} from '../backends/contract.js';
import type {Entry} from '../format/entry.js';
import {comparePaths, type PathBytes} from '../format/paths.js';
import type {SnapshotHeader} from '../format/snapshot-header.js';
import {entriesOf} from './reading.js';
import type {Repository} from './repository.js';

/** What differs between two entries of one path. `content`: the bytes, a symlink's target, a device's numbers, or readability. */
export const aspects = ['type', 'content', 'mode', 'owner', 'time'] as const;
export type Aspect = (typeof aspects)[number];

export type Difference = Paired<Entry> & {
	readonly mark: '+' | '-' | '~';
	/** Empty for what is added or removed. */
	readonly changed: readonly Aspect[];
};

type Entries = AsyncIterable<Entry>;

export type Paired<Item> = {readonly path: PathBytes; readonly before?: Item | undefined; readonly after?: Item | undefined};

type Items<Item> = AsyncIterable<Item> | Iterable<Item>;

const iteratorOf = <Item>(items: Items<Item>): AsyncIterator<Item> | Iterator<Item> => Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();

/** Both sides by path, in index order; those of equal path together. Memory: one of each side. */
export async function* pairEntries<Item extends {readonly path: PathBytes}>(before: Items<Item>, after: Items<Item>): AsyncGenerator<Paired<Item>> {
	const [left, right] = [iteratorOf(before), iteratorOf(after)];
	try {
		let [a, b] = [await left.next(), await right.next()];
		while (a.done !== true || b.done !== true) {
			const order = a.done === true ? 1 : b.done === true ? -1 : comparePaths(a.value.path, b.value.path);
			yield {
				path: order <= 0 ? a.value.path : b.value.path,
				...(order <= 0 ? {before: a.value as Item} : {}),
				...(order >= 0 ? {after: b.value as Item} : {}),
			};
			a = order <= 0 ? await left.next() : a;
			b = order >= 0 ? await right.next() : b;
		}
	} finally {
		await left.return?.(undefined);
		await right.return?.(undefined);
	}
}

/** Equal for entries of equal content. */
const contentKey = ({content, linkTarget, device, error, sizeBytes}: Entry): string =>
	[content?.kind, content?.kind === 'empty' ? '' : content?.id, linkTarget, device?.major, device?.minor, error, sizeBytes].join('\0');

/** Equal for entries in which nothing differs. */
export const versionKey = (entry: Entry): string => {
	const {type, mode, uid, gid, user, group, mtimeSeconds, mtimeNanoseconds} = entry;
	return [type, contentKey(entry), mode, uid, gid, user, group, mtimeSeconds, mtimeNanoseconds].join('\0');
};

/** What differs. The time of a directory that was recorded only as an ancestor is not known and differs from nothing. */
export function changesBetween(before: Entry, after: Entry): Aspect[] {
	const differs: Readonly<Record<Aspect, boolean>> = {
		type: before.type !== after.type,
		content: contentKey(before) !== contentKey(after),
		mode: before.mode !== after.mode,
		owner: before.uid !== after.uid || before.gid !== after.gid || before.user !== after.user || before.group !== after.group,
		time: before.isAncestor !== true && after.isAncestor !== true
			&& (before.mtimeSeconds !== after.mtimeSeconds || before.mtimeNanoseconds !== after.mtimeNanoseconds),
	};
	return aspects.filter(aspect => differs[aspect]);
}

/** The difference of a pair; undefined when nothing differs. */
export function differenceOf({path, before, after}: Paired<Entry>): Difference | undefined {
	if (before === undefined || after === undefined) {
		return {path, before, after, mark: before === undefined ? '+' : '-', changed: []};
	}

	const changed = changesBetween(before, after);
	return changed.length === 0 ? undefined : {path, before, after, mark: '~', changed};
}

/**
 * Whether a person asks for it: a directory whose time alone differs only says that something in it was made or
 * removed, and that is told by itself.
 */
export const isTelling = ({after, changed, mark}: Difference): boolean => mark !== '~' || after!.type !== 'directory' || changed.some(aspect => aspect !== 'time');

export type SnapshotPath = {readonly header: SnapshotHeader; /** Only this and what is below it. */ readonly path?: PathBytes | undefined};

/**
 * Entries that were added, removed or changed, in index order. Content is compared by its id, so both snapshots must be
 * of one family. Two different paths are compared by what stands below them: each entry's path is then the second side's.
 */
export async function* diffSnapshots(repository: Repository, before: SnapshotPath, after: SnapshotPath, options: CallOptions = {}): AsyncGenerator<Difference> {
	const side = ({header, path}: SnapshotPath): Entries => entriesOf(repository, header, {path, ...options});
	const [from = '/', to = '/'] = [before.path, after.path];
	const first = from === to ? side(before) : movedTo(side(before), from as PathBytes, to as PathBytes);
	for await (const pair of pairEntries(first, side(after))) {
		const difference = differenceOf(pair);
		if (difference !== undefined) {
			yield difference;
		}
	}
}

async function* movedTo(entries: Entries, from: PathBytes, to: PathBytes): AsyncGenerator<Entry> {
	const [cut, prefix] = [from === '/' ? 0 : from.length, to === '/' ? '' : to];
	for await (const entry of entries) {
		const rest = entry.path.slice(cut);
		const path = entry.path === from ? to : `${prefix}${rest}`;
		yield {...entry, path: path as PathBytes};
	}
}
