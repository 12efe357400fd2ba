// Opens and creates repositories through ssh. The user's configuration, agent and known hosts apply: it is their ssh.

import type {Backend, CallOptions} from '../contract.js';
import {assertFreeOver, createOver, freeSpaceOver, openOver} from '../wire/connect.js';
import type {Line} from '../wire/line.js';
import type {RemoteSettings} from '../wire/remote-backend.js';
import {timeoutsFrom, type Timeouts} from '../wire/timeouts.js';
import {canonicalSsh, machineOf, parseSshPlace, shellWord, type SshMachine, type SshPlace} from './place.js';
import {MachineLine} from './machine-line.js';
import type {PipeSettings} from './pipe-line.js';
import {shareLine} from './shared-lines.js';

export type SshSettings = {
	/** The local program and its first words. */
	readonly ssh: readonly string[];
	/** The far program, as the far shell reads it. */
	readonly remote: string;
	/** Whether ssh may ask for a passphrase on the terminal. */
	readonly interactive: boolean;
	readonly timeouts: Timeouts;
};

/** From PLAKAR_SSH, PLAKAR_SSH_REMOTE and PLAKAR_TIMEOUT. In a thread, behind the screen, nobody can be asked. */
export function settingsFrom(environment: NodeJS.ProcessEnv): SshSettings {
	const given = (name: string, fallback: string): string => environment[name] === undefined || environment[name] === '' ? fallback : environment[name];
	return {
		ssh: given('PLAKAR_SSH', 'ssh').split(/\s+/).filter(word => word !== ''),
		remote: given('PLAKAR_SSH_REMOTE', 'plakar-tui'),
		interactive: process.stdin.isTTY && process.stderr.isTTY,
		timeouts: timeoutsFrom(environment),
	};
}

/** ssh itself notices a dead peer within this many silent intervals. */
const aliveCount = 3;

/** The command that runs `plakar-tui stdio` there, for `path`, or without one for those that requests name. */
export function sshCommand({user, host, port, path}: SshMachine & Partial<SshPlace>, {ssh, remote, interactive, timeouts: {connectMs, stallMs}}: SshSettings): string[] {
	return [
		...ssh, '-T',
		'-o', 'ClearAllForwardings=yes',
		'-o', `ConnectTimeout=${Math.ceil(connectMs / 1000)}`,
		'-o', `ServerAliveInterval=${Math.max(1, Math.ceil(stallMs / 1000 / aliveCount))}`,
		'-o', `ServerAliveCountMax=${aliveCount}`,
		'-o', `BatchMode=${interactive ? 'no' : 'yes'}`,
		...(user === undefined ? [] : ['-l', user]),
		...(port === undefined ? [] : ['-p', String(port)]),
		'--', host, `${remote} stdio --allow-delete${path === undefined ? '' : ` -- ${shellWord(path)}`}`,
	];
}

/** For a person to type a passphrase. */
const interactiveMs = 120_000;

/** A line of its own for each place: they work side by side. Where somebody may be asked, one for each machine. */
export function lineTo(location: string, settings: SshSettings): Line {
	const {path, ...machine} = parseSshPlace(location);
	const settingsOf = (peer: string, command: readonly string[]): PipeSettings => ({
		peer, command,
		greetingMs: settings.interactive ? interactiveMs : settings.timeouts.connectMs + settings.timeouts.stallMs,
		stallMs: settings.timeouts.stallMs,
	});
	const peer = canonicalSsh(location);
	const own = settingsOf(peer, sshCommand({...machine, path}, settings));
	return settings.interactive ? new MachineLine({peer, place: path, machine: settingsOf(machineOf(machine), sshCommand(machine, settings)), own}) : shareLine(own);
}

/** A transaction belongs to the process at the far end: one connection does all the writing. */
const remoteOf = (location: string): RemoteSettings => ({location: canonicalSsh(location), reopenable: false});

/** Throws REPOSITORY_NOT_FOUND, AUTHENTICATION_FAILED, PROTOCOL_ERROR, PROTOCOL_VERSION, BACKEND_UNAVAILABLE, UNSUPPORTED. */
export const openSsh = async (location: string, options: CallOptions = {}, settings = settingsFrom(process.env)): Promise<Backend> =>
	openOver(lineTo(location, settings), remoteOf(location), options);

/** Throws REPOSITORY_EXISTS and what `openSsh` throws. */
export const createSsh = async (location: string, config: Uint8Array, options: CallOptions = {}, settings = settingsFrom(process.env)): Promise<Backend> =>
	createOver(lineTo(location, settings), config, remoteOf(location), options);

/** Free bytes where the far program would make the repository; undefined where it cannot say. Throws what the line throws. */
export const freeSpaceAtSsh = async (location: string, options: CallOptions = {}, settings = settingsFrom(process.env)): Promise<number | undefined> =>
	freeSpaceOver(lineTo(location, settings), options);

/** Throws REPOSITORY_EXISTS when there is a repository already, and what the line throws. */
export const assertFreeAtSsh = async (location: string, options: CallOptions = {}, settings = settingsFrom(process.env)): Promise<void> =>
	assertFreeOver(lineTo(location, settings), canonicalSsh(location), options);
