// Runs the built program as a user would, with a home of its own.

import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {program} from '../terminal/pty.js';
import {fastPlace, temporaryFolder} from './folders.js';

export type Outcome = {readonly status: number | null; readonly stdout: string; readonly stderr: string};

export type Home = {
	/** Where commands run. */
	readonly folder: string;
	readonly home: string;
	/** Runs a command line; words are parted at spaces, and EMPTY stands for an empty one. */
	run(line: string, options?: {env?: Record<string, string>; input?: string; uid?: number}): Outcome;
};

/** Commands run in `folder`, which may hold the home already. */
export function makeHome(folder = temporaryFolder(fastPlace)): Home {
	const home = join(folder, 'home');
	mkdirSync(home, {recursive: true});
	return {
		folder,
		home,
		run(line, {env = {}, input, uid} = {}) {
			const {NO_COLOR: _noColor, FORCE_COLOR: _forceColor, PLAKAR_PASSPHRASE: _, XDG_CACHE_HOME: _cache, XDG_CONFIG_HOME: _config, XDG_DATA_HOME: _share, XDG_STATE_HOME: _state, ...inherited} = process.env;
			const {status, stdout, stderr} = spawnSync(process.execPath, [program, ...line.split(' ').filter(word => word !== '').map(word => word === 'EMPTY' ? '' : word)], {
				cwd: folder, env: {...inherited, HOME: home, ...env}, encoding: 'utf8', input: input ?? '', maxBuffer: 1 << 28, ...(uid === undefined ? {} : {uid}),
			});
			return {status, stdout, stderr};
		},
	};
}

/** A process that has ended and that its parent never asks for, until `release` is called. Needs /proc. */
export async function endedProcess(): Promise<{readonly pid: number; release(): void}> {
	const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {stdio: ['ignore', 'pipe', 'ignore']});
	const [line] = await once(parent.stdout, 'data') as [Buffer];
	const pid = Number(line.toString());
	while (!readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')) {
		// It ends at once.
	}

	return {pid, release: () => void parent.kill()};
}

/** Whether a process is there and has not ended. Needs /proc. */
export function isAlive(pid: number): boolean {
	try {
		return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
	} catch {
		return false;
	}
}
