// The application without a terminal: what can be done, and the jobs behind it. Panes show its state; keys call it.

import {writeFile} from 'node:fs/promises';
import type {JobEvent} from '../engine/events.js';
import type {JobResults, RepositoryAccess} from '../engine/jobs.js';
import {encodePlan} from '../engine/plan-file.js';
import {isBlocked, pricePlan, sendableRows} from '../engine/plan.js';
import {asPlakarError, toPlainError} from '../errors/revive.js';
import {isSnapshotId, snapshotId, type SnapshotId} from '../format/ids.js';
import {displayText} from '../format/paths.js';
import {checkConclusion} from './check-text.js';
import {countOf, formatBytes} from './figures.js';
import type {JobHandle, JobRunner} from './jobs/job-runner.js';
import {Sampler} from './sampler.js';
import {emptyPlan, initialState, isRunning, shownJobOf, sourceOf, targetOf, type Dialog, type Job, type Repository, type ScreenName, type State} from './state.js';
import {Store, type Change} from './store.js';
import {shownPairs} from './pairs.js';

/** What appears takes no answer this soon: the key was meant for what stood there before. */
export const dialogGuardMs = 300;

/** Lines kept for the log screen. */
const maximumLogLines = 1000;

export type ApplicationOptions = {
	readonly repositories: readonly RepositoryAccess[];
	readonly readOnly: boolean;
	readonly jobs: JobRunner;
	readonly samplesPerSecond: number;
	/** Ends the program; the message is printed on the main screen. */
	readonly onQuit: (message: string) => void;
	readonly onSuspend: () => void;
	readonly onRepaint: () => void;
	readonly now?: () => number;
};

const nameOf = (location: string): string => displayText(location.replace(/\/+$/, '').split('/').at(-1) ?? location);

type AnyHandle = JobHandle<'sync'> | JobHandle<'clone'> | JobHandle<'check'>;

export class Application {
	readonly store: Store;
	readonly now: () => number;
	readonly #options: ApplicationOptions;
	readonly #handles = new Map<number, AnyHandle>();
	readonly #sampler: Sampler;
	#lastJob = 0;
	#lastInterruptMs = Number.NEGATIVE_INFINITY;
	/** Work that a test waits for: 0 means that the screen shows all there is to show. */
	#busy = 0;

	constructor(options: ApplicationOptions) {
		this.#options = options;
		this.now = options.now ?? Date.now;
		const repositories = options.repositories.map(({location, passphrase}): Repository => ({location, name: nameOf(location), passphrase, status: 'loading'}));
		this.store = new Store(initialState(repositories, options.readOnly));
		this.#sampler = new Sampler(this.store, 1000 / options.samplesPerSecond);
	}

	get state(): State {
		return this.store.get();
	}

	get isIdle(): boolean {
		return this.#busy === 0;
	}

	start(): void {
		for (const index of this.state.repositories.keys()) {
			void this.describe(index);
		}
	}

	update(change: Change): void {
		this.store.update(change);
	}

	log(text: string): void {
		const time = new Date(this.now()).toISOString().slice(11, 19);
		this.update(state => ({...state, log: [...state.log.slice(-maximumLogLines + 1), `${time}  ${displayText(text)}`]}));
	}

	notice(text: string): void {
		this.update(state => ({...state, notice: text}));
	}

	/** Reads what a repository holds; errors are shown in its place. */
	async describe(index: number): Promise<void> {
		const {location, passphrase} = this.state.repositories[index]!;
		this.#changeRepository(index, {status: 'loading'});
		await this.#work(async () => {
			try {
				const summary = await this.#options.jobs.start({verb: 'describe', repository: {location, passphrase}}, () => undefined).result;
				this.#changeRepository(index, {status: 'ready', summary, problem: undefined});
			} catch (error) {
				const problem = toPlainError(error);
				this.#changeRepository(index, {status: 'failed', problem, ...(problem.code === 'PASSPHRASE_WRONG' ? {passphrase: undefined} : {})});
				this.log(`${nameOf(location)}: ${problem.message}`);
			}
		});
	}

	setPassphrase(index: number, passphrase: string): void {
		this.#changeRepository(index, {passphrase: passphrase === '' ? undefined : passphrase});
		void this.describe(index);
	}

	open(screen: ScreenName): void {
		this.update(state => state.screen === screen ? state : {...state, screen, back: [...state.back, state.screen], scroll: 0, notice: ''});
	}

	/** Esc: closes a dialog, else goes back one screen; at the top it does nothing. */
	goBack(): void {
		this.update(state => {
			if (state.dialog !== undefined) {
				return {...state, dialog: undefined};
			}

			if (state.screen === 'compare' && state.compare.filter !== '') {
				return {...state, compare: {...state.compare, filter: '', cursor: 0}};
			}

			const screen = state.back.at(-1);
			return screen === undefined ? state : {...state, screen, back: state.back.slice(0, -1), scroll: 0, notice: ''};
		});
	}

	showDialog(dialog: Dialog | undefined): void {
		this.update(state => ({...state, dialog}));
	}

	/** Makes the plan for `snapshots`, all that are missing when undefined, and opens its screen. */
	async makePlan(snapshots: readonly SnapshotId[] | undefined): Promise<void> {
		const [source, target] = [sourceOf(this.state), targetOf(this.state)];
		if (source === undefined || target === undefined) {
			return;
		}

		this.update(state => ({...state, plan: emptyPlan}));
		this.open('plan');
		await this.#work(async () => {
			try {
				const plan = await this.#options.jobs.start({verb: 'plan', source: accessOf(source), target: accessOf(target), snapshots}, () => undefined).result;
				this.update(state => ({...state, plan: {status: 'ready', plan, ticked: new Set(sendableRows(plan)), cursor: 0, readyAtMs: this.now()}}));
			} catch (error) {
				this.update(state => ({...state, plan: {...emptyPlan, status: 'failed', problem: toPlainError(error)}}));
			}
		});
	}

	/** Why the plan on the screen cannot be started; undefined when it can. */
	whyNotStart(): string | undefined {
		const {plan, readOnly} = this.state;
		if (readOnly) {
			return 'the program was started with --read-only';
		}

		if (plan.plan === undefined) {
			return plan.status === 'computing' ? 'the plan is still being computed' : 'there is no plan';
		}

		if (isBlocked(plan.plan)) {
			return `blocked: ${plan.plan.checks.find(({level}) => level === 'block')!.text}`;
		}

		return plan.ticked.size === 0 ? 'nothing is ticked' : undefined;
	}

	/** Whether the plan has stood on the screen long enough to have been meant. */
	get isPlanSettled(): boolean {
		return this.now() - this.state.plan.readyAtMs >= dialogGuardMs;
	}

	/** Carries out exactly what the plan screen shows. */
	startSync(): void {
		const {plan: {plan, ticked}} = this.state;
		const [source, target] = [sourceOf(this.state), targetOf(this.state)];
		if (plan === undefined || source === undefined || target === undefined || this.whyNotStart() !== undefined) {
			return;
		}

		const snapshots = [...ticked].sort((a, b) => a - b).map(row => plan.rows[row]!.snapshot);
		const {total} = pricePlan(plan, ticked);
		this.log(`sync ${source.name} to ${target.name}: plan ${plan.id}, ${countOf(total.snapshots, 'snapshot')}, ${formatBytes(total.bytes)}`);
		this.#startJob('sync', 'run', `Syncing`, this.state.target!, {sourceName: source.name, targetName: target.name}, onEvent =>
			this.#options.jobs.start({verb: 'sync', source: accessOf(source), target: accessOf(target), plan, ticked: snapshots}, onEvent));
	}

	startClone(place: string): void {
		const source = sourceOf(this.state);
		if (source === undefined || place.trim() === '' || this.state.readOnly) {
			return;
		}

		this.log(`clone ${source.name} to ${place}`);
		this.#startJob('clone', 'run', 'Cloning', this.state.source, {sourceName: source.name, targetName: nameOf(place)}, onEvent =>
			this.#options.jobs.start({verb: 'clone', source: accessOf(source), target: place}, onEvent), place);
	}

	/** Checks one repository with the map filling in. */
	startCheck(index: number, level: 'fast' | 'full' = 'full', samplePercent?: number): void {
		const repository = this.state.repositories[index]!;
		this.#startJob('check', 'check', 'Integrity check', index, {sourceName: repository.name, targetName: ''}, onEvent =>
			this.#options.jobs.start({verb: 'check', repository: accessOf(repository), level, samplePercent}, onEvent));
	}

	togglePause(): void {
		const job = shownJobOf(this.state);
		const handle = job === undefined ? undefined : this.#handles.get(job.id);
		if (job === undefined || handle === undefined || !isRunning(job)) {
			return;
		}

		if (job.isPaused) {
			handle.counters.resume();
		} else {
			handle.counters.pause();
		}

		this.#changeJob(job.id, {isPaused: !job.isPaused});
	}

	/** Ctrl-C: stops the shown job safely, or asks to quit; again within two seconds it ends the program. */
	interrupt(): void {
		const isAgain = this.now() - this.#lastInterruptMs < 2000;
		this.#lastInterruptMs = this.now();
		if (isAgain) {
			this.#options.onQuit('Stopped at once; everything on disk is consistent.');
			return;
		}

		if (this.state.jobs.some(job => isRunning(job))) {
			this.stopJobs();
			this.notice('Stopping safely; Ctrl-C again stops at once.');
		} else {
			this.notice('Ctrl-C again quits; q quits too.');
		}
	}

	stopJobs(): void {
		for (const job of this.state.jobs) {
			if (job.status === 'running') {
				this.#handles.get(job.id)!.cancel();
				this.#changeJob(job.id, {status: 'stopping', isPaused: false});
			}
		}
	}

	/** Stops every job safely and waits for them: before the program ends by a signal. */
	async stopSafely(): Promise<string> {
		const running = this.state.jobs.filter(job => isRunning(job));
		this.stopJobs();
		await Promise.allSettled(running.map(async ({id}) => this.#handles.get(id)!.result));
		return running.length === 0 ? '' : 'Stopped safely; what is complete is kept, and the next run sends only the rest.';
	}

	quit(): void {
		if (this.state.jobs.some(job => isRunning(job))) {
			this.showDialog({
				kind: 'confirm', id: 'quit', title: 'A job is running', value: '', openedAtMs: this.now(),
				lines: ['Quitting stops it safely: what is complete is kept, the next run sends the rest.', '', 'y  stop and quit      n  go on (default)'],
			});
		} else {
			this.#options.onQuit('');
		}
	}

	async stopAndQuit(): Promise<void> {
		this.notice('Stopping safely…');
		this.#options.onQuit(await this.stopSafely());
	}

	suspend(): void {
		this.#options.onSuspend();
	}

	repaint(): void {
		this.#options.onRepaint();
	}

	async exportPlan(file: string): Promise<void> {
		const {plan} = this.state.plan;
		if (plan !== undefined) {
			await this.#work(async () => {
				try {
					await writeFile(file, encodePlan(plan), {mode: 0o600, flag: 'wx'});
					this.notice(`Plan ${plan.id} is in ${displayText(file)}. Apply it later with: plakar-tui sync --plan ${displayText(file)}`);
				} catch (error) {
					this.notice(`The plan was not written: ${displayText((error as Error).message)}`);
				}
			});
		}
	}

	/** The snapshots that a sync of the marked rows would send: the marked ones, else the one under the cursor. */
	chosenSnapshots(): SnapshotId[] {
		const {compare} = this.state;
		const pairs = shownPairs(this.state);
		const marked = pairs.filter(({snapshot, mark}) => compare.marks.has(snapshot) && mark === '->');
		const current = pairs[compare.cursor];
		const chosen = marked.length > 0 ? marked : current?.mark === '->' ? [current] : [];
		return chosen.flatMap(({snapshot}) => isSnapshotId(snapshot) ? [snapshotId(snapshot)] : []);
	}

	#changeRepository(index: number, change: Partial<Repository>): void {
		this.update(state => ({...state, repositories: state.repositories.map((repository, at) => at === index ? {...repository, ...change} : repository)}));
	}

	#changeJob(id: number, change: Partial<Job>): void {
		this.update(state => ({...state, jobs: state.jobs.map(job => job.id === id ? {...job, ...change} : job)}));
	}

	#startJob<V extends Job['verb']>(verb: V, screen: ScreenName, title: string, repositoryIndex: number, names: {sourceName: string; targetName: string}, start: (onEvent: (event: JobEvent) => void) => JobHandle<V>, place?: string): void {
		const id = ++this.#lastJob;
		const job: Job = {
			id, verb, title, ...names, status: 'running', phase: 'open', startedAtMs: this.now(), isPaused: false, findings: [], findingCursor: 0, mapVersion: 0, repositoryIndex,
		};
		this.update(state => ({...state, jobs: [...state.jobs, job], shownJob: id}));
		this.open(screen);
		const handle = start(event => {
			this.#takeEvent(id, event);
		});
		this.#handles.set(id, handle as unknown as AnyHandle);
		this.#sampler.add(id, handle.counters);
		void this.#work(async () => {
			try {
				this.#finishJob(id, verb, await handle.result as JobResults[Job['verb']], place);
			} catch (error) {
				const problem = asPlakarError(error);
				this.#sampler.remove(id);
				this.#changeJob(id, {status: problem.code === 'CANCELLED' ? 'stopped' : 'failed', problem: toPlainError(problem)});
				this.log(`${title}: ${problem.message}`);
				await this.#describeAll();
			}
		});
	}

	#finishJob(id: number, verb: Job['verb'], result: JobResults[Job['verb']], place: string | undefined): void {
		this.#sampler.remove(id);
		const job = this.state.jobs.find(candidate => candidate.id === id)!;
		if (verb === 'check') {
			const checkReport = result as JobResults['check'];
			const words = checkConclusion(checkReport);
			this.#changeJob(id, {status: job.status === 'stopping' ? 'stopped' : 'done', checkReport, findings: checkReport.findings});
			this.#changeRepository(job.repositoryIndex, {checked: checkReport.findings.length === 0 ? (checkReport.complete ? 'sound' : 'partly read') : countOf(checkReport.findings.length, 'finding')});
			this.log(words.at(-1)!);
			return;
		}

		const report = result as JobResults['sync'];
		this.#changeJob(id, {status: 'done', report});
		this.log(`${countOf(report.snapshots.length, 'snapshot')} sent, ${formatBytes(report.bytesWritten)}${report.receipt ? '; compared again: both sides hold the same' : '; compared again: they differ'}`);
		if (place !== undefined && !this.state.repositories.some(({location}) => location === report.targetLocation)) {
			this.update(state => ({
				...state,
				repositories: [...state.repositories, {location: report.targetLocation, name: nameOf(report.targetLocation), passphrase: sourceOf(state)?.passphrase, status: 'loading'}],
				target: state.target ?? state.repositories.length,
			}));
		}

		this.update(state => ({...state, compare: {...state.compare, marks: new Set()}}));
		void this.#describeAll();
	}

	async #describeAll(): Promise<void> {
		await Promise.all([...this.state.repositories.keys()].map(async index => this.describe(index)));
	}

	#takeEvent(id: number, event: JobEvent): void {
		if (event.type === 'phase') {
			this.#changeJob(id, {phase: event.phase});
		} else if (event.type === 'map') {
			this.#changeJob(id, {map: {states: new Uint8Array(event.states), count: event.count}});
		} else if (event.type === 'finding') {
			const {finding} = event;
			this.update(state => ({...state, jobs: state.jobs.map(job => {
				const others = job.findings.filter(known => known.id !== finding.id || known.kind !== finding.kind);
				return job.id === id ? {...job, findings: [...others, finding]} : job;
			})}));
		} else if (event.type === 'snapshot') {
			this.log(`snapshot ${event.snapshot.slice(0, 8)} complete (${event.done} of ${event.of})`);
		} else if (event.type === 'notice') {
			this.log(event.text);
		}
	}

	async #work(work: () => Promise<void>): Promise<void> {
		this.#busy++;
		try {
			await work();
		} finally {
			this.#busy--;
		}
	}
}

const accessOf = ({location, passphrase}: Repository): RepositoryAccess => ({location, passphrase});
