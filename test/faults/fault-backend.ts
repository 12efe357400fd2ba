// A medium that fails by the dice: the same seed strikes the same calls, whatever the time and the machine.

import {setImmediate} from 'node:timers/promises';
import type {Backend, Page, ReadResult} from '../../source/backends/contract.js';
import {promiseMethods, wrap, wrapCalls, type PromiseMethod} from '../../source/backends/wrap/wrap.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import type {ErrorCode} from '../../source/errors/codes.js';
import type {RecordId} from '../../source/format/ids.js';
import {randomNumbers} from '../support/random.js';

export type FaultKind =
	/** The request never arrives: BACKEND_UNAVAILABLE. A listing or a visit breaks off anywhere. */
	| 'drop'
	/** Some turns of the event loop go by first. */
	| 'delay'
	/** Bytes are missing at the end of what is read. */
	| 'short'
	/** One bit of what is read is wrong. */
	| 'flip'
	/** No room for what is written: BACKEND_FULL. */
	| 'full'
	/** BACKEND_LOCKED. */
	| 'busy';

export type Faults = {
	readonly seed: number;
	/** By kind: the chance that it strikes a call, in [0, 1]. */
	readonly chances?: Readonly<Partial<Record<FaultKind, number>>>;
	/** From this call on (from 1), every call fails for good. */
	readonly dieAtCall?: number;
	/** The calls that can be struck; all when absent. */
	readonly methods?: readonly PromiseMethod[];
	/** Told of every fault, as "3 read flip". */
	readonly onFault?: (line: string) => void;
};

const storing: readonly PromiseMethod[] = ['stage', 'putSnapshot', 'commit', 'replace', 'writeConfig'];
const maximumTurns = 8;

const failure = (code: ErrorCode, call: string): PlakarError => new PlakarError(code, {message: `The medium fails at ${call}, as it was told to.`, hint: 'This is a test.'});

export function withFaults(inner: Backend, {seed, chances = {}, dieAtCall = Number.POSITIVE_INFINITY, methods = promiseMethods, onFault = () => undefined}: Faults): Backend {
	const random = randomNumbers(seed);
	let calls = 0;
	/** Throws once the medium is dead. Every call throws the same number of dice, so that a seed means the same run. */
	const enter = (name: string): ((kind: FaultKind) => boolean) => {
		calls++;
		if (calls >= dieAtCall) {
			onFault(`${calls} ${name} dead`);
			throw failure('BACKEND_FAILED', name);
		}

		const dice = {drop: random(), delay: random(), short: random(), flip: random(), full: random(), busy: random()};
		const number = calls;
		return kind => {
			const strikes = dice[kind] < (chances[kind] ?? 0);
			if (strikes) {
				onFault(`${number} ${name} ${kind}`);
			}

			return strikes;
		};
	};

	const spoil = (result: ReadResult, strikes: (kind: FaultKind) => boolean): ReadResult => {
		if (result instanceof Error || result.length === 0) {
			return result;
		}

		if (strikes('short')) {
			return result.slice(0, Math.floor(random() * result.length));
		}

		if (strikes('flip')) {
			const bytes = Uint8Array.prototype.slice.call(result);
			bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
			return bytes;
		}

		return result;
	};

	const outer = wrapCalls(inner, methods, async (name, call) => {
		const strikes = enter(name);
		if (strikes('delay')) {
			for (let turns = Math.ceil(random() * maximumTurns); turns > 0; turns--) {
				await setImmediate();
			}
		}

		if (strikes('drop')) {
			throw failure('BACKEND_UNAVAILABLE', name);
		}

		if (strikes('busy')) {
			throw failure('BACKEND_LOCKED', name);
		}

		if (storing.includes(name) && strikes('full')) {
			throw failure('BACKEND_FULL', name);
		}

		const result = await call();
		if (name === 'readBatch') {
			return (result as ReadResult[]).map(one => spoil(one, strikes));
		}

		return name === 'read' ? spoil(result as Uint8Array, strikes) : result;
	});
	return wrap(outer, {
		async visit(kind, ids, visit, options) {
			const strikes = enter('visit');
			const breaks = strikes('drop');
			const count = breaks ? Math.floor(random() * ids.length) : ids.length;
			await inner.visit(kind, ids.slice(0, count), visit, options);
			if (breaks) {
				throw failure('BACKEND_UNAVAILABLE', 'visit');
			}
		},
		...(inner.survey === undefined ? {} : {
			async survey(kind, ids, read, visit, options) {
				const strikes = enter('survey');
				const breaks = strikes('drop');
				const count = breaks ? Math.floor(random() * ids.length) : ids.length;
				await inner.survey!(kind, ids.slice(0, count), read.subarray(0, count), (inspection, result, index) => visit(inspection, result === undefined ? result : spoil(result, strikes), index), options);
				if (breaks) {
					throw failure('BACKEND_UNAVAILABLE', 'survey');
				}
			},
		} satisfies Partial<Backend>),
		async* list(kind, after, options): AsyncGenerator<Page<RecordId>> {
			for await (const page of inner.list(kind, after, options)) {
				if (enter('list')('drop')) {
					throw failure('BACKEND_UNAVAILABLE', 'list');
				}

				yield page;
			}
		},
	});
}
