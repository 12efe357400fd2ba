// One snapshot in two repositories that name content otherwise: its entries side by side.

import type {CallOptions} from '../../backends/contract.js';
import type {Entry} from '../../format/entry.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import {entriesOf} from '../reading.js';
import type {Repository} from '../repository.js';

/** A repository, and how it describes the snapshot. */
export type Telling = {readonly repository: Repository; readonly header: SnapshotHeader};

export type Twins = {readonly entry: Entry | undefined; readonly twin: Entry | undefined};

/** Entry beside entry until both indexes have ended. Memory: one piece of each. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND. */
export async function* twinsOf(source: Telling, target: Telling, options: CallOptions): AsyncGenerator<Twins> {
	const [ours, theirs] = [source, target].map(({repository, header}) => entriesOf(repository, header, {signal: options.signal}));
	for (;;) {
		const [entry, twin] = [await ours!.next(), await theirs!.next()];
		if (entry.done === true && twin.done === true) {
			return;
		}

		yield {entry: entry.done === true ? undefined : entry.value, twin: twin.done === true ? undefined : twin.value};
	}
}

/** Everything but what each side calls the content. */
const factsOf = ({content, ...facts}: Entry): string => JSON.stringify([facts, content === undefined, content?.kind === 'empty']);

/** Whether both are one and the same entry, as far as can be told without reading its content. */
export const areAlike = ({entry, twin}: Twins): boolean => entry !== undefined && twin !== undefined && factsOf(entry) === factsOf(twin);

/** Whether both indexes have the same entries: paths, metadata and sizes; content is told by its id alone and not read. */
export async function listSame(source: Telling, target: Telling, options: CallOptions): Promise<boolean> {
	for await (const twins of twinsOf(source, target, options)) {
		if (!areAlike(twins)) {
			return false;
		}
	}

	return true;
}
