// The jobs: started in threads, sampled while they run, paused and stopped, and what they answered.

import {resolve} from 'node:path';
import type {JobEvent} from '../engine/events.js';
import type {DemonstrationReport, JobResults, RepositoryAccess} from '../engine/jobs.js';
import {verifiedDays} from '../engine/ledger/verified.js';
import {pricePlan} from '../engine/plan.js';
import type {HealPlan} from '../engine/heal/heal-plan.js';
import type {MeshPlan} from '../engine/several/mesh-plan.js';
import type {PlakarError} from '../errors/plakar-error.js';
import {asPlakarError, toPlainError} from '../errors/revive.js';
import type {RecordId, RecordKind} from '../format/ids.js';
import {displayText} from '../format/paths.js';
import type {Application} from './application.js';
import type {RestoreState} from './browse/restore-state.js';
import {emptyCheck} from './check-state.js';
import {checkConclusion} from './check-text.js';
import {showMessage} from './dialogs.js';
import {Copies} from './copies.js';
import {countOf, formatBytes} from './figures.js';
import type {HealState} from './heal/heal-state.js';
import {healedWords, healTotal} from './heal/heal-text.js';
import {paintHealed, withHealed} from './heal/healed.js';
import {FindingBoard, followCursor} from './findings.js';
import {restoredWords} from './view/restore-view.js';
import type {JobHandle} from './jobs/job-runner.js';
import {boundedJobs, type TransferFacts} from './jobs/job-state.js';
import {receiptWords, transferOf} from './jobs/transfers.js';
import {forgetUnfinished, Rates, rememberUnfinished} from './jobs/remembering.js';
import type {Leg} from './plan/plan-state.js';
import {reachedBy} from './matrix-text.js';
import {accessOf, nameOf} from './repositories.js';
import {Sampler} from './sampler.js';
import {isRunning, repositoryOf, sourceOf, type CheckKind, type Job, type Repository, type ScreenName} from './state.js';

type JobVerb = Job['verb'];
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

/** One direction of a plan to be carried out. */
export type SyncLeg = Leg & {readonly source: Repository; readonly target: Repository; readonly targetIndex: number};

export class JobBoard {
	readonly #application: Application;
	readonly #handles = new Map<number, JobHandle<JobVerb>>();
	readonly #sampler: Sampler;
	readonly #findings: FindingBoard;
	readonly #copies: Copies;
	readonly #rates: Rates;
	#last = 0;

	constructor(application: Application, sampleEveryMs: number) {
		this.#application = application;
		this.#sampler = new Sampler(application.store, sampleEveryMs);
		this.#copies = new Copies(application);
		this.#rates = new Rates(application.memory);
		this.#findings = new FindingBoard(application, job => {
			this.#copies.look(job);
		});
	}

	/** Sends what is ticked of each leg, one leg after the other; a limit that is changed meanwhile holds for those that follow. */
	sync([leg, ...others]: readonly SyncLeg[], limitBytesPerSecond: number): void {
		if (leg === undefined) {
			return;
		}

		const {plan, ticked, source, target, targetIndex} = leg;
		const snapshots = [...ticked].sort((a, b) => a - b).map(row => plan.rows[row]!.snapshot);
		const {total, alreadyThere} = pricePlan(plan, ticked);
		const {runner} = this.#application;
		const facts: TransferFacts = {
			planId: plan.id, sourceLocation: plan.source.location, targetLocation: plan.target.location, snapshots, sparedBytes: alreadyThere.bytes,
			conflicts: plan.rows.filter(({state}) => state === 'conflict').length,
			next: others.map(next => `${next.source.name} -> ${next.target.name}, ${countOf(next.ticked.size, 'snapshot')}`).join('; '),
		};
		this.#application.log(`sync ${source.name} to ${target.name}: plan ${plan.id}, ${countOf(total.snapshots, 'snapshot')}, ${formatBytes(total.bytes)}`);
		this.#start({
			verb: 'sync', screen: 'run', title: 'Syncing', repositoryIndex: targetIndex, sourceName: source.name, targetName: target.name, transfer: facts, limitBytesPerSecond,
			start: onEvent => runner.start({verb: 'sync', source: accessOf(source), target: accessOf(target), plan, ticked: snapshots}, onEvent),
			finish: (report, {id, status, limitBytesPerSecond: limit = 0}) => {
				this.#rates.remember(id, facts, report);
				this.#finishTransfer(report);
				// Asked to stop at its very end, it came to it all the same; what follows must not begin.
				if (status === 'running') {
					this.sync(others, limit);
				}
			},
		});
	}

	/** Clones the source to `place`. */
	clone(place: string): void {
		const {state, runner} = this.#application;
		const source = sourceOf(state);
		if (source === undefined || place.trim() === '' || state.readOnly) {
			return;
		}

		// Read again by a later start, perhaps in another folder.
		const targetLocation = /^[a-z][a-z\d+]*:/i.test(place) ? place : resolve(place);
		const facts: TransferFacts = {sourceLocation: source.summary?.location ?? source.location, targetLocation, snapshots: [], sparedBytes: 0, conflicts: 0, next: ''};
		this.#application.log(`clone ${source.name} to ${place}`);
		this.#start({
			verb: 'clone', screen: 'run', title: 'Cloning', repositoryIndex: state.source, sourceName: source.name, targetName: nameOf(place), transfer: facts,
			start: onEvent => runner.start({verb: 'clone', source: accessOf(source), target: place}, onEvent),
			finish: (report, {id}) => {
				this.#rates.remember(id, facts, report);
				this.#application.repositories.add({location: report.targetLocation, passphrase: source.passphrase});
				this.#finishTransfer(report);
			},
		});
	}

	/** Builds the demonstration in `folder`; `onBuilt` is told where its two repositories are. */
	demonstrate(folder: string, onBuilt: (report: DemonstrationReport) => void): void {
		const {state, runner} = this.#application;
		this.#application.log(`demonstration in ${folder}`);
		this.#start({
			verb: 'demo', screen: 'run', title: 'Building', repositoryIndex: state.source, sourceName: 'files of this host', targetName: 'a demonstration',
			start: onEvent => runner.start({verb: 'demo', folder}, onEvent),
			finish: onBuilt,
		});
	}

	/** Restores what the restore screen shows. */
	restore({repositoryIndex, targets, folder, overwrite}: RestoreState): void {
		const {state, runner} = this.#application;
		const repository = repositoryOf(state, repositoryIndex);
		if (repository === undefined || state.readOnly) {
			return;
		}

		this.#application.log(`restore ${countOf(targets.length, 'path')} of ${repository.name} below ${folder}${overwrite ? ', replacing what is in the way' : ''}`);
		this.#start({
			verb: 'restore', screen: 'run', title: 'Restoring', repositoryIndex, sourceName: repository.name, targetName: displayText(folder),
			start: onEvent => runner.start({verb: 'restore', repository: accessOf(repository), targets, folder, overwrite, dryRun: false}, onEvent),
			finish: report => {
				this.#application.log(restoredWords(report));
			},
		});
	}

	/** Carries out a heal plan; what is proven then is told to the checks of the healed repository. */
	heal({source, target}: Pick<HealState, 'source' | 'target'>, plan: HealPlan): void {
		const {state, runner} = this.#application;
		const [giver, healed] = [repositoryOf(state, source), repositoryOf(state, target)];
		if (giver === undefined || healed === undefined || state.readOnly) {
			return;
		}

		this.#application.log(`heal ${healed.name} from ${giver.name}: plan ${plan.id}, ${healTotal(plan)}`);
		this.#start({
			verb: 'heal', screen: 'run', title: 'Healing from', repositoryIndex: target, sourceName: giver.name, targetName: healed.name,
			start: onEvent => runner.start({verb: 'heal', source: accessOf(giver), target: accessOf(healed), plan}, onEvent),
			finish: report => {
				this.#application.log(healedWords(report));
				// What the ledger says of it has changed.
				void this.#application.repositories.describe(target);
			},
		});
	}

	/** Makes the repositories of a matrix equal: `plan` is its mesh, `repositories` are its columns. */
	mesh(repositories: readonly RepositoryAccess[], plan: MeshPlan): void {
		const {state, runner} = this.#application;
		const sourceName = countOf(reachedBy(plan), 'repository', 'repositories');
		this.#application.log(`sync among ${sourceName}: ${countOf(plan.transfers.length, 'transfer')}, ${formatBytes(plan.bytes)}`);
		this.#start({
			verb: 'mesh', screen: 'run', title: 'Syncing', repositoryIndex: state.source, sourceName, targetName: 'each other',
			start: onEvent => runner.start({verb: 'mesh', repositories, plan}, onEvent),
			finish: report => {
				for (const {location, error} of report.transfers) {
					if (error !== undefined) {
						this.#application.log(`${nameOf(location)}: ${error.message}`);
					}
				}

				this.#finishTransfer(transferOf(report), true);
			},
		});
	}

	/** Checks one repository with the map filling in. */
	check(index: number, kind: CheckKind = {level: 'full', resumes: false}): void {
		const {state: {repositories}, runner} = this.#application;
		const repository = repositories[index];
		if (repository === undefined) {
			return;
		}

		this.#start({
			verb: 'check', screen: 'check', title: 'Integrity check', repositoryIndex: index, sourceName: repository.name, targetName: '',
			check: kind,
			start: onEvent => runner.start({verb: 'check', repository: accessOf(repository), level: kind.level, samplePercent: kind.samplePercent, resume: kind.resumes ? {withinDays: verifiedDays} : undefined}, onEvent),
			finish: report => {
				const {findingCount, complete} = report;
				this.#application.repositories.change(index, {checked: findingCount === 0 ? (complete ? 'sound' : 'partly read') : countOf(findingCount, 'finding')});
				this.#application.log(checkConclusion(report).at(-1)!);
				// What the ledger says of it has changed.
				void this.#application.repositories.describe(index);
			},
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
			this.#rates.holdBack(id);
		}

		this.change(id, {isPaused: !job.isPaused});
	}

	/** Limits what a running job writes, from now on; 0 for no limit. */
	setLimit(id: number, bytesPerSecond: number): void {
		this.#handles.get(id)?.counters.setLimit(bytesPerSecond);
		if (bytesPerSecond > 0) {
			this.#rates.holdBack(id);
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

	#start<V extends JobVerb>({verb, screen, title, repositoryIndex, sourceName, targetName, transfer, check, limitBytesPerSecond = 0, start, finish}: JobStart<V>): void {
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

	#finishTransfer(report: JobResults['sync'], isMesh = false): void {
		const application = this.#application;
		application.log(`${countOf(report.snapshots.length, 'snapshot')} sent, ${formatBytes(report.bytesWritten)}; ${receiptWords(report, isMesh)}`);
		application.update(state => ({...state, compare: {...state.compare, marks: new Set()}}));
		void application.repositories.describeAll();
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
