// The access log: one line a request, without secrets, nothing in it that could move a cursor.

import {displayText} from '../format/paths.js';

export type Access = {
	readonly address: string;
	/** As it was requested. */
	readonly url: string;
	readonly status: number;
	readonly operation: string;
	readonly outcome: string;
	readonly receivedBytes: number;
	readonly sentBytes: number;
	readonly durationMs: number;
};

export type AccessLog = (access: Access) => void;

const longestPath = 80;
/** The protocol has no queries; one may hold a secret that was meant for something else. */
const query = /\?.*$/s;

/** Writes to `write`; `now` is the time of the line. */
export const createAccessLog = (write: (line: string) => void, now: () => Date = () => new Date()): AccessLog => ({address, url, status, operation, outcome, receivedBytes, sentBytes, durationMs}) => {
	const path = url.replace(query, '?...').slice(0, longestPath);
	write(`${now().toISOString()} ${displayText(address)} ${displayText(JSON.stringify(path).slice(1, -1))} ${operation} ${status} ${outcome} in ${receivedBytes} out ${sentBytes} ${durationMs.toFixed(0)} ms\n`);
};
