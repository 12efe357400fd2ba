// Fills in how fast a plan may go where no run has told: measured behind the screen that shows the plan, given up with it.

import type {Probe} from '../../engine/jobs.js';
import type {Plan} from '../../engine/plan.js';
import type {Application} from '../application.js';
import type {JobHandle} from '../jobs/job-runner.js';
import type {State} from '../state.js';
import type {KnownRate, Leg} from './plan-state.js';
import {pricesOf} from './prices.js';

/**
 * Between two disks of a small machine, 70 to 106 MiB/s were measured where they could be read at 290 to 6000: what is
 * sent is verified, written and flushed, which reading tells nothing of.
 */
const usualBytesPerSecond = 100 * 1024 * 1024;

/** Reading alone was measured, so the slower side is what can be said, up to where writing takes longer. */
function rateOf({sourceBytesPerSecond: source, targetBytesPerSecond: target}: Probe): KnownRate | undefined {
	const bytesPerSecond = Math.min(source ?? Number.POSITIVE_INFINITY, target ?? Number.POSITIVE_INFINITY);
	const basis = target === undefined ? 'probe of the source' : source === undefined ? 'probe of the target' : 'probe';
	return bytesPerSecond === Number.POSITIVE_INFINITY ? undefined : bytesPerSecond > usualBytesPerSecond ? {bytesPerSecond: usualBytesPerSecond, basis: 'usual'} : {bytesPerSecond, basis};
}

/** The position of the row that sends most: what is read of it is most like all that will be. */
function heaviestRow(leg: Leg): number {
	const {sends} = pricesOf(leg);
	return [...leg.ticked].reduce((most, row) => sends[row]!.bytes > sends[most]!.bytes ? row : most);
}

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

		const index = isOpen(state) ? state.plan.legs.findIndex(({isMeasuring}) => isMeasuring) : -1;
		if (index >= 0) {
			this.#start(state, index);
		}
	}

	#start({plan: {legs, source, target}, repositories}: State, index: number): void {
		const leg = legs[index]!;
		const {plan, ticked} = leg;
		if (ticked.size === 0) {
			return;
		}

		const [reads, writes] = index === 0 ? [source, target] : [target, source];
		// Records are read as they are stored: no passphrase has to be tried for that.
		const handle = this.#application.runner.start({
			verb: 'probe', source: {location: repositories[reads]!.location}, target: {location: repositories[writes]!.location}, snapshot: plan.rows[heaviestRow(leg)]!.snapshot,
		}, () => undefined);
		this.#running = {plan, handle, isGivenUp: false};
		void this.#application.work(async () => this.#end(plan, await handle.result.catch(() => ({}))));
	}

	/** What could not be measured stays unknown: a plan is as good without. */
	#end(plan: Plan, probe: Probe): void {
		this.#running = undefined;
		this.#application.update(state => !state.plan.legs.some(leg => leg.plan === plan) ? state : {
			...state,
			plan: {...state.plan, legs: state.plan.legs.map(leg => leg.plan === plan ? {...leg, rate: rateOf(probe), isMeasuring: false} : leg)},
		});
		// What was waiting for this one.
		this.follow();
	}
}
