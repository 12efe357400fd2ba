// Fills in how fast a plan may go where no run has told: measured behind the screen that shows the plan, given up with it.

import type {Probe} from '../../engine/jobs.js';
import type {Plan} from '../../engine/plan.js';
import type {Application} from '../application.js';
import type {JobHandle} from '../jobs/job-runner.js';
import type {State} from '../state.js';
import {heaviestOf, rateOfProbe} from './known-rates.js';

/** A screen over the plan keeps it: it is gone back to. */
const isOpen = ({screen, back}: State): boolean => screen === 'plan' || back.includes('plan');

export class Measuring {
	readonly #application: Application;
	#running: {readonly plan: Plan; readonly handle: JobHandle<'probe'>; isGivenUp: boolean} | undefined;

	constructor(application: Application) {
		this.#application = application;
	}

	/** Starts what is wanted and gives up what is not wanted any more; one at a time, so that no probe slows another. */
	follow(): void {
		const {state} = this.#application;
		if (this.#running !== undefined) {
			const {plan: measured, handle, isGivenUp} = this.#running;
			if (!isGivenUp && (!isOpen(state) || !state.plan.legs.some(({plan}) => plan === measured))) {
				this.#running.isGivenUp = true;
				handle.cancel();
			}

			return;
		}

		const index = isOpen(state) ? state.plan.legs.findIndex(({isMeasuring, ticked}) => isMeasuring && ticked.size > 0) : -1;
		if (index >= 0) {
			this.#start(state, index);
		}
	}

	#start({plan: {legs, source, target}, repositories}: State, index: number): void {
		const leg = legs[index]!;
		const {plan} = leg;
		const [reads, writes] = index === 0 ? [source, target] : [target, source];
		// Records are read as they are stored: no passphrase has to be tried for that.
		const handle = this.#application.runner.start({
			verb: 'probe', source: {location: repositories[reads]!.location}, target: {location: repositories[writes]!.location}, snapshot: heaviestOf(leg),
		}, () => undefined);
		this.#running = {plan, handle, isGivenUp: false};
		void this.#application.work(async () => this.#end(plan, await handle.result.catch(() => ({}))));
	}

	/** What could not be measured stays unknown: a plan is as good without. */
	#end(plan: Plan, probe: Probe): void {
		this.#running = undefined;
		this.#application.update(state => !state.plan.legs.some(leg => leg.plan === plan) ? state : {
			...state,
			plan: {...state.plan, legs: state.plan.legs.map(leg => leg.plan === plan ? {...leg, rate: rateOfProbe(probe), isMeasuring: false} : leg)},
		});
		// What was waiting for this one.
		this.follow();
	}
}
