// The jobs: started in threads, sampled while they run, paused and stopped, and what they answered.

import type {JobEvent} from '../engine/events.js';
import type {JobResults} from '../engine/jobs.js';
import type {PlakarError} from '../errors/plakar-error.js';
import {asPlakarError, toPlainError} from '../errors/revive.js';
import type {RecordId, RecordKind} from '../format/ids.js';
import type {Application} from './application.js';
import {emptyCheck} from './check-state.js';
import {showMessage} from './dialogs.js';
import {Copies} from './copies.js';
import {paintHealed, withHealed} from './heal/healed.js';
import {FindingBoard, followCursor} from './findings.js';
import type {JobHandle} from './jobs/job-runner.js';
import {boundedJobs, type TransferFacts} from './jobs/job-state.js';
import {transferOf} from './jobs/transfers.js';
import {forgetUnfinished, Rates, rememberUnfinished} from './jobs/remembering.js';
import {Sampler} from './sampler.js';
import {isRunning, type CheckKind, type Job, type ScreenName} from './state.js';

type JobVerb = Job['verb'];
/** How a job is started and shown, and what is done with its answer. */
type JobStart<V extends JobVerb> = {
	readonly verb: V;
	readonly screen: ScreenName;
	readonly title: string;
	readonly repositoryIndex: number;
	readonly sourceName: string;
	readonly targetName: string;
	readonly check?: CheckKind;
	start(onEvent: (event: JobEvent) => void): JobHandle<V>;
	readonly transfer?: TransferFacts | undefined;
	readonly limitBytesPerSecond?: number;
	/** Takes the answer of a job that came to its end, and how the job stood then. */
	finish(result: JobResults[V], last: Job): void;
};

export class JobBoard {
	/** What is learnt of media while jobs write to them. */
	readonly rates: Rates;
	readonly #application: Application;
	readonly #handles = new Map<number, JobHandle<JobVerb>>();
	readonly #sampler: Sampler;
	readonly #findings: FindingBoard;
	readonly #copies: Copies;
	#last = 0;

	constructor(application: Application, sampleEveryMs: number) {
		this.#application = application;
		this.#sampler = new Sampler(application.store, sampleEveryMs);
		this.rates = new Rates(application.memory);
		this.#copies = new Copies(application);
		this.#findings = new FindingBoard(application, job => {
			this.#copies.look(job);
		});
	}

	/** Starts a job and shows it. */
	start<V extends JobVerb>({verb, screen, title, repositoryIndex, sourceName, targetName, transfer, check, limitBytesPerSecond = 0, start, finish}: JobStart<V>): void {
		const application = this.#application;
		const id = ++this.#last;
		const job: Job = {
			id, verb, title, sourceName, targetName, status: 'running', phase: 'open', startedAtMs: application.now(), isPaused: false, findings: [], findingCursor: 0, mapVersion: 0, repositoryIndex, transfer, check, limitBytesPerSecond,
		};
		application.update(state => ({...state, jobs: boundedJobs([...state.jobs, job]), shownJob: id, ...(verb === 'check' ? {check: emptyCheck} : {})}));
		// A plan that is being carried out is nothing to go back to.
		application.open(screen, {replaces: application.state.screen === 'plan' || application.state.screen === 'heal'});
		const handle = start(event => {
			this.#take(id, event);
		});
		this.#handles.set(id, handle as unknown as JobHandle<JobVerb>);
		this.setLimit(id, limitBytesPerSecond);
		if ((verb === 'sync' || verb === 'clone') && transfer !== undefined) {
			rememberUnfinished(application.memory, verb, transfer, application.now());
		}

		this.#sampler.add(id, handle.counters);
		void application.work(async () => {
			try {
				const result = await handle.result;
				const last = application.state.jobs.find(known => known.id === id) ?? job;
				this.#over(id);
				this.#end(id, result);
				if (transfer !== undefined) {
					forgetUnfinished(application.memory, transfer);
				}

				finish(result, last);
			} catch (error) {
				const problem = asPlakarError(error);
				this.#over(id);
				this.change(id, {status: problem.code === 'CANCELLED' ? 'stopped' : 'failed', problem: toPlainError(problem), endedAtMs: application.now()});
				application.log(`${title} ${sourceName}: ${problem.message}`);
				if (problem.code === 'PLAN_STALE' && application.state.dialog === undefined && application.state.plan.legs.some(({plan}) => plan.id === transfer?.planId)) {
					this.#showStale(problem);
				}

				await application.repositories.describeAll();
			}
		});
	}

	/** Pauses a job or lets it go on. */
	togglePause(id: number): void {
		const job = this.#application.state.jobs.find(known => known.id === id);
		const handle = this.#handles.get(id);
		if (job === undefined || handle === undefined || job.status !== 'running') {
			return;
		}

		if (job.isPaused) {
			handle.counters.resume();
		} else {
			handle.counters.pause();
			this.rates.holdBack(id);
		}

		this.change(id, {isPaused: !job.isPaused});
	}

	/** Limits what a running job writes, from now on; 0 for no limit. One may have ended while it was asked for: that is said. */
	setLimit(id: number, bytesPerSecond: number): void {
		const handle = this.#handles.get(id);
		if (handle === undefined) {
			this.#application.notice('The job has ended meanwhile: there is nothing to limit.');
			return;
		}

		handle.counters.setLimit(bytesPerSecond);
		if (bytesPerSecond > 0) {
			this.rates.holdBack(id);
		}

		this.change(id, {limitBytesPerSecond: bytesPerSecond});
	}

	/** Reads the counters of all running jobs now, beside the regular samples. */
	sample(): void {
		this.#sampler.sample();
	}

	/** Asks jobs to stop safely. */
	stop(ids: readonly number[]): void {
		for (const {id, status} of this.#application.state.jobs) {
			if (ids.includes(id) && status === 'running') {
				this.#handles.get(id)!.cancel();
				this.change(id, {status: 'stopping', isPaused: false});
			}
		}
	}

	/** Stops every job safely and waits for them: before the program ends by a signal. */
	async stopSafely(): Promise<string> {
		const running = this.#application.state.jobs.filter(job => isRunning(job));
		const ids = running.map(({id}) => id);
		this.stop(ids);
		await Promise.allSettled(ids.map(async id => this.#handles.get(id)!.result));
		return running.every(({verb}) => verb === 'demo') ? '' : 'Stopped safely; what is complete is kept, and the next run sends only the rest.';
	}

	change(id: number, change: Partial<Job>): void {
		this.#application.update(state => ({...state, jobs: state.jobs.map(job => job.id === id ? {...job, ...change} : job)}));
	}

	#over(id: number): void {
		this.#sampler.remove(id);
		this.#handles.delete(id);
		this.change(id, {isPaused: false});
	}

	/** The world moved between the plan and its `y`: nothing was written, and the plan can be made anew. */
	#showStale({message, hint}: PlakarError): void {
		const application = this.#application;
		showMessage(application, 'The plan is out of date', [message, '', hint, 'What was ticked stays ticked where it is still there.'], {
			key: 'r', title: 'plan again',
			run() {
				void application.planning.again();
			},
		});
	}

	#end(id: number, result: JobResults[JobVerb]): void {
		if ('findings' in result) {
			const wasStopped = this.#application.state.jobs.some(job => job.id === id && job.status === 'stopping');
			this.#findings.forget(id);
			// That it is stopping is no news any more.
			this.#application.update(state => ({...state, notice: state.shownJob === id ? '' : state.notice, jobs: state.jobs.map(job => job.id === id
				? {...job, status: wasStopped ? 'stopped' : 'done', checkReport: result, findings: result.findings, endedAtMs: this.#application.now(), findingCursor: followCursor(job.findings, result.findings, job.findingCursor)}
				: job)}));
			this.#copies.look(id);
		} else if ('damagedChunk' in result) {
			this.change(id, {status: 'done', endedAtMs: this.#application.now()});
		} else if ('unproven' in result) {
			const isStopped = this.#application.state.jobs.some(job => job.id === id && job.status === 'stopping');
			this.change(id, {status: isStopped ? 'stopped' : result.unproven.length > 0 ? 'failed' : 'done', healReport: result, endedAtMs: this.#application.now()});
		} else if ('created' in result) {
			this.change(id, {status: 'done', restoreReport: result, endedAtMs: this.#application.now()});
		} else {
			const problem = 'transfers' in result ? result.transfers.find(({error}) => error !== undefined)?.error : undefined;
			this.change(id, {status: problem === undefined ? 'done' : 'failed', report: 'transfers' in result ? transferOf(result) : result, problem, endedAtMs: this.#application.now()});
		}
	}

	#take(id: number, event: JobEvent): void {
		const application = this.#application;
		if (event.type === 'phase') {
			this.change(id, {phase: event.phase});
		} else if (event.type === 'map') {
			this.change(id, {map: {
				count: event.count, states: new Uint8Array(event.states), ids: new Uint8Array(event.ids), sizes: new Uint32Array(event.sizes), days: new Uint16Array(event.days),
			}});
		} else if (event.type === 'finding') {
			this.#findings.take(id, event.finding);
		} else if (event.type === 'healed') {
			this.#takeHealed(id, event.kind, event.ids);
		} else if (event.type === 'snapshot') {
			application.log(`snapshot ${event.snapshot.slice(0, 8)} complete (${event.done} of ${event.of})`);
		} else if (event.type === 'trouble') {
			application.log(event.error.message);
		} else if (event.type === 'notice') {
			application.log(event.text);
		}
	}

	/** Findings of every check of that repository stay, as healed; its chunks turn sound on the map. */
	#takeHealed(id: number, kind: RecordKind, ids: readonly RecordId[]): void {
		const application = this.#application;
		const index = application.state.jobs.find(job => job.id === id)?.repositoryIndex;
		const checks = application.state.jobs.filter(job => job.verb === 'check' && job.repositoryIndex === index);
		for (const {map} of checks) {
			if (map !== undefined && kind === 'chunk') {
				paintHealed(map, ids, application.now());
			}
		}

		application.update(state => ({...state, jobs: state.jobs.map(job => checks.some(check => check.id === job.id) ? withHealed(job, kind, ids) : job)}));
	}
}
