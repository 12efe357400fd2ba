// Everything that the screen shows, as one value.

import type {CounterValues, LaneView} from '../engine/counters.js';
import type {Phase} from '../engine/events.js';
import type {CheckLevel, CheckReport, Finding} from '../engine/finding.js';
import type {RecordCopy, RepositorySummary, RestoreReport, SnapshotSummary, TransferReport} from '../engine/jobs.js';
import type {Plan} from '../engine/plan.js';
import type {PlainError} from '../errors/revive.js';
import {emptyBrowse, type BrowseState} from './browse/browse-state.js';
import {emptyRestore, type RestoreState} from './browse/restore-state.js';
import {emptyCheck, type CheckState} from './check-state.js';
import type {Dialog} from './dialogs.js';
import type {Estimate} from './rate.js';

export type Repository = {
	readonly location: string;
	/** The last part of its location, escaped. */
	readonly name: string;
	readonly passphrase?: string | undefined;
	readonly status: 'loading' | 'ready' | 'failed';
	readonly summary?: RepositorySummary | undefined;
	readonly problem?: PlainError | undefined;
	/** What the last check of this session said, in words. */
	readonly checked?: string | undefined;
};

export type ScreenName = 'compare' | 'browse' | 'restore' | 'plan' | 'run' | 'check' | 'affected' | 'help' | 'log' | 'jobs';

/** "=?": the same id, stored otherwise, and not comparable without the passphrases. */
export type PairMark = '==' | '->' | '<-' | '!=' | '=?';

/** One line of the compare list: the same snapshot on both sides, or a gap. */
export type Pair = {
	readonly snapshot: string;
	readonly mark: PairMark;
	readonly source?: SnapshotSummary | undefined;
	readonly target?: SnapshotSummary | undefined;
};

export type CompareState = {
	readonly cursor: number;
	readonly marks: ReadonlySet<string>;
	readonly filter: string;
	readonly focus: 'source' | 'target';
};

export type PlanState = {
	readonly status: 'computing' | 'ready' | 'failed';
	readonly plan?: Plan | undefined;
	readonly problem?: PlainError | undefined;
	/** Positions of ticked rows. */
	readonly ticked: ReadonlySet<number>;
	readonly cursor: number;
	/** When it appeared: a key pressed before that was not meant for it. */
	readonly readyAtMs: number;
};

export type JobSample = {
	readonly values: CounterValues;
	readonly lanes: readonly LaneView[];
	readonly rateBytesPerSecond: number;
	readonly meanBytesPerSecond: number;
	readonly history: readonly number[];
	readonly estimate?: Estimate | undefined;
	readonly elapsedMs: number;
};

/** One place a chunk in shared memory that changes without events; see `SharedMap`. */
export type CheckMap = {
	readonly count: number;
	readonly states: Uint8Array;
	readonly ids: Uint8Array;
	readonly sizes: Uint32Array;
	readonly days: Uint16Array;
};

export type CheckKind = {
	readonly level: CheckLevel;
	readonly samplePercent?: number | undefined;
	/** Goes on with a check that was stopped: what was proven since is not read again. */
	readonly resumes: boolean;
};

export type Job = {
	readonly id: number;
	readonly verb: 'sync' | 'clone' | 'check' | 'restore';
	readonly title: string;
	readonly sourceName: string;
	readonly targetName: string;
	readonly status: 'running' | 'stopping' | 'done' | 'failed' | 'stopped';
	readonly phase: Phase;
	readonly startedAtMs: number;
	readonly sample?: JobSample | undefined;
	readonly isPaused: boolean;
	readonly findings: readonly Finding[];
	readonly findingCursor: number;
	readonly map?: CheckMap | undefined;
	/** How a check was started. */
	readonly check?: CheckKind | undefined;
	/** Other repositories that hold damaged records, by the record's id; absent where nobody has looked yet. */
	readonly copies?: ReadonlyMap<string, readonly RecordCopy[]> | undefined;
	/** Counts up with every sample, so that the map is drawn anew. */
	readonly mapVersion: number;
	readonly report?: TransferReport | undefined;
	readonly checkReport?: CheckReport | undefined;
	readonly restoreReport?: RestoreReport | undefined;
	readonly problem?: PlainError | undefined;
	readonly repositoryIndex: number;
};

export type State = {
	readonly repositories: readonly Repository[];
	readonly source: number;
	/** Undefined while only one repository is known. */
	readonly target: number | undefined;
	/** Where Esc leads, the last one first. */
	readonly back: readonly ScreenName[];
	readonly screen: ScreenName;
	readonly compare: CompareState;
	readonly plan: PlanState;
	readonly help: {readonly cursor: number; readonly filter: string};
	readonly browse: BrowseState;
	readonly restore: RestoreState;
	readonly check: CheckState;
	readonly jobs: readonly Job[];
	/** The job that the run and check screens show. */
	readonly shownJob: number | undefined;
	readonly dialog: Dialog | undefined;
	readonly scroll: number;
	readonly log: readonly string[];
	readonly notice: string;
	readonly readOnly: boolean;
	/** Of the terminal. */
	readonly columns: number;
	readonly rows: number;
};

export const emptyPlan: PlanState = {status: 'computing', ticked: new Set(), cursor: 0, readyAtMs: 0};

export const initialState = (repositories: readonly Repository[], readOnly: boolean): State => ({
	repositories,
	source: 0,
	target: repositories.length > 1 ? 1 : undefined,
	back: [],
	screen: 'compare',
	compare: {cursor: 0, marks: new Set(), filter: '', focus: 'source'},
	plan: emptyPlan,
	help: {cursor: 0, filter: ''},
	browse: emptyBrowse,
	restore: emptyRestore,
	check: emptyCheck,
	jobs: [],
	shownJob: undefined,
	dialog: undefined,
	scroll: 0,
	log: [],
	notice: '',
	readOnly,
	columns: 80,
	rows: 24,
});

export const repositoryOf = ({repositories}: State, index: number): Repository | undefined => repositories[index];
export const sourceOf = ({repositories, source}: State): Repository | undefined => repositories[source];
export const targetOf = ({repositories, target}: State): Repository | undefined => target === undefined ? undefined : repositories[target];
/** The repository that keys of the compare screen mean. */
export const focusedIndex = ({compare, source, target}: State): number => compare.focus === 'target' && target !== undefined ? target : source;
export const shownJobOf = ({jobs, shownJob}: State): Job | undefined => jobs.find(({id}) => id === shownJob);
export const isRunning = ({status}: Job): boolean => status === 'running' || status === 'stopping';
/** "S office": which side it is, and its name. */
export const roleOf = ({repositories, source, target}: State, index: number): string =>
	`${index === source ? 'S ' : index === target ? 'T ' : ''}${repositories[index]?.name ?? ''}`;
