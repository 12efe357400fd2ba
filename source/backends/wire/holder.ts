// Who holds a lock, on the wire.

import type {LockHolder} from '../contract.js';
import type {Fields} from './fields.js';

/** Throws PROTOCOL_ERROR. */
export const holderOf = (fields: Fields): LockHolder => ({
	mode: fields.oneOf('mode', ['shared', 'exclusive']),
	host: fields.text('host'),
	pid: fields.number('pid'),
	purpose: fields.text('purpose'),
	sinceMs: fields.number('sinceMs'),
	refreshedMs: fields.number('refreshedMs'),
});
