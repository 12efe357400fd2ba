// What a repository holds, records that are only staged included.

import {openBackend} from '../../source/backends/registry.js';

/** Every record of `target` that is visible or staged, with its size: what a later run need not write. */
export async function keptOf(target: string): Promise<Map<string, number>> {
	const backend = await openBackend(target);
	const kept = new Map<string, number>();
	for (const kind of ['chunk', 'object', 'header'] as const) {
		for await (const page of backend.list(kind)) {
			for (const [index, size] of (await backend.sizes(kind, page)).entries()) {
				kept.set(`${kind} ${page[index]!}`, size);
			}

			for (const [index, size] of (kind === 'header' ? await backend.sizes('references', page) : []).entries()) {
				kept.set(`references ${page[index]!}`, size);
			}
		}
	}

	for (const {snapshot} of await backend.unfinished()) {
		for await (const page of backend.listStaged(snapshot)) {
			for (const {kind, id, sizeBytes} of page) {
				kept.set(`${kind} ${id}`, sizeBytes);
			}
		}
	}

	await backend.close();
	return kept;
}
