// What a screen asks of an opened repository, and the answers: plain values, safe to send to another thread.

import type {EntryType} from '../../format/entry.js';
import type {SnapshotId} from '../../format/ids.js';
import type {PathBytes} from '../../format/paths.js';
import type {Aspect} from '../diff.js';
import type {FolderNumber} from './folder-table.js';
import type {Proof} from './proofs.js';

/** Where an entry stands. It comes back from the screen and is checked again before it is used. */
export type Place = {readonly snapshot: SnapshotId; readonly at: number; /** Of directories whose snapshot is open. */ readonly folder?: FolderNumber | undefined};

export type Mark = '' | '+' | '-' | '~';

/** One path, as a list shows it. */
export type TreeRow = {
	readonly path: PathBytes;
	readonly type: EntryType;
	/** Against the compared snapshot; of a folder, `~` when anything in it differs. */
	readonly mark: Mark;
	readonly changed: readonly Aspect[];
	/** In the browsed snapshot; absent for what only the compared one has. */
	readonly own?: Place | undefined;
	/** In the compared snapshot. */
	readonly other?: Place | undefined;
	/** A file's length; of a folder, the sum of all below it. */
	readonly sizeBytes: number;
	/** Paths below a folder. */
	readonly entries: number;
	readonly mtimeSeconds: number;
	/** Why it could not be read at the push. */
	readonly error?: string | undefined;
};

export type ChangeCounts = {readonly added: number; readonly removed: number; readonly changed: number};

export type Opened = {
	readonly root: TreeRow;
	readonly folders: number;
	/** Present when compared with another snapshot. */
	readonly counts?: ChangeCounts | undefined;
};

/** How far a folder was listed on either side. It comes back from the screen and is checked again before it is used. */
export type ListingPlace = {readonly own?: number | undefined; readonly other?: number | undefined};

export type Listing = {readonly rows: readonly TreeRow[]; /** Where to go on; undefined at the end of the folder. */ readonly next?: ListingPlace | undefined};

export type FoundPage = {
	readonly rows: readonly TreeRow[];
	/** Hits that were only counted. */
	readonly left: number;
	/** Where to go on; undefined when all was searched. */
	readonly next?: number | undefined;
	/** Bytes of index searched so far, and of how many. */
	readonly searched: number;
	readonly total: number;
};

/** One snapshot's view of a path. */
export type PastVersion = {readonly snapshot: SnapshotId; readonly created: string; readonly row?: TreeRow | undefined; /** Equal where nothing differs but the snapshot. */ readonly key: string};
export type HistoryPage = {readonly versions: readonly PastVersion[]; /** Snapshots whose header or index could not be read. */ readonly unreadable: number; readonly next?: number | undefined; readonly total: number};

export type PreviewKind = 'text' | 'binary' | 'empty' | 'folder' | 'link' | 'special' | 'unreadable';

export type TextLine = {readonly mark: ' ' | '+' | '-' | '@'; readonly number?: number | undefined; /** Escaped for display. */ readonly text: string};

export type Preview = {
	readonly kind: PreviewKind;
	readonly path: PathBytes;
	readonly type: EntryType;
	readonly sizeBytes: number;
	readonly mode: number;
	/** Escaped. */
	readonly owner: string;
	readonly group: string;
	readonly mtimeSeconds: number;
	readonly isAncestor: boolean;
	/** Text: how its bytes are read; others: what they look like. Words. */
	readonly encoding: string;
	/** How even its bytes are, in words; binary only. */
	readonly entropy: string;
	/** Lines of the whole file, where all of it was looked at. */
	readonly lineCount?: number | undefined;
	/** Text, or its difference from the other version; escaped. */
	readonly lines: readonly TextLine[];
	/** Lines that differ, when compared. */
	readonly changedLines?: number | undefined;
	/** Why there is no comparison by lines, in words; undefined when there is one or none was asked for. */
	readonly notCompared?: string | undefined;
	/** Whether more of it exists than is shown. */
	readonly isCut: boolean;
	/** Full ids, at most `maximumChunksShown`. */
	readonly chunks: readonly string[];
	readonly chunkCount: number;
	/** When its chunks were last proven; absent when no check is known. */
	readonly proof?: Proof | undefined;
	/** Full id of the content. */
	readonly contentId?: string | undefined;
	/** Escaped. */
	readonly linkTarget?: string | undefined;
	readonly error?: string | undefined;
};

export type Questions = {
	/** Opens a snapshot, to be compared with `other` when given. The one opened before is forgotten. */
	open: {readonly request: {readonly snapshot: SnapshotId; readonly other?: SnapshotId | undefined}; readonly answer: Opened};
	/** The next rows of a folder, in index order. */
	list: {readonly request: {readonly own?: FolderNumber | undefined; readonly other?: FolderNumber | undefined; readonly start?: ListingPlace | undefined}; readonly answer: Listing};
	/** The next hits of a name; those beyond the first `most` are only counted. */
	find: {readonly request: {readonly text: string; readonly start?: number | undefined; readonly most?: number | undefined}; readonly answer: FoundPage};
	/** The next snapshots' versions of a path, newest first. */
	history: {readonly request: {readonly path: PathBytes; readonly start?: number | undefined}; readonly answer: HistoryPage};
	preview: {readonly request: {readonly place: Place; readonly against?: Place | undefined}; readonly answer: Preview};
};

export type QuestionName = keyof Questions;
export type Question<Name extends QuestionName> = {readonly name: Name} & Questions[Name]['request'];
export type AnyQuestion = {[Name in QuestionName]: Question<Name>}[QuestionName];
export type Answer<Name extends QuestionName> = Questions[Name]['answer'];

/** Rows of one folder in one answer, some milliseconds of it: a screen shows the first ones while it asks for the next. */
export const listedAtOnce = 250;
/** Rows of one folder that a screen asks for: nobody reads more. */
export const maximumRows = 100_000;
/** Hits of a search that are kept. */
export const maximumHits = 10_000;
export const maximumChunksShown = 100;
