// A backend that can be read and never changed: every call that would write is refused before it reaches the medium.

import {PlakarError} from '../../errors/plakar-error.js';
import type {Backend, BackendWriter} from '../contract.js';
import {wrapCalls} from './wrap.js';

/** All of the contract's writer; `satisfies` makes a method that is added there and forgotten here an error of compilation. */
const writing = Object.keys({
	lock: true, begin: true, stage: true, reference: true, putSnapshot: true, commit: true, rollback: true, replace: true, writeConfig: true, dereference: true, remove: true,
} satisfies Record<keyof BackendWriter, true>) as Array<keyof BackendWriter>;

/** `inner` without its writing: each such call throws BACKEND_READ_ONLY. A lock is writing too. */
export const withReadOnly = (inner: Backend): Backend => wrapCalls(inner, writing, async name => {
	throw new PlakarError('BACKEND_READ_ONLY', {
		message: `${inner.location} was opened for reading only; ${name} was refused.`,
		hint: 'Nothing was changed. Start again without --read-only to write.',
		context: {call: name},
	});
});
