// Names a process so that no other one, here or on another machine, is taken for it: a pid alone is given again after a
// restart, and counts for nothing outside of its container.

import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {hostname} from 'node:os';

/** As Linux counts the times that it tells of a process: since its boot. */
const startField = 22;

/** When the process `pid` of this machine began, in ticks since the boot; undefined where the system does not tell. */
export function startTicksOf(pid: number | 'self'): number | undefined {
	try {
		// The second field, in parentheses, is a name that may hold anything.
		const rest = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
		const ticks = Number(rest[startField - 3]);
		return Number.isSafeInteger(ticks) ? ticks : undefined;
	} catch {
		return undefined;
	}
}

/** Ended, threads too, and only kept in the table of processes because its parent never asks: for ever, in a container without an init. */
function isEnded(pid: number): boolean {
	try {
		return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')) && readdirSync(`/proc/${pid}/task`).length <= 1;
	} catch {
		return false;
	}
}

/** Whether some process has this number here. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return !isEnded(pid);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** The boot of this machine and the namespace of its pids: where the pids that this process sees mean the same. */
function readMachine(): string | undefined {
	try {
		return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
	} catch {
		return undefined;
	}
}

const machine = readMachine();

const markOf = (pid: number | 'self'): string | undefined => {
	const ticks = startTicksOf(pid);
	return machine === undefined || ticks === undefined ? undefined : `${machine} ${ticks}`;
};

/** The mark of this process; undefined where the system does not tell enough, as on anything but Linux. */
export const ownMark = markOf('self');

/**
 * Whether the process `pid` that left `mark` runs: by looking, which is possible only in its own boot and namespace.
 * Undefined when it cannot be known from here.
 */
export function runs(pid: number, mark: string): boolean | undefined {
	const space = mark.lastIndexOf(' ');
	if (machine === undefined || mark.slice(0, space) !== machine) {
		return undefined;
	}

	const ticks = startTicksOf(pid);
	return isAlive(pid) && (ticks === undefined || ticks === Number(mark.slice(space + 1)));
}

/** Names the machine in a few letters: its boot and pids where it tells of them, else its name. */
const nameMachine = (): string => createHash('sha256').update(machine ?? hostname()).digest('hex').slice(0, 16);

/** Each is made when it is first asked for: few processes and threads ever need one. */
const words: {machine?: string; own?: string} = {};
const machineWord = (): string => words.machine ??= nameMachine();

/** Names this process in a file's name; see `hasEnded`. */
export const ownWord = (): string => words.own ??= `${process.pid}-${startTicksOf('self') ?? 0}-${machineWord()}`;

/** Whether the process that `word` names was one of this machine's and runs no more; false where that cannot be known from here. */
export function hasEnded(word: string): boolean {
	const [, pid, ticks, machineThere] = /^(\d+)-(\d+)-([\da-f]{16})$/.exec(word) ?? [];
	return machineThere === machineWord() && !(isAlive(Number(pid)) && (startTicksOf(Number(pid)) ?? 0) === Number(ticks));
}
