// What the restore screen shows before anything is written.

import type {RestoreReport, SnapshotTarget} from '../../engine/jobs.js';
import type {PlainError} from '../../errors/revive.js';

export type RestoreState = {
	readonly status: 'closed' | 'computing' | 'ready' | 'failed';
	readonly problem?: PlainError | undefined;
	readonly repositoryIndex: number;
	readonly targets: readonly SnapshotTarget[];
	/** What is restored, in words, escaped. */
	readonly subject: readonly string[];
	readonly folder: string;
	/** What stands there otherwise is overwritten; said by a typed word. */
	readonly overwrite: boolean;
	/** Of the dry run that nothing is overwritten in. */
	readonly report?: RestoreReport | undefined;
	/** Why paths would be left as they are; at most `maximumTroubles`. */
	readonly troubles: readonly string[];
	/** When it appeared: a key pressed before that was not meant for it. */
	readonly readyAtMs: number;
};

/** Paths named before a restore: the counts tell the rest. */
export const maximumTroubles = 200;

export const emptyRestore: RestoreState = {status: 'closed', repositoryIndex: 0, targets: [], subject: [], folder: '', overwrite: false, troubles: [], readyAtMs: 0};

/** Bytes that the restore would write as it stands. */
export const bytesToWrite = ({report, overwrite}: RestoreState): number => (report?.bytesWritten ?? 0) + (overwrite ? report?.differingBytes ?? 0 : 0);
