// What the browse screen remembers of the snapshot that it shows.

import type {ChangeCounts, ListingPlace, PastVersion, Preview, TreeRow} from '../../engine/browse/questions.js';
import type {SnapshotSummary} from '../../engine/jobs.js';
import type {PlainError} from '../../errors/revive.js';
import type {PathBytes} from '../../format/paths.js';

export const sortOrders = ['name', 'size', 'time'] as const;
export type SortOrder = (typeof sortOrders)[number];

export type Search = {
	readonly text: string;
	readonly rows: readonly TreeRow[];
	/** Share of the snapshot that was searched, 0 to 1. */
	readonly share: number;
	readonly isDone: boolean;
	/** Hits beyond those that are kept. */
	readonly left: number;
	readonly cursor: number;
	/** The hits lie over the tree; otherwise the tree is shown, and n and N step through them. */
	readonly isListed: boolean;
};

/** One content of a path, and the snapshots that hold it, newest first. */
export type Version = PastVersion & {readonly snapshots: number};

export type History = {
	readonly path: PathBytes;
	readonly versions: readonly Version[];
	readonly unreadable: number;
	readonly seen: number;
	readonly total: number;
	readonly isDone: boolean;
	readonly cursor: number;
};

export type ShownPreview = {
	/** Of what: equal while the same thing is under the cursor. */
	readonly key: string;
	/** Undefined while it is read. */
	readonly answer?: Preview | undefined;
	readonly problem?: PlainError | undefined;
};

export type KnownProof = Pick<Preview, 'proof' | 'chunkCount'>;

/** What is known of a folder so far. */
export type Contents = {
	readonly rows: readonly TreeRow[];
	/** Where the rest begins; undefined when there is none, or none that is shown. */
	readonly next?: ListingPlace | undefined;
	/** There is more than a screen shows. */
	readonly isCut: boolean;
};

export type BrowseState = {
	readonly status: 'closed' | 'opening' | 'ready' | 'failed';
	readonly problem?: PlainError | undefined;
	readonly repositoryIndex: number;
	readonly snapshot?: SnapshotSummary | undefined;
	/** What it is compared with. */
	readonly other?: SnapshotSummary | undefined;
	readonly counts?: ChangeCounts | undefined;
	readonly root?: TreeRow | undefined;
	/** What is in the folders that are or were expanded. */
	readonly contents: ReadonlyMap<PathBytes, Contents>;
	readonly expanded: ReadonlySet<PathBytes>;
	/** Rows marked for restore, by path. */
	readonly marks: ReadonlyMap<PathBytes, TreeRow>;
	/** When the content of marked rows was last proven, for those whose preview has told. */
	readonly proofs: ReadonlyMap<PathBytes, KnownProof>;
	readonly cursor: number;
	readonly sort: SortOrder;
	readonly isReversed: boolean;
	readonly onlyChanges: boolean;
	/** What the list shows: the tree, unless the hits of a search or a history lie over it. */
	readonly search?: Search | undefined;
	readonly history?: History | undefined;
	readonly focus: 'list' | 'preview';
	readonly preview?: ShownPreview | undefined;
	/** First line of the preview that is shown. */
	readonly previewScroll: number;
};

export const emptyBrowse: BrowseState = {
	status: 'closed', repositoryIndex: 0, contents: new Map(), expanded: new Set(), marks: new Map(), proofs: new Map(), cursor: 0, sort: 'name', isReversed: false, onlyChanges: false, focus: 'list', previewScroll: 0,
};
