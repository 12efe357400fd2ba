// Everything that the screen shows, as one value.

import type {RepositorySummary} from '../engine/jobs.js';
import type {PlainError} from '../errors/revive.js';
import type {Action} from './actions/action.js';
import {emptyBrowse, type BrowseState} from './browse/browse-state.js';
import {emptyRestore, type RestoreState} from './browse/restore-state.js';
import {emptyCheck, type CheckState} from './check-state.js';
import {initialCompare, type CompareState} from './compare/compare-state.js';
import type {Dialog} from './dialogs.js';
import {emptyHeal, type HealState} from './heal/heal-state.js';
import type {Job} from './jobs/job-state.js';
import {initialWatch, type WatchState} from './jobs/watch-state.js';
import {emptyPlan, type PlanState} from './plan/plan-state.js';

export {isRunning} from './jobs/job-state.js';
export type {CheckKind, CheckMap, Job, JobSample} from './jobs/job-state.js';
import {emptyMatrix, type MatrixState} from './matrix/matrix-state.js';

export type Repository = {
	readonly location: string;
	/** From the user's list, else the last part of its location; escaped. */
	readonly name: string;
	readonly passphrase?: string | undefined;
	readonly status: 'loading' | 'ready' | 'failed';
	/** What was read last; kept while a later reading fails. */
	readonly summary?: RepositorySummary | undefined;
	/** When `summary` was read. */
	readonly readAtMs?: number | undefined;
	/** Why it cannot be read now. */
	readonly problem?: PlainError | undefined;
	/** Since when it cannot be read. */
	readonly failedSinceMs?: number | undefined;
	/** The passphrase that was given at the start does not open it. */
	readonly isPassphraseWrong?: boolean | undefined;
	/** What the last check of this session said, in words. */
	readonly checked?: string | undefined;
};

/** What the terminal is taken for, in words. */
export type TerminalFacts = {readonly colours: string; readonly encoding: string};

export type ScreenName = 'compare' | 'browse' | 'restore' | 'plan' | 'run' | 'check' | 'affected' | 'heal' | 'inspect' | 'matrix' | 'help' | 'log' | 'jobs';

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
	readonly matrix: MatrixState;
	readonly help: {readonly cursor: number; readonly filter: string};
	readonly browse: BrowseState;
	readonly restore: RestoreState;
	readonly check: CheckState;
	readonly heal: HealState;
	readonly jobs: readonly Job[];
	/** The job that the run and check screens show. */
	readonly shownJob: number | undefined;
	/** How the jobs and the log are looked at. */
	readonly watch: WatchState;
	readonly dialog: Dialog | undefined;
	/** What is searched for on a screen, all of its rows in sight. */
	readonly search: Readonly<Partial<Record<ScreenName, string>>>;
	readonly scroll: number;
	readonly log: readonly string[];
	readonly notice: string;
	readonly readOnly: boolean;
	/** With the user's keys: footer, help, palette and sentences name these. */
	readonly actions: readonly Action[];
	readonly terminal: TerminalFacts;
	/** Of the terminal. */
	readonly columns: number;
	readonly rows: number;
};

export const initialState = (repositories: readonly Repository[], readOnly: boolean, actions: readonly Action[], terminal: TerminalFacts): State => ({
	repositories,
	source: 0,
	target: repositories.length > 1 ? 1 : undefined,
	back: [],
	screen: 'compare',
	compare: initialCompare(repositories.length),
	plan: emptyPlan,
	matrix: emptyMatrix,
	help: {cursor: 0, filter: ''},
	browse: emptyBrowse,
	restore: emptyRestore,
	check: emptyCheck,
	heal: emptyHeal,
	jobs: [],
	shownJob: undefined,
	watch: initialWatch,
	dialog: undefined,
	search: {},
	scroll: 0,
	log: [],
	notice: '',
	readOnly,
	actions,
	terminal,
	columns: 80,
	rows: 24,
});

export const repositoryOf = ({repositories}: State, index: number): Repository | undefined => repositories[index];
export const sourceOf = ({repositories, source}: State): Repository | undefined => repositories[source];
export const targetOf = ({repositories, target}: State): Repository | undefined => target === undefined ? undefined : repositories[target];
/** The repository that keys of the compare screen mean. */
export const focusedIndex = ({compare, source, target}: State): number =>
	compare.focus === 'list' ? compare.listCursor : compare.focus === 'target' && target !== undefined ? target : source;
export const shownJobOf = ({jobs, shownJob}: State): Job | undefined => jobs.find(({id}) => id === shownJob);
/** "S office": which side it is, and its name. */
export const roleOf = ({repositories, source, target}: State, index: number): string =>
	`${index === source ? 'S ' : index === target ? 'T ' : ''}${repositories[index]?.name ?? ''}`;

/** What n and N step through on the screen: its filter while that narrows the rows, else what is searched for; '' for nothing. */
export function searchOf({screen, compare, watch, help, search}: Pick<State, 'screen' | 'compare' | 'watch' | 'help' | 'search'>): {readonly narrowing: boolean; readonly text: string} {
	const filter = screen === 'compare' ? compare.filter : screen === 'log' ? watch.logFilter : screen === 'help' ? help.filter : '';
	return filter === '' ? {narrowing: false, text: search[screen] ?? ''} : {narrowing: true, text: filter};
}
