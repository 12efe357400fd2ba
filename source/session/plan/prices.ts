// The prices of a plan's ticks, computed once for each change of them.

import {pricePlan, type Plan, type PlanPrices} from '../../engine/plan.js';
import type {Leg} from './plan-state.js';

const remembered = new WeakMap<Plan, {readonly ticked: ReadonlySet<number>; readonly prices: PlanPrices}>();

/** What the ticked rows of `leg` cost. The same answer while the ticks are the same. */
export function pricesOf({plan, ticked}: Leg): PlanPrices {
	const known = remembered.get(plan);
	if (known?.ticked === ticked) {
		return known.prices;
	}

	const prices = pricePlan(plan, ticked);
	remembered.set(plan, {ticked, prices});
	return prices;
}
