// How fast a plan may be carried out: from runs that were done, else from what could be read of both sides.

import type {Probe} from '../../engine/jobs.js';
import type {Plan} from '../../engine/plan.js';
import type {SnapshotId} from '../../format/ids.js';
import type {RunMemory} from '../jobs/run-memory.js';
import type {KnownRate, Leg} from './plan-state.js';
import {pricesOf} from './prices.js';

/**
 * Between two disks of a small machine, 70 to 106 MiB/s were measured where they could be read at 290 to 6000: what is
 * sent is verified, written and flushed, which reading tells nothing of.
 */
const usualBytesPerSecond = 100 * 1024 * 1024;

/** What the medium of the target takes matters most: a run to it from elsewhere tells more than nothing. */
export function rateOfRuns(memory: RunMemory, {source: {location: source}, target: {location: target}}: Plan): KnownRate | undefined {
	const own = memory.find({source, target})?.rateBytesPerSecond;
	if (own !== undefined) {
		return {bytesPerSecond: own, basis: 'pair'};
	}

	const other = memory.all().find(record => record.target === target && record.rateBytesPerSecond !== undefined)?.rateBytesPerSecond;
	return other === undefined ? undefined : {bytesPerSecond: other, basis: 'target'};
}

/** Reading alone was measured, so the slower side is what can be said, up to where writing takes longer. */
export function rateOfProbe({sourceBytesPerSecond: source, targetBytesPerSecond: target}: Probe): KnownRate | undefined {
	const bytesPerSecond = Math.min(source ?? Number.POSITIVE_INFINITY, target ?? Number.POSITIVE_INFINITY);
	const basis = target === undefined ? 'probe of the source' : source === undefined ? 'probe of the target' : 'probe';
	return bytesPerSecond === Number.POSITIVE_INFINITY ? undefined : bytesPerSecond > usualBytesPerSecond ? {bytesPerSecond: usualBytesPerSecond, basis: 'usual'} : {bytesPerSecond, basis};
}

/** The ticked snapshot that sends most: what is read of it is most like all that will be. Of at least one. */
export function heaviestOf(leg: Leg): SnapshotId {
	const {sends} = pricesOf(leg);
	return leg.plan.rows[[...leg.ticked].reduce((most, row) => sends[row]!.bytes > sends[most]!.bytes ? row : most)]!.snapshot;
}
