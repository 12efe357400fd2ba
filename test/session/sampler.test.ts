// What a job's figures are when it is over.

import {expect, test} from 'vitest';
import {Counters} from '../../source/engine/counters.js';
import type {Job} from '../../source/session/jobs/job-state.js';
import {Sampler} from '../../source/session/sampler.js';
import {initialState, type TerminalFacts} from '../../source/session/state.js';
import {Store} from '../../source/session/store.js';

test('the last sample has rates of all that was done, however soon it comes after the one before', () => {
	const store = new Store({...initialState([], false, [], {} as TerminalFacts), jobs: [{id: 1, mapVersion: 0} as Job]});
	const sampler = new Sampler(store, 60_000);
	const counters = new Counters();
	sampler.add(1, counters);
	sampler.sample();
	counters.add('bytesDone', 100_000_000);
	sampler.remove(1);
	const sample = store.get().jobs[0]!.sample!;
	expect(sample.values.bytesDone).toBe(100_000_000);
	expect(sample.meanBytesPerSecond).toBeCloseTo((100_000_000 / sample.elapsedMs) * 1000, -3);
	expect(Math.max(...sample.history)).toBeGreaterThan(0);
});
