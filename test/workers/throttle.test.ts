import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Counters} from '../../source/engine/counters.js';
import {SharedThrottle} from '../../source/workers/throttle.js';
import {VirtualClock} from '../support/virtual-clock.js';

/** A lane of the job behind `counters`: over its shared memory, as another thread would have it. */
const laneOf = (counters: Counters, {nowUs, pause}: VirtualClock): SharedThrottle => new SharedThrottle(new Counters(counters.buffer), {nowUs, pause});

describe('a limit', () => {
	test('holds for all lanes together at every moment, and none of it is lost when some are idle', async () => {
		const sizes = fc.array(fc.record({size: fc.integer({min: 1, max: 5000}), idleMs: fc.constantFrom(0, 0, 0, 700, 20_000)}), {minLength: 1, maxLength: 30});
		await fc.assert(fc.asyncProperty(fc.integer({min: 100, max: 1_000_000}), fc.array(sizes, {minLength: 1, maxLength: 4}), async (limit, lanes) => {
			const [counters, clock] = [new Counters(), new VirtualClock()];
			counters.setLimit(limit);
			const grants: Array<{readonly atMs: number; readonly size: number}> = [];
			await clock.run(Promise.all(lanes.map(async items => {
				const throttle = laneOf(counters, clock);
				for (const {size, idleMs} of items) {
					await (idleMs === 0 ? undefined : clock.pause(idleMs));
					await throttle.take(size);
					grants.push({atMs: clock.nowMs, size});
				}
			})));
			const largest = Math.max(...grants.map(({size}) => size));
			const step = Math.max(1, Math.floor(limit / 4));
			for (const [index, first] of grants.entries()) {
				let bytes = 0;
				for (const {atMs, size} of grants.slice(index)) {
					bytes += size;
					expect(bytes).toBeLessThanOrEqual((limit * (atMs - first.atMs)) / 1000 + step + largest + 1);
				}
			}

			// Never slower than the limit and the idling ask for, but for a millisecond at each wait.
			const total = grants.reduce((sum, {size}) => sum + size, 0);
			const idleMs = lanes.flat().reduce((sum, item) => sum + item.idleMs, 0);
			expect(clock.nowMs).toBeLessThanOrEqual((total / limit) * 1000 + idleMs + (grants.length * 2) + 50);
		}), {numRuns: 60});
	});

	test('that is lifted frees who waits; that is raised or lowered counts from now on', async () => {
		const [counters, clock] = [new Counters(), new VirtualClock()];
		const throttle = laneOf(counters, clock);
		counters.setLimit(1);
		await clock.run(throttle.take(1_000_000));
		const sinceMs = clock.nowMs;
		const waiting = throttle.take(1_000_000);
		counters.setLimit(0);
		await clock.run(waiting);
		expect(clock.nowMs - sinceMs).toBeLessThanOrEqual(50);
		expect(throttle.stepBytes).toBe(Number.POSITIVE_INFINITY);

		counters.setLimit(1000);
		const startMs = clock.nowMs;
		await clock.run((async () => {
			for (let count = 0; count < 10; count++) {
				await throttle.take(1000);
			}
		})());
		expect(clock.nowMs - startMs).toBeGreaterThanOrEqual(8000);
		expect(clock.nowMs - startMs).toBeLessThanOrEqual(10_000);
		expect({limit: counters.limit, step: throttle.stepBytes}).toEqual({limit: 1000, step: 250});
	});

	test('does not keep a stopped job waiting, nor an aborted call', async () => {
		const [counters, clock] = [new Counters(), new VirtualClock()];
		const throttle = laneOf(counters, clock);
		counters.setLimit(1);
		await clock.run(throttle.take(1_000_000));
		const sinceMs = clock.nowMs;
		const controller = new AbortController();
		const aborted = throttle.take(1, {signal: controller.signal});
		controller.abort();
		await expect(clock.run(aborted)).rejects.toMatchObject({code: 'CANCELLED'});
		const stopped = throttle.take(1);
		counters.cancel();
		await expect(clock.run(stopped)).rejects.toMatchObject({code: 'CANCELLED'});
		expect(clock.nowMs - sinceMs).toBeLessThanOrEqual(100);
	});

	test('lets nothing through while the job is paused, with or without a limit', async () => {
		const [counters, clock] = [new Counters(), new VirtualClock()];
		const waits: boolean[] = [];
		const throttle = new SharedThrottle(counters, {nowUs: clock.nowUs, pause: clock.pause, onWait: isWaiting => waits.push(isWaiting)});
		counters.pause();
		let passed = false;
		const taking = throttle.take(1).then(() => {
			passed = true;
		});
		await clock.run(clock.pause(5000));
		expect({passed, waits}).toEqual({passed: false, waits: [true]});
		counters.resume();
		await clock.run(taking);
		expect({passed, waits}).toEqual({passed: true, waits: [true, false]});
	});
});
