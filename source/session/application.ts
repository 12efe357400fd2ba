// The application without a terminal: its state, its screens and dialogs, and how it ends. Panes show it; keys call it.

import {displayText} from '../format/paths.js';
import type {Action} from './actions/action.js';
import {askToStop} from './actions/jobs-list.js';
import {Browsing} from './browse/browsing.js';
import {closeLayer} from './browse/tree.js';
import {Restoring} from './browse/restoring.js';
import {zoomOut} from './check-moving.js';
import {askWhileSo, renewDialog, type Dialog, type Question} from './dialogs.js';
import {Healing} from './heal/healing.js';
import {JobBoard} from './job-board.js';
import type {JobRunner} from './jobs/job-runner.js';
import {JobStarts} from './jobs/job-starts.js';
import {jobWords} from './jobs/job-state.js';
import {offerToResume} from './jobs/resuming.js';
import {createForgetfulMemory, type RunMemory} from './jobs/run-memory.js';
import {keyOf} from './key-of.js';
import {Meshing} from './matrix/meshing.js';
import {Planning} from './planning.js';
import {Repositories, unread, type KnownRepository} from './repositories.js';
import {initialState, isRunning, shownJobOf, type ScreenName, type State, type TerminalFacts} from './state.js';
import {Store, type Change} from './store.js';
import {currentJob} from './view/jobs-view.js';

/** Lines kept for the log screen. */
const maximumLogLines = 1000;

/** Jobs that the question before quitting names. */
const maximumNamedJobs = 6;

/** A second Ctrl-C within this time ends the program at once. */
const secondInterruptMs = 2000;

export type ApplicationOptions = {
	readonly repositories: readonly KnownRepository[];
	/** Where the user's list of repositories is kept. */
	readonly settingsFile: string;
	readonly readOnly: boolean;
	readonly jobs: JobRunner;
	/** With the user's keys. */
	readonly actions: readonly Action[];
	readonly samplesPerSecond: number;
	readonly terminal: TerminalFacts;
	/** Of earlier starts of the program; by default it begins empty and ends with it. */
	readonly memory?: RunMemory | undefined;
	/** Ends the program; the message is printed on the main screen. */
	readonly onQuit: (message: string) => void;
	readonly onSuspend: () => void;
	readonly onRepaint: () => void;
	readonly now?: () => number;
	/** Calls `work` once `ms` have passed; by default by a timer that keeps no program alive. */
	readonly later?: (ms: number, work: () => void) => void;
};

const defaultLater = (ms: number, work: () => void): void => {
	setTimeout(work, ms).unref();
};

export class Application {
	readonly store: Store;
	readonly now: () => number;
	/** Starts verbs in threads of their own. */
	readonly runner: JobRunner;
	readonly settingsFile: string;
	readonly repositories: Repositories;
	readonly planning: Planning;
	readonly browsing: Browsing;
	readonly restoring: Restoring;
	readonly healing: Healing;
	readonly meshing: Meshing;
	readonly jobs: JobBoard;
	readonly starts: JobStarts;
	readonly memory: RunMemory;
	/** Said when the program ends, after all else. */
	farewell = '';
	readonly #options: ApplicationOptions;
	#lastInterruptMs = Number.NEGATIVE_INFINITY;
	/** What the last line refuses, and whether that still holds. */
	#refusal: {readonly notice: string; stands(): boolean} | undefined;
	/** Work that a test waits for: 0 means that the screen shows all there is to show. */
	#busy = 0;

	constructor(options: ApplicationOptions) {
		this.#options = options;
		this.now = options.now ?? Date.now;
		this.runner = options.jobs;
		this.memory = options.memory ?? createForgetfulMemory();
		this.settingsFile = options.settingsFile;
		this.store = new Store(initialState(unread(options.repositories), options.readOnly, options.actions, options.terminal));
		this.repositories = new Repositories(this);
		this.planning = new Planning(this);
		this.browsing = new Browsing(this);
		this.restoring = new Restoring(this);
		this.healing = new Healing(this);
		this.meshing = new Meshing(this);
		this.jobs = new JobBoard(this, 1000 / options.samplesPerSecond);
		this.starts = new JobStarts(this);
		// Settled: between two jobs of one plan none runs for a moment.
		this.store.subscribeSettled(() => {
			renewDialog(this);
		});
	}

	get state(): State {
		return this.store.get();
	}

	get isIdle(): boolean {
		return this.#busy === 0;
	}

	start(): void {
		void this.work(async () => {
			await this.repositories.describeAll();
			offerToResume(this, this.memory);
		});
	}

	update(change: Change): void {
		this.store.update(change);
		const refusal = this.#refusal;
		if (refusal !== undefined && (this.state.notice !== refusal.notice || !refusal.stands())) {
			this.#refusal = undefined;
			this.store.update(state => state.notice === refusal.notice ? {...state, notice: ''} : state);
		}
	}

	/** Runs `work` and counts as busy until it has ended. */
	async work(work: () => Promise<void>): Promise<void> {
		this.#busy++;
		try {
			await work();
		} finally {
			this.#busy--;
		}
	}

	log(text: string): void {
		const time = new Date(this.now()).toISOString().slice(11, 19);
		this.update(state => ({...state, log: [...state.log.slice(-maximumLogLines + 1), `${time}  ${displayText(text)}`]}));
	}

	notice(text: string): void {
		this.update(state => ({...state, notice: text}));
	}

	/** Says that something cannot be done and why, no longer than there is a reason. */
	refuse(what: string, whyNot: () => string | undefined): void {
		const notice = `${what}: ${whyNot() ?? ''}.`;
		this.notice(notice);
		this.#refusal = {notice, stands: () => whyNot() !== undefined};
	}

	resize(columns: number, rows: number): void {
		this.update(state => state.columns === columns && state.rows === rows ? state : {...state, columns, rows});
	}

	/** Shows a screen; the one before it is gone back to, unless it is replaced. */
	open(screen: ScreenName, {replaces = false}: {readonly replaces?: boolean} = {}): void {
		this.update(state => {
			if (state.screen === screen) {
				return state;
			}

			const back = replaces ? state.back : [...state.back, state.screen];
			return {...state, screen, back: back.at(-1) === screen ? back.slice(0, -1) : back, scroll: 0, notice: '', help: {cursor: 0, filter: ''}, search: {...state.search, [screen]: ''}};
		});
	}

	/** Closes the screen: the one that it was opened from is shown again. */
	leave(): void {
		const {screen: left} = this.state;
		this.update(state => {
			const screen = state.back.at(-1);
			return screen === undefined ? state : {...state, screen, shownJob: jobFor(screen, state), back: state.back.slice(0, -1), scroll: 0, notice: ''};
		});
		if (left === 'browse' && this.state.screen !== 'browse') {
			this.browsing.close();
		}
	}

	/** Esc: closes a dialog, else clears a filter, else closes the screen; at the top it does nothing. */
	goBack(): void {
		const {dialog, screen, compare, check, help, browse, search} = this.state;
		if (dialog !== undefined) {
			this.showDialog(undefined);
		} else if ((search[screen] ?? '') !== '') {
			this.update(state => ({...state, search: {...state.search, [screen]: ''}, notice: ''}));
		} else if (screen === 'compare' && compare.filter !== '') {
			this.update(state => ({...state, compare: {...state.compare, filter: '', cursor: 0}}));
		} else if (screen === 'log' && this.state.watch.logFilter !== '') {
			this.update(state => ({...state, watch: {...state.watch, logFilter: '', logCursor: Number.POSITIVE_INFINITY}}));
		} else if (screen === 'check' && check.zoom !== undefined) {
			zoomOut(this);
		} else if (screen === 'help' && help.filter !== '') {
			this.update(state => ({...state, help: {cursor: 0, filter: ''}}));
		} else if (screen === 'browse' && closeLayer(browse) !== undefined) {
			this.update(state => ({...state, browse: closeLayer(state.browse) ?? state.browse, notice: ''}));
		} else {
			this.leave();
		}
	}

	/** What was said before a dialog opened is over. */
	showDialog(dialog: Dialog | undefined): void {
		this.update(state => ({...state, dialog, notice: state.dialog === undefined ? '' : state.notice}));
	}

	/** Ctrl-C: stops what runs safely, or asks to quit; again within two seconds it ends the program. */
	interrupt(): void {
		const isAgain = this.now() - this.#lastInterruptMs < secondInterruptMs;
		this.#lastInterruptMs = this.now();
		if (isAgain) {
			this.#end('Stopped at once; everything on disk is consistent.');
			return;
		}

		const {jobs, screen, shownJob} = this.state;
		const running = jobs.filter(job => isRunning(job));
		const current = screen === 'jobs' ? currentJob(this.state) : undefined;
		if (current?.status === 'running') {
			askToStop(this, current);
			return;
		}

		// Where one job is shown, it is the one that is meant.
		const meantId = screen === 'jobs' ? current?.id : screen === 'run' || screen === 'check' ? shownJob : undefined;
		const shown = running.find(({id}) => id === meantId);
		const meant = shown === undefined ? running : [shown];
		if (meant.length > 0) {
			this.jobs.stop(meant.map(({id}) => id));
			this.#offerAgain(`Stopping safely: ${meant.map(job => jobWords(job)).join(', ')}. ${keyOf(this.state, 'job.stop')} again ends the program at once.`);
		} else {
			this.#offerAgain(`${keyOf(this.state, 'job.stop')} again quits; ${keyOf(this.state, 'quit')} quits too.`);
		}
	}

	quit(): void {
		const question = (): Question | undefined => quitQuestion(this.state, () => {
			void this.#stopAndQuit();
		});
		if (!askWhileSo(this, {question, over: `Nothing runs any more. ${keyOf(this.state, 'quit')} quits.`})) {
			this.#end('');
		}
	}

	suspend(): void {
		this.#options.onSuspend();
	}

	repaint(): void {
		this.#options.onRepaint();
	}

	/** Says what Ctrl-C would do now, for as long as it would. */
	#offerAgain(words: string): void {
		this.notice(words);
		(this.#options.later ?? defaultLater)(secondInterruptMs, () => {
			if (this.now() - this.#lastInterruptMs >= secondInterruptMs) {
				this.update(state => state.notice === words ? {...state, notice: ''} : state);
			}
		});
	}

	#end(message: string): void {
		this.#options.onQuit([message, this.farewell].filter(text => text !== '').join('\n'));
	}

	async #stopAndQuit(): Promise<void> {
		this.notice('Stopping safely.');
		this.#end(await this.jobs.stopSafely());
	}
}

/** Whether to quit while jobs run; undefined while none does. */
function quitQuestion({jobs}: State, onConfirm: () => void): Question | undefined {
	const running = jobs.filter(job => isRunning(job));
	return running.length === 0 ? undefined : {
		title: running.length === 1 ? 'A job is running' : `${running.length} jobs are running`,
		lines: [
			...running.slice(0, maximumNamedJobs).map(job => `  ${jobWords(job)}`), ...(running.length > maximumNamedJobs ? [`  and ${running.length - maximumNamedJobs} more`] : []), '',
			running.every(({verb}) => verb === 'demo') ? 'Quitting ends it; nothing of it stays.' : 'Quitting stops safely: what is complete is kept, the next run sends only the rest.',
		],
		answers: {y: 'stop and quit', n: 'go on'},
		onConfirm,
	};
}

/** What the check screen goes back to is a check, also after a job that was started from it. */
function jobFor(screen: ScreenName, state: State): number | undefined {
	const shown = shownJobOf(state);
	if ((screen !== 'check' && screen !== 'affected') || shown?.verb === 'check') {
		return state.shownJob;
	}

	return state.jobs.findLast(({id, verb}) => verb === 'check' && (shown?.verb !== 'heal' || id === state.heal.checkJob))?.id ?? state.shownJob;
}
