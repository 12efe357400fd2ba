// What starts each kind of job: whom it reads and writes, what it is called, and what becomes of its answer.

import {resolve} from 'node:path';
import type {DemonstrationReport, JobResults, RepositoryAccess} from '../../engine/jobs.js';
import {verifiedDays} from '../../engine/ledger/verified.js';
import {pricePlan} from '../../engine/plan.js';
import type {HealPlan} from '../../engine/heal/heal-plan.js';
import type {MeshPlan} from '../../engine/several/mesh-plan.js';
import {displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import type {RestoreState} from '../browse/restore-state.js';
import {checkConclusion} from '../check-text.js';
import {countOf, formatBytes} from '../figures.js';
import type {HealState} from '../heal/heal-state.js';
import {healedWords, healTotal} from '../heal/heal-text.js';
import {restoredWords} from '../view/restore-view.js';
import type {TransferFacts} from './job-state.js';
import {receiptWords, transferOf} from './transfers.js';
import type {Leg} from '../plan/plan-state.js';
import {reachedBy} from '../matrix-text.js';
import {accessOf, nameOf} from '../repositories.js';
import {repositoryOf, sourceOf, type CheckKind, type Repository} from '../state.js';

/** One direction of a plan to be carried out. */
type SyncLeg = Leg & {readonly source: Repository; readonly target: Repository; readonly targetIndex: number};

export class JobStarts {
	readonly #application: Application;

	constructor(application: Application) {
		this.#application = application;
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
		this.#application.jobs.start({
			verb: 'sync', screen: 'run', title: 'Syncing', repositoryIndex: targetIndex, sourceName: source.name, targetName: target.name, transfer: facts, limitBytesPerSecond,
			start: onEvent => runner.start({verb: 'sync', source: accessOf(source), target: accessOf(target), plan, ticked: snapshots}, onEvent),
			finish: (report, {id, status, limitBytesPerSecond: limit = 0}) => {
				this.#application.jobs.rates.remember(id, facts, report);
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
		this.#application.jobs.start({
			verb: 'clone', screen: 'run', title: 'Cloning', repositoryIndex: state.source, sourceName: source.name, targetName: nameOf(place), transfer: facts,
			start: onEvent => runner.start({verb: 'clone', source: accessOf(source), target: place}, onEvent),
			finish: (report, {id}) => {
				this.#application.jobs.rates.remember(id, facts, report);
				this.#application.repositories.add({location: report.targetLocation, passphrase: source.passphrase});
				this.#finishTransfer(report);
			},
		});
	}

	/** Builds the demonstration in `folder`; `onBuilt` is told where its two repositories are. */
	demonstrate(folder: string, onBuilt: (report: DemonstrationReport) => void): void {
		const {state, runner} = this.#application;
		this.#application.log(`demonstration in ${folder}`);
		this.#application.jobs.start({
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
		this.#application.jobs.start({
			verb: 'restore', screen: 'run', title: 'Restoring', repositoryIndex, sourceName: repository.name, targetName: displayText(folder),
			start: onEvent => runner.start({verb: 'restore', repository: accessOf(repository), targets, folder, overwrite, dryRun: false}, onEvent),
			finish: report => {
				this.#application.log(restoredWords(this.#application.state, report));
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
		this.#application.jobs.start({
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
		this.#application.jobs.start({
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

		this.#application.jobs.start({
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

	#finishTransfer(report: JobResults['sync'], isMesh = false): void {
		const application = this.#application;
		application.log(`${countOf(report.snapshots.length, 'snapshot')} sent, ${formatBytes(report.bytesWritten)}; ${receiptWords(report, isMesh)}`);
		application.update(state => ({...state, compare: {...state.compare, marks: new Set()}}));
		void application.repositories.describeAll();
	}
}
