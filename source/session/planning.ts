// The plan on the screen: made, ticked, exported, and carried out exactly as it stands there.

import {writeFile} from 'node:fs/promises';
import {encodePlan} from '../engine/plan-file.js';
import {isBlocked, sendableRows} from '../engine/plan.js';
import {toPlainError} from '../errors/revive.js';
import type {SnapshotId} from '../format/ids.js';
import {displayText} from '../format/paths.js';
import type {Application} from './application.js';
import {dialogGuardMs} from './dialogs.js';
import {accessOf} from './repositories.js';
import {emptyPlan, sourceOf, targetOf} from './state.js';

export class Planning {
	readonly #application: Application;

	constructor(application: Application) {
		this.#application = application;
	}

	/** Makes the plan for `snapshots`, all that are missing when undefined, and opens its screen. */
	async make(snapshots: readonly SnapshotId[] | undefined): Promise<void> {
		const application = this.#application;
		const [source, target] = [sourceOf(application.state), targetOf(application.state)];
		if (source === undefined || target === undefined) {
			return;
		}

		application.update(state => ({...state, plan: emptyPlan}));
		application.open('plan');
		await application.work(async () => {
			try {
				const plan = await application.runner.start({verb: 'plan', source: accessOf(source), target: accessOf(target), snapshots}, () => undefined).result;
				application.update(state => ({...state, plan: {status: 'ready', plan, ticked: new Set(sendableRows(plan)), cursor: 0, readyAtMs: application.now()}}));
			} catch (error) {
				application.update(state => ({...state, plan: {...emptyPlan, status: 'failed', problem: toPlainError(error)}}));
			}
		});
	}

	/** Why the plan on the screen cannot be started; undefined when it can. */
	whyNotStart(): string | undefined {
		const {plan, readOnly} = this.#application.state;
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
	get isSettled(): boolean {
		return this.#application.now() - this.#application.state.plan.readyAtMs >= dialogGuardMs;
	}

	/** Carries out exactly what the plan screen shows. */
	start(): void {
		const {plan: {plan, ticked}} = this.#application.state;
		if (plan !== undefined && this.whyNotStart() === undefined) {
			this.#application.jobs.sync(plan, ticked);
		}
	}

	/** Writes the plan to a new file. */
	async export(file: string): Promise<void> {
		const {plan} = this.#application.state.plan;
		if (plan === undefined) {
			return;
		}

		await this.#application.work(async () => {
			try {
				await writeFile(file, encodePlan(plan), {mode: 0o600, flag: 'wx'});
				this.#application.notice(`Plan ${plan.id} is in ${displayText(file)}. Apply it later with: plakar-tui sync --plan ${displayText(file)}`);
			} catch (error) {
				this.#application.notice(`The plan was not written: ${displayText((error as Error).message)}`);
			}
		});
	}
}
