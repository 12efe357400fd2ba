// The entry of a thread that writes for a server: one call after the other, each transaction through a backend of its own.

import {parentPort} from 'node:worker_threads';
import type {Backend, StoredRecord} from '../backends/contract.js';
import {openBackend} from '../backends/registry.js';
import {toPlainError, type PlainError} from '../errors/revive.js';
import type {RecordId, SharedKind, SnapshotId} from '../format/ids.js';

/** An open transaction of one of the server's repositories. */
export type Place = {readonly location: string; readonly snapshot: SnapshotId};

/** What a stager thread can be asked for, with what it answers. */
export type StagerCalls = {
	stage: {readonly request: {readonly kind: SharedKind; readonly records: readonly StoredRecord[]}; readonly answer: boolean[]};
	reference: {readonly request: {readonly kind: SharedKind; readonly ids: readonly RecordId[]}; readonly answer: RecordId[]};
	/** The transaction has ended: a backend remembers things of it that are no longer so. */
	forget: {readonly request: object; readonly answer: undefined};
};

export type StagerCall = keyof StagerCalls;
export type StagerRequest<Call extends StagerCall = StagerCall> = Call extends StagerCall ? {readonly call: Call; readonly place: Place} & StagerCalls[Call]['request'] : never;
export type ToStager = {readonly number: number; readonly request: StagerRequest};
type FromStager = {readonly number: number; readonly answer: StagerCalls[StagerCall]['answer']} | {readonly number: number; readonly error: PlainError};

const backends = new Map<string, Promise<Backend>>();
const nameOf = ({location, snapshot}: Place): string => `${snapshot} ${location}`;

async function backendOf(place: Place): Promise<Backend> {
	const name = nameOf(place);
	const opening = backends.get(name) ?? openBackend(place.location);
	backends.set(name, opening);
	try {
		return await opening;
	} catch (error) {
		backends.delete(name);
		throw error;
	}
}

async function perform(request: StagerRequest): Promise<StagerCalls[StagerCall]['answer']> {
	const {call, place} = request;
	switch (call) {
		case 'stage': {
			return (await backendOf(place)).stage(place.snapshot, request.kind, request.records);
		}

		case 'reference': {
			return (await backendOf(place)).reference(place.snapshot, request.kind, request.ids);
		}

		case 'forget': {
			const opening = backends.get(nameOf(place));
			backends.delete(nameOf(place));
			await (await opening?.catch(() => undefined))?.close();
			return undefined;
		}
	}
}

let previous: Promise<void> = Promise.resolve();
parentPort?.on('message', ({number, request}: ToStager) => {
	previous = previous.then(async () => {
		try {
			parentPort!.postMessage({number, answer: await perform(request)} satisfies FromStager);
		} catch (error) {
			parentPort!.postMessage({number, error: toPlainError(error)} satisfies FromStager);
		}
	});
});
