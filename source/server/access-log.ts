// The access log: one line a request, without secrets, nothing in it that could move a cursor.

import {displayText} from '../format/paths.js';

export type Access = {
	readonly address: string;
	readonly path: string;
	readonly status: number;
	readonly operation: string;
	readonly outcome: string;
	readonly receivedBytes: number;
	readonly sentBytes: number;
	readonly durationMs: number;
};

export type AccessLog = (access: Access) => void;

const longestPath = 80;

/** Writes to `write`; `now` is the time of the line. */
export const createAccessLog = (write: (line: string) => void, now: () => Date = () => new Date()): AccessLog => ({address, path, status, operation, outcome, receivedBytes, sentBytes, durationMs}) => {
	write(`${now().toISOString()} ${displayText(address)} ${displayText(JSON.stringify(path.slice(0, longestPath)).slice(1, -1))} ${operation} ${status} ${outcome} in ${receivedBytes} out ${sentBytes} ${durationMs.toFixed(0)} ms\n`);
};
