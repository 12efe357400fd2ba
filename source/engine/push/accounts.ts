// Names for user and group numbers, from the machine's account files; unknown numbers have no name.

import {readFileSync} from 'node:fs';
import {userInfo} from 'node:os';

export type AccountNames = {user(uid: number): string; group(gid: number): string};

function readNames(file: string): Map<number, string> {
	const names = new Map<number, string>();
	try {
		for (const line of readFileSync(file, 'latin1').split('\n')) {
			const [name, , number] = line.split(':');
			if (name !== undefined && number !== undefined && !names.has(Number(number))) {
				names.set(Number(number), name);
			}
		}
	} catch {
		// A machine without account files: numbers alone are recorded.
	}

	return names;
}

/** Whoever runs this, when the account is in a directory service and not in the file. */
function addOwnName(users: Map<number, string>): void {
	try {
		const {uid, username} = userInfo({encoding: 'buffer'});
		if (!users.has(uid)) {
			users.set(uid, username.toString('latin1'));
		}
	} catch {
		// No account anywhere for this number, as in some containers.
	}
}

/** Reads both files once. Names are bytes (latin1), like everything from the filesystem. */
export function readAccountNames(): AccountNames {
	const users = readNames('/etc/passwd');
	addOwnName(users);
	const groups = readNames('/etc/group');
	return {user: uid => users.get(uid) ?? '', group: gid => groups.get(gid) ?? ''};
}

/** The name of the user who runs this; the number where the machine knows no name, as in a container that was given one. */
export function ownName(): string {
	try {
		return userInfo().username;
	} catch {
		return String(process.getuid?.() ?? 'unknown');
	}
}
