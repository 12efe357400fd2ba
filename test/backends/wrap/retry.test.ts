import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import type {Backend, Page} from '../../../source/backends/contract.js';
import {system} from '../../../source/backends/filesystem/system.js';
import {memoryBackend} from '../../../source/backends/memory.js';
import {withRetry} from '../../../source/backends/wrap/retry.js';
import {wrap} from '../../../source/backends/wrap/wrap.js';
import {Counters} from '../../../source/engine/counters.js';
import {openSealed, sideOf} from '../../../source/engine/repository.js';
import {PlakarError} from '../../../source/errors/plakar-error.js';
import type {ErrorCode} from '../../../source/errors/codes.js';
import type {RecordId} from '../../../source/format/ids.js';
import {openLane, type Lane} from '../../../source/workers/lane.js';
import {temporaryFolder} from '../../support/folders.js';
import {makeRepository} from '../../support/engine.js';

const memory = async (): Promise<Backend> => memoryBackend.create(`memory:${randomUUID()}`, Buffer.from('CONFIG'));
const failure = (code: ErrorCode): PlakarError => new PlakarError(code, {message: 'It failed.', hint: 'Try again.'});

/** `readConfig` fails `times` times with `code`, then answers. */
function failing(inner: Backend, times: number, code: ErrorCode = 'BACKEND_UNAVAILABLE'): {readonly backend: Backend; readonly calls: () => number} {
	let calls = 0;
	const backend = wrap(inner, {
		async readConfig(options) {
			calls++;
			if (calls <= times) {
				throw failure(code);
			}

			return inner.readConfig(options);
		},
	});
	return {backend, calls: () => calls};
}

describe('retry', () => {
	test('tries again what may succeed, with waits that double, and tells of each', async () => {
		const {backend, calls} = failing(await memory(), 7);
		const waits: number[] = [];
		const attempts: number[] = [];
		const retrying = withRetry(backend, {random: () => 1, async sleep(ms) {
			waits.push(ms);
		}, onRetry: (_, attempt) => attempts.push(attempt)});
		expect(Buffer.from(await retrying.readConfig()).toString()).toBe('CONFIG');
		expect({waits, attempts, calls: calls()}).toEqual({waits: [100, 200, 400, 800, 1600, 3200, 3200], attempts: [1, 2, 3, 4, 5, 6, 7], calls: 8});
	});

	test('waits anything from half to the whole wait, so that many do not come back at once and one does not come back too soon', async () => {
		const {backend} = failing(await memory(), 2);
		const waits: number[] = [];
		const dice = [0, 0.5];
		await withRetry(backend, {random: () => dice.shift()!, async sleep(ms) {
			waits.push(ms);
		}}).readConfig();
		expect(waits).toEqual([50, 150]);
	});

	test('gives up after eight tries, and at once where nothing will change', async () => {
		const often = failing(await memory(), 99);
		const sleep = async (): Promise<void> => undefined;
		await expect(withRetry(often.backend, {sleep}).readConfig()).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE'});
		expect(often.calls()).toBe(8);
		const denied = failing(await memory(), 99, 'BACKEND_DENIED');
		await expect(withRetry(denied.backend, {sleep}).readConfig()).rejects.toMatchObject({code: 'BACKEND_DENIED'});
		expect(denied.calls()).toBe(1);
	});

	test('an abort ends the waiting, and nothing is tried after it', async () => {
		const {backend, calls} = failing(await memory(), 99);
		const controller = new AbortController();
		const retrying = withRetry(backend, {random: () => 1, onRetry() {
			controller.abort();
		}});
		await expect(retrying.readConfig({signal: controller.signal})).rejects.toMatchObject({code: 'CANCELLED'});
		expect(calls()).toBe(1);
	});

	test('a listing, a visit and a survey go on where they broke off', async () => {
		const ids = Array.from({length: 6}, (_, index) => String(index).repeat(64) as RecordId);
		let listings = 0;
		let visits = 0;
		let surveys = 0;
		const backend = wrap(await memory(), {
			async* list(_, after): AsyncGenerator<Page<RecordId>> {
				const rest = ids.filter(id => after === undefined || id > after);
				listings++;
				yield rest.slice(0, 2);
				if (rest.length > 2) {
					throw failure('BACKEND_UNAVAILABLE');
				}
			},
			async survey(_, wanted, read, visit) {
				surveys++;
				expect(read).toHaveLength(wanted.length);
				for (const [index, id] of wanted.slice(0, 4).entries()) {
					visit({sizeBytes: 64, references: 1, reserved: 0}, Buffer.from(id), index);
				}

				if (wanted.length > 4) {
					throw failure('BACKEND_UNAVAILABLE');
				}
			},
			async visit(_, wanted, visit) {
				visits++;
				for (const [index, id] of wanted.slice(0, 4).entries()) {
					visit(Buffer.from(id), index);
				}

				if (wanted.length > 4) {
					throw failure('BACKEND_UNAVAILABLE');
				}
			},
		});
		const retrying = withRetry(backend, {async sleep() {
			// No time goes by here.
		}});
		const surveyed: string[] = [];
		await retrying.survey!('chunk', ids, Uint8Array.from(ids, () => 1), (inspection, result, index) => {
			surveyed[index] = Buffer.from(result as Uint8Array).toString();
			return inspection.sizeBytes === 64;
		});
		expect({surveyed, surveys}).toEqual({surveyed: ids, surveys: 2});
		const seen: number[] = [];
		await retrying.survey!('chunk', ids, Uint8Array.from(ids, () => 1), (_inspection, _result, index) => seen.push(index) < 4);
		expect({seen, surveys}, 'a failure after its end changes nothing').toEqual({seen: [0, 1, 2, 3], surveys: 3});
		const listed: string[] = [];
		for await (const page of retrying.list('chunk')) {
			listed.push(...page);
		}

		const visited: string[] = [];
		await retrying.visit('chunk', ids, (bytes, index) => {
			visited[index] = Buffer.from(bytes as Uint8Array).toString();
		});
		expect({listed, listings, visited, visits}).toEqual({listed: ids, listings: 3, visited: ids, visits: 2});
	});
});

describe('in a lane', () => {
	const original = {...system};
	afterEach(() => {
		Object.assign(system, original);
	});

	const makeLane = async (): Promise<Lane> => {
		const {backend: _, ...source} = sideOf(await openSealed(await makeRepository(join(temporaryFolder(), 'repository'))));
		return openLane({lane: 0, counters: new Counters().buffer, sides: {source}});
	};

	const failReads = (times: number, onFailure: () => void = () => undefined): void => {
		let left = times;
		system.openSync = ((...parameters: Parameters<typeof system.openSync>) => {
			if (left-- > 0) {
				onFailure();
				throw Object.assign(new Error('EIO'), {code: 'EIO'});
			}

			return original.openSync(...parameters);
		}) as typeof system.openSync;
	};

	test('retries are counted', async () => {
		const lane = await makeLane();
		failReads(2);
		await lane.side('source').backend.readConfig();
		expect(lane.counters.get('retries')).toBe(2);
	});

	test('a stopped job does not wait for the next try', async () => {
		const lane = await makeLane();
		failReads(99, () => {
			lane.counters.cancel();
		});
		await expect(lane.side('source').backend.readConfig()).rejects.toMatchObject({code: 'CANCELLED'});
		expect(lane.counters.get('retries')).toBe(1);
	});
});
