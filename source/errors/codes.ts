// Every error code of the program: whether a retry can help and with which status the process ends.

type CodeProperties = {
	/** The same call may succeed later without anybody changing anything. */
	readonly retryable: boolean;
	/** The exit status of the command line when this error ends it. */
	readonly exitCode: number;
};

const failed: CodeProperties = {retryable: false, exitCode: 1};
const usage: CodeProperties = {retryable: false, exitCode: 2};
const transient: CodeProperties = {retryable: true, exitCode: 1};

export const codes = {
	USAGE: usage,
	REPOSITORY_NOT_FOUND: failed,
	REPOSITORY_EXISTS: failed,
	REPOSITORY_UNRECOGNISED: failed,
	REPOSITORY_SAME: failed,
	CONFIG_CORRUPT: failed,
	FORMAT_NEWER: failed,
	FORMAT_INVALID: failed,
	PASSPHRASE_NEEDED: failed,
	PASSPHRASE_WRONG: failed,
	SNAPSHOT_NOT_FOUND: failed,
	SNAPSHOT_AMBIGUOUS: failed,
	SNAPSHOT_CONFLICT: failed,
	PATH_NOT_FOUND: failed,
	PATH_EXISTS: failed,
	PATH_UNREADABLE: failed,
	RECORD_CORRUPT: failed,
	BACKEND_NOT_FOUND: failed,
	BACKEND_SHORT_READ: failed,
	BACKEND_IO: transient,
	BACKEND_FAILED: failed,
	BACKEND_CORRUPT: failed,
	BACKEND_UNAVAILABLE: transient,
	BACKEND_LOCKED: transient,
	BACKEND_FULL: failed,
	BACKEND_DENIED: failed,
	BACKEND_READ_ONLY: failed,
	PROTOCOL_ERROR: failed,
	PROTOCOL_VERSION: failed,
	AUTHENTICATION_FAILED: failed,
	PLAN_STALE: {retryable: false, exitCode: 4},
	PLAN_BLOCKED: failed,
	UNSUPPORTED: failed,
	CANCELLED: {retryable: false, exitCode: 130},
	INTERNAL: failed,
} as const satisfies Record<string, CodeProperties>;

export type ErrorCode = keyof typeof codes;
