// What clients may do with what is served: reading always; adding and removing as the operator allows.

import {PlakarError} from '../errors/plakar-error.js';
import type {Trust} from '../backends/wire/operations.js';

export type Access = {
	/** Snapshots may be added. */
	readonly add: boolean;
	/** What is there may be removed or replaced; needs `add`. */
	readonly remove: boolean;
};

/** Throws BACKEND_READ_ONLY unless `access` allows what needs `trust`. */
export function assertAllowed(access: Access, trust: Trust, name: string): void {
	if (trust === 'read' || (trust === 'add' ? access.add : access.add && access.remove)) {
		return;
	}

	throw access.add
		? new PlakarError('BACKEND_READ_ONLY', {
			message: `The server lets nobody remove or replace anything in ${name}.`,
			hint: 'Do it on the machine that holds the repository, or have the server started with --allow-delete.',
		})
		: new PlakarError('BACKEND_READ_ONLY', {
			message: `The server gives ${name} for reading only.`,
			hint: 'Choose another target, or have the server started without --read-only.',
		});
}
