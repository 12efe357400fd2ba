// Counts what goes through a backend: calls, records and bytes, each way.

import type {Backend, ReadResult, StoredRecord} from '../contract.js';
import type {RecordKind} from '../../format/ids.js';
import {promiseMethods, wrap, wrapCalls} from './wrap.js';

export type MeterName = 'calls' | 'recordsRead' | 'bytesRead' | 'recordsWritten' | 'bytesWritten';
export type Tally = Record<MeterName, number>;

export const createTally = (): Tally => ({calls: 0, recordsRead: 0, bytesRead: 0, recordsWritten: 0, bytesWritten: 0});

export type MeterOptions = {
	readonly tally: Tally;
	/** Counts only records of these kinds; every kind when absent. Calls are counted whatever they ask for. */
	readonly kinds?: readonly RecordKind[] | undefined;
};

/**
 * `inner`, its traffic added to `tally`. A record counts as read when its bytes were handed out, as written when it was
 * handed over, new or not. A listing is one call, however many pages it has.
 */
export function withMeter(inner: Backend, {tally, kinds}: MeterOptions): Backend {
	const counts = (kind: RecordKind): boolean => kinds?.includes(kind) ?? true;
	const addRead = (kind: RecordKind, result: ReadResult): void => {
		if (counts(kind) && !(result instanceof Error)) {
			tally.recordsRead++;
			tally.bytesRead += result.length;
		}
	};

	const addWritten = (kind: RecordKind, bytes: Uint8Array): void => {
		if (counts(kind)) {
			tally.recordsWritten++;
			tally.bytesWritten += bytes.length;
		}
	};

	const outer = wrapCalls(inner, promiseMethods, async (name, call, parameters) => {
		tally.calls++;
		const result = await call();
		if (name === 'read') {
			addRead(parameters[0] as RecordKind, result as Uint8Array);
		} else if (name === 'readBatch') {
			for (const one of result as ReadResult[]) {
				addRead(parameters[0] as RecordKind, one);
			}
		} else if (name === 'stage') {
			for (const {bytes} of parameters[2] as readonly StoredRecord[]) {
				addWritten(parameters[1] as RecordKind, bytes);
			}
		} else if (name === 'replace') {
			addWritten(parameters[0] as RecordKind, parameters[2] as Uint8Array);
		} else if (name === 'putSnapshot') {
			const {references, header} = parameters[1] as {readonly references: Uint8Array; readonly header: Uint8Array};
			addWritten('references', references);
			addWritten('header', header);
		}

		return result;
	});
	return wrap(outer, {
		async visit(kind, ids, visit, options) {
			await outer.visit(kind, ids, (result, index) => {
				addRead(kind, result);
				visit(result, index);
			}, options);
		},
		...(inner.survey === undefined ? {} : {
			async survey(kind, ids, read, visit, options) {
				tally.calls++;
				await inner.survey!(kind, ids, read, (inspection, result, index) => {
					if (result !== undefined) {
						addRead(kind, result);
					}

					return visit(inspection, result, index);
				}, options);
			},
		} satisfies Partial<Backend>),
		list(...parameters) {
			tally.calls++;
			return inner.list(...parameters);
		},
		listReferences(...parameters) {
			tally.calls++;
			return inner.listReferences(...parameters);
		},
		listStaged(...parameters) {
			tally.calls++;
			return inner.listStaged(...parameters);
		},
	});
}
