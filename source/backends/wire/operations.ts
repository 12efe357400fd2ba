// What a client may ask a server for, and how much each operation is trusted with.

/** `read` changes nothing, `add` only adds, `remove` can make something vanish or change what is visible. */
export type Trust = 'read' | 'add' | 'remove';

export const operations = {
	hello: 'read',
	readConfig: 'read',
	readBatch: 'read',
	list: 'read',
	sizes: 'read',
	inspect: 'read',
	listReferences: 'read',
	unfinished: 'read',
	listStaged: 'read',
	freeSpace: 'read',
	storedSize: 'read',
	locks: 'read',
	create: 'add',
	lock: 'add',
	refresh: 'add',
	release: 'add',
	begin: 'add',
	outcome: 'add',
	stage: 'add',
	reference: 'add',
	putSnapshot: 'add',
	commit: 'add',
	rollback: 'add',
	writeConfig: 'add',
	replace: 'remove',
	dereference: 'remove',
	remove: 'remove',
} as const satisfies Record<string, Trust>;

export type Operation = keyof typeof operations;
export const isOperation = (text: string): text is Operation => Object.hasOwn(operations, text);

/** Who asks: what locks name. The lanes of one process are one client. */
export type Client = {readonly host: string; readonly pid: number};

/** Ids in one page of a listing: a mebibyte, so that a million ids take some thirty round trips. */
export const pageIds = 32_768;
