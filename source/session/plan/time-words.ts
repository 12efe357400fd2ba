// How long a plan may take, as figures and in words: the same on the screen and on the command line.

import {formatBytes, formatEstimate, formatRange} from '../figures.js';
import type {Leg, RateBasis} from './plan-state.js';
import {pricesOf} from './prices.js';

/**
 * How far the rate of the next run may lie from what it is taken from. Runs differ by about so much; where only reading was
 * measured, a run was up to 40 % slower on an idle machine, and one side says little of a slow other one.
 */
const spans: Readonly<Record<RateBasis, {readonly slowest: number; readonly fastest: number}>> = {
	pair: {slowest: 0.75, fastest: 1.3}, target: {slowest: 0.75, fastest: 1.3},
	probe: {slowest: 0.4, fastest: 1.2}, 'probe of the source': {slowest: 0.2, fastest: 1.2}, 'probe of the target': {slowest: 0.2, fastest: 1.2}, usual: {slowest: 0.4, fastest: 1.5},
};

export const basisWords: Readonly<Record<RateBasis, string>> = {
	pair: 'mean of the last run', target: 'last run to this target', probe: 'up to 16 MiB read on both sides', 'probe of the source': 'up to 16 MiB read in the source', 'probe of the target': 'up to 16 MiB read in the target', usual: 'usual pace; both are read faster',
};

export type ExpectedTime = {
	readonly leastMs: number;
	/** Absent where a limit sets only the least. */
	readonly mostMs?: number;
	readonly bytesPerSecond: number;
	readonly basis: RateBasis | 'limit';
};

/** Whether it is the limit, not the pair, that says how fast a run of `leg` can be. */
const isLimited = ({rate}: Leg, limit: number): boolean => limit > 0 && (rate === undefined || limit < rate.bytesPerSecond);

/** Whether the time of `leg` is taken from a rate that was measured. */
export const hasBasis = (leg: Leg, limit: number): boolean => leg.ticked.size > 0 && leg.rate !== undefined && !isLimited(leg, limit);

/** What is ticked of `leg`, with at most `limit` bytes a second, 0 for no limit; undefined where nothing tells, or nothing is ticked. */
export function expectedTime(leg: Leg, limit: number): ExpectedTime | undefined {
	const {bytes} = pricesOf(leg).total;
	if (leg.ticked.size === 0) {
		return undefined;
	}

	if (isLimited(leg, limit)) {
		return {leastMs: (bytes / limit) * 1000, bytesPerSecond: limit, basis: 'limit'};
	}

	if (leg.rate === undefined) {
		return undefined;
	}

	const {bytesPerSecond, basis} = leg.rate;
	const {slowest, fastest} = spans[basis];
	return {leastMs: (bytes / bytesPerSecond / fastest) * 1000, mostMs: (bytes / bytesPerSecond / slowest) * 1000, bytesPerSecond, basis};
}

/** "about 11 min (9 to 15)"; "about 40 min or more, as limited" where the limit is what holds it back. */
export function timeWords(leg: Leg, limit: number): string {
	if (leg.ticked.size === 0) {
		return 'none, nothing is sent';
	}

	const expected = expectedTime(leg, limit);
	if (expected === undefined) {
		return leg.isMeasuring ? 'being measured' : 'unknown until it runs';
	}

	const {leastMs, mostMs} = expected;
	return mostMs === undefined ? `${formatEstimate(leastMs)} or more, as limited` : formatRange(leastMs, mostMs);
}

/** "about 11 min (9 to 15) at 10.4 MiB/s (mean of the last run)". */
export const timeSentence = (leg: Leg, limit: number): string =>
	`${timeWords(leg, limit)}${hasBasis(leg, limit) ? ` at ${formatBytes(leg.rate!.bytesPerSecond)}/s (${basisWords[leg.rate!.basis]})` : ''}`;
