// What the restore screen shows before anything is written.

import type {RestoreReport, SnapshotTarget} from '../../engine/jobs.js';
import {lacksRoom} from '../../engine/restore/room.js';
import type {PlainError} from '../../errors/revive.js';

export type RestoreState = {
	readonly status: 'closed' | 'computing' | 'ready' | 'failed';
	readonly problem?: PlainError | undefined;
	readonly repositoryIndex: number;
	readonly targets: readonly SnapshotTarget[];
	/** What is restored, in words, escaped. */
	readonly subject: readonly string[];
	readonly folder: string;
	/** What stands in the way is moved aside and replaced; said by the typed name of the folder. */
	readonly overwrite: boolean;
	/** Of a dry run with `overwrite` as it is. */
	readonly report?: RestoreReport | undefined;
	/** Paths that are not simply made, and why; at most `maximumTroubles`. */
	readonly troubles: readonly string[];
	/** When it appeared: a key pressed before that was not meant for it. */
	readonly readyAtMs: number;
};

/** Paths named before a restore: the counts tell the rest. */
export const maximumTroubles = 200;

export const emptyRestore: RestoreState = {status: 'closed', repositoryIndex: 0, targets: [], subject: [], folder: '', overwrite: false, troubles: [], readyAtMs: 0};

/** Paths in whose place something else stands. */
export const inTheWay = ({report}: RestoreState): number => (report?.differing ?? 0) + (report?.obstructed ?? 0);

/** Paths that would be made as it stands. */
export const pathsToMake = ({report}: RestoreState): number => (report?.created ?? 0) + (report?.replaced ?? 0);

export const isTooMuch = ({report}: RestoreState): boolean => report !== undefined && lacksRoom(report);
