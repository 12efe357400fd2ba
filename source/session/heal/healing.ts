// A heal as a plan: what is damaged, whether another repository holds it sound, and why not, is told before anything is written.

import {defectOf, healableRows} from '../../engine/heal/heal-plan.js';
import type {Finding} from '../../engine/finding.js';
import {kinshipOf} from '../../engine/identity.js';
import {toPlainError} from '../../errors/revive.js';
import type {Application} from '../application.js';
import {isTwin, recordOf, relatives} from '../copies.js';
import {askToChoose, isMeant} from '../dialogs.js';
import type {JobHandle} from '../jobs/job-runner.js';
import {memo} from '../memo.js';
import {accessOf} from '../repositories.js';
import {repositoryOf, shownJobOf, type Job, type State} from '../state.js';
import {emptyHeal, type HealState} from './heal-state.js';
import {leftOf} from './healed.js';

/** Findings that are about something which heal may mend. */
const mayBeMended = ({kind}: Finding): boolean => !kind.startsWith('orphan') && kind !== 'medium' && kind !== 'unlisted-record';

/** Asked for every frame, by footer and keys. */
const mendable = memo((left: readonly Finding[]): readonly Finding[] => left.filter(finding => mayBeMended(finding)));

/** Positions of the other repositories whose records mean the same, those that are known to hold most copies first. */
export function healers({repositories}: State, {repositoryIndex, copies}: Job): number[] {
	const own = repositories[repositoryIndex]?.summary;
	const counts = new Map<string, number>();
	for (const {location} of [...copies?.values() ?? []].flat()) {
		counts.set(location, (counts.get(location) ?? 0) + 1);
	}

	return own === undefined ? [] : [...repositories.keys()]
		.filter(index => {
			const {summary} = repositories[index]!;
			return index !== repositoryIndex && summary !== undefined && summary.repositoryId !== own.repositoryId && kinshipOf(own, summary) !== 'unrelated';
		})
		.sort((a, b) => (counts.get(repositories[b]!.location) ?? 0) - (counts.get(repositories[a]!.location) ?? 0) || a - b);
}

/** Why the findings of the shown check cannot be healed; undefined when a plan can be made. */
export function whyNotHeal(state: State): string | undefined {
	const job = shownJobOf(state);
	if (job?.verb !== 'check') {
		return 'no check was started yet';
	}

	const left = mendable(leftOf(job));
	if (left.length === 0) {
		return job.findings.length === 0 ? 'nothing was found' : 'nothing that heal can mend is left';
	}

	if (healers(state, job).length === 0) {
		const twin = relatives(state, job.repositoryIndex).find(({location}) => isTwin(state, job.repositoryIndex, location));
		return twin === undefined ? 'no related repository is open: add a clone of it' : `${twin.name} is a copy made outside: clone it and add the clone`;
	}

	const {copies} = job;
	const isNowhere = copies !== undefined && left.every(finding => recordOf(finding) !== undefined && copies.get(finding.id)?.length === 0);
	return isNowhere ? 'no other repository of the list holds a copy' : undefined;
}

export class Healing {
	readonly #application: Application;
	#planning: JobHandle<'plan-heal'> | undefined;

	constructor(application: Application) {
		this.#application = application;
	}

	/** Plans from the one repository that can heal the shown check's, or asks which. */
	prepare(): void {
		const {state} = this.#application;
		const job = shownJobOf(state);
		const [first, ...others] = job === undefined ? [] : healers(state, job);
		if (job === undefined || first === undefined) {
			return;
		}

		if (others.length === 0) {
			void this.plan({checkJob: job.id, source: first, target: job.repositoryIndex});
			return;
		}

		askToChoose(this.#application, {
			title: `Heal ${job.sourceName} from where?`,
			lines: ['These repositories name the same content alike. Nothing is written before you have read the plan.', ''],
			options: [first, ...others].map(source => ({
				title: repositoryOf(state, source)!.name,
				choose: () => {
					void this.plan({checkJob: job.id, source, target: job.repositoryIndex});
				},
			})),
		});
	}

	/** Makes the plan and opens its screen. One that is being made already is given up. */
	async plan({rewritesUnreadable = false, ...sides}: Pick<HealState, 'checkJob' | 'source' | 'target'> & {readonly rewritesUnreadable?: boolean}): Promise<void> {
		const application = this.#application;
		const {state, runner} = application;
		const job = state.jobs.find(({id}) => id === sides.checkJob);
		const [source, target] = [repositoryOf(state, sides.source), repositoryOf(state, sides.target)];
		if (job === undefined || source === undefined || target === undefined) {
			return;
		}

		this.#planning?.cancel();
		application.update(before => ({...before, heal: {...emptyHeal, ...sides, rewritesUnreadable, status: 'computing'}}));
		application.open('heal');
		const planning = runner.start({verb: 'plan-heal', source: accessOf(source), target: accessOf(target), defects: leftOf(job).map(finding => defectOf(finding)), rewritesUnreadable}, () => undefined);
		this.#planning = planning;
		await application.work(async () => {
			try {
				const plan = await planning.result;
				this.#change(planning, {status: 'ready', plan, readyAtMs: application.now()});
			} catch (error) {
				this.#change(planning, {status: 'failed', problem: toPlainError(error)});
			}
		});
	}

	/** Makes the plan on the screen anew. */
	again({rewritesUnreadable}: {readonly rewritesUnreadable?: boolean} = {}): void {
		const {heal} = this.#application.state;
		void this.plan({checkJob: heal.checkJob, source: heal.source, target: heal.target, rewritesUnreadable: rewritesUnreadable ?? heal.rewritesUnreadable});
	}

	/** Why the plan on the screen cannot be started; undefined when it can. */
	whyNotStart(): string | undefined {
		const {heal: {status, plan}, readOnly} = this.#application.state;
		if (readOnly) {
			return 'the program was started with --read-only';
		}

		if (plan === undefined) {
			return status === 'computing' ? 'the plan is still being computed' : 'there is no plan';
		}

		return plan.rows.length === 0 ? 'nothing is damaged any more' : healableRows(plan).length === 0 ? 'nothing of this can be healed from there' : undefined;
	}

	/** Carries out exactly what the screen shows; not before it has stood there long enough to be meant. */
	start(): void {
		const {heal} = this.#application.state;
		if (this.whyNotStart() === undefined && heal.plan !== undefined && isMeant(this.#application, 'heal.start', heal.readyAtMs)) {
			this.#application.starts.heal(heal, heal.plan);
		}
	}

	/** What is made too late is of no use: the screen is about another plan then. */
	#change(planning: JobHandle<'plan-heal'>, change: Partial<HealState>): void {
		if (this.#planning === planning) {
			this.#application.update(state => ({...state, heal: {...state.heal, ...change}}));
		}
	}
}
