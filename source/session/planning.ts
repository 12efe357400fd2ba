// The plan on the screen: made, ticked, turned both ways, exported, and carried out exactly as it stands there.

import {encodePlan} from '../engine/plan-file.js';
import {checksFor, exposesContent, type Plan} from '../engine/plan.js';
import {toPlainError} from '../errors/revive.js';
import type {SnapshotId} from '../format/ids.js';
import {displayText} from '../format/paths.js';
import type {Application} from './application.js';
import {isMeant} from './dialogs.js';
import {exportFiles} from './export-files.js';
import {countOf} from './figures.js';
import {askForExposure} from './plan/exposure.js';
import {rateOfRuns} from './plan/known-rates.js';
import {Measuring} from './plan/measuring.js';
import {emptyPlan, entriesOf, keepTicks, legOf, type Leg, type PlanState} from './plan/plan-state.js';
import {pricesOf} from './plan/prices.js';
import {accessOf} from './repositories.js';
import {sourceOf, targetOf, type Repository} from './state.js';

export class Planning {
	readonly #application: Application;
	/** Ends when another plan takes the place of the one that is being made: what is made too late is of no use. */
	#making = new AbortController();

	constructor(application: Application) {
		this.#application = application;
		const measuring = new Measuring(application);
		application.store.subscribe(() => {
			measuring.follow();
		});
	}

	/** Makes the plan for `snapshots`, all that are missing when undefined, and opens its screen. */
	async make(snapshots: readonly SnapshotId[] | undefined): Promise<void> {
		const application = this.#application;
		const {source, target} = application.state;
		if (sourceOf(application.state) === undefined || target === undefined || targetOf(application.state) === undefined) {
			return;
		}

		application.update(state => ({...state, plan: {...emptyPlan, wanted: snapshots, source, target}}));
		application.open('plan');
		await this.#compute(async signal => {
			return {legs: [this.#legOf(await this.#plan(snapshots, false, signal))]};
		});
	}

	/**
	 * Makes the plan anew after the world has moved: the same ticks where the rows still exist, new rows unticked. What
	 * was asked for and has gone from the source is left out.
	 */
	async again(): Promise<void> {
		const application = this.#application;
		const former = application.state.plan;
		application.update(state => ({...state, source: former.source, target: former.target, plan: {...former, status: 'computing', legs: [], entries: [], isAddingBack: false}}));
		application.open('plan');
		await this.#compute(async signal => {
			await application.repositories.describeAll();
			const held = new Set(sourceOf(application.state)?.summary?.snapshots.map(({snapshot}) => snapshot as string));
			const [there, back] = former.legs;
			const made = await this.#plan(former.wanted?.filter(snapshot => held.has(snapshot)), false, signal);
			const kept = there === undefined ? {leg: this.#legOf(made), gone: 0, added: 0} : keepTicks(made, there);
			const legs = [kept.leg, ...(back === undefined ? [] : [keepTicks(await this.#plan(undefined, true, signal), back).leg])];
			return {legs, notice: `Planned again: ${countOf(kept.gone, 'row')} gone, ${formatNew(kept.added)}. What was ticked is ticked.`};
		});
	}

	/** Adds the way back as a second plan, or takes it out again. */
	async toggleTwoWay(): Promise<void> {
		const application = this.#application;
		const {legs: [there, back]} = application.state.plan;
		if (there === undefined || application.state.plan.isAddingBack) {
			return;
		}

		if (back !== undefined) {
			this.#change({legs: [there], entries: entriesOf([there]), cursor: 0});
			return;
		}

		const {signal} = this.#making;
		this.#change({isAddingBack: true});
		await application.work(async () => {
			try {
				const plan = await this.#plan(undefined, true, signal);
				if (!signal.aborted) {
					// Ticked meanwhile: the first plan as it is now.
					const legs = [application.state.plan.legs[0]!, this.#legOf(plan)];
					this.#change({legs, entries: entriesOf(legs), readyAtMs: application.now(), isAddingBack: false});
				}
			} catch (error) {
				if (!signal.aborted) {
					this.#change({isAddingBack: false});
					application.notice(`There is no way back: ${toPlainError(error).message}`);
				}
			}
		});
	}

	/** Changes the ticks of one leg. */
	tick(leg: number, change: (leg: Leg) => ReadonlySet<number>): void {
		this.#application.update(state => ({...state, notice: '', plan: {...state.plan, legs: state.plan.legs.map((each, index) => index === leg ? {...each, ticked: change(each)} : each)}}));
	}

	/** Limits what the run of this plan writes; 0 for no limit. */
	limit(limitBytesPerSecond: number): void {
		this.#application.update(state => ({...state, notice: '', plan: {...state.plan, limitBytesPerSecond}}));
	}

	/** Why the plan on the screen cannot be started; undefined when it can. */
	whyNotStart(): string | undefined {
		const {plan: {legs, status, isAddingBack}, readOnly} = this.#application.state;
		if (readOnly) {
			return 'the program was started with --read-only';
		}

		if (status === 'computing' || isAddingBack) {
			return 'the plan is still being computed';
		}

		if (legs.length === 0) {
			return 'there is no plan';
		}

		const chosen = legs.filter(({ticked}) => ticked.size > 0);
		for (const leg of chosen) {
			const obstacle = checksFor(leg.plan, pricesOf(leg).total.bytes).find(({level}) => level === 'block');
			if (obstacle !== undefined) {
				return `${obstacle.topic}: ${obstacle.text}`;
			}
		}

		return chosen.length === 0 ? 'nothing is ticked' : undefined;
	}

	/** Carries out exactly what the plan screen shows, once the word was typed where content becomes readable by it. */
	start(): void {
		const {plan: {legs, readyAtMs}} = this.#application.state;
		if (!isMeant(this.#application, 'plan.start', readyAtMs)) {
			return;
		}

		const exposed = legs.find(({plan, ticked}) => ticked.size > 0 && exposesContent(plan));
		if (exposed === undefined) {
			this.#start();
		} else {
			askForExposure(this.#application, [exposed.plan.target.location], () => {
				// The dialog may have stood for long: what it was about must still be what is on the screen.
				const now = this.#application.state.plan.legs;
				if (now.length === legs.length && now.every(({plan, ticked}, index) => plan === legs[index]!.plan && ticked === legs[index]!.ticked)) {
					this.#start();
				}
			});
		}
	}

	/** The way there, then the way back. */
	#start(): void {
		const {plan: {legs, limitBytesPerSecond}, repositories} = this.#application.state;
		if (this.whyNotStart() === undefined) {
			const [source, target] = this.#ends(false);
			const ends: ReadonlyArray<readonly [Repository, Repository]> = [[source, target], [target, source]];
			this.#application.starts.sync(legs.flatMap((leg, index) => leg.ticked.size === 0 ? [] : [{...leg, source: ends[index]![0], target: ends[index]![1], targetIndex: repositories.indexOf(ends[index]![1])}]), limitBytesPerSecond);
		}
	}

	/** Writes each plan to a new file of its own; the way back gets "-back" before the suffix. */
	async export(file: string): Promise<void> {
		const {legs} = this.#application.state.plan;
		const files = legs.map((_, index) => index === 0 ? file : file.replace(/(?:\.json)?$/, '-back.json'));
		await exportFiles(this.#application, legs.map(({plan}, index) => ({file: files[index]!, content: encodePlan(plan)})), {
			subject: 'The plan', done: `Written: ${files.map(name => displayText(name)).join(' and ')}. Apply with: plakar-tui sync --plan ${displayText(file)}`,
		});
	}

	#ends(isBack: boolean): readonly [Repository, Repository] {
		const {state} = this.#application;
		const [source, target] = [state.repositories[state.plan.source]!, state.repositories[state.plan.target]!];
		return isBack ? [target, source] : [source, target];
	}

	#legOf(plan: Plan): Leg {
		return legOf(plan, rateOfRuns(this.#application.memory, plan));
	}

	/** The ends are those of the plan on the screen, so none is made once `signal` has told that it is another one. */
	async #plan(snapshots: readonly SnapshotId[] | undefined, isBack: boolean, signal: AbortSignal): Promise<Plan> {
		signal.throwIfAborted();
		const [source, target] = this.#ends(isBack);
		const handle = this.#application.runner.start({verb: 'plan', source: accessOf(source), target: accessOf(target), snapshots}, () => undefined);
		const giveUp = (): void => {
			handle.cancel();
		};

		signal.addEventListener('abort', giveUp);
		try {
			return await handle.result;
		} finally {
			signal.removeEventListener('abort', giveUp);
		}
	}

	/** Shows what `work` makes, unless another plan has taken its place; the one being made before is given up. */
	async #compute(work: (signal: AbortSignal) => Promise<{readonly legs: readonly Leg[]; readonly notice?: string}>): Promise<void> {
		const application = this.#application;
		this.#making.abort();
		this.#making = new AbortController();
		const {signal} = this.#making;
		await application.work(async () => {
			try {
				const {legs, notice = ''} = await work(signal);
				if (!signal.aborted) {
					this.#change({status: 'ready', problem: undefined, legs, entries: entriesOf(legs), cursor: 0, readyAtMs: application.now()});
					application.notice(notice);
				}
			} catch (error) {
				if (!signal.aborted) {
					this.#change({status: 'failed', problem: toPlainError(error), legs: [], entries: []});
				}
			}
		});
	}

	#change(change: Partial<PlanState>): void {
		this.#application.update(state => ({...state, plan: {...state.plan, ...change}}));
	}
}

const formatNew = (count: number): string => count === 0 ? 'none new' : `${countOf(count, 'new row')}, not ticked`;
