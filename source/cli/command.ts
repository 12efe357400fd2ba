// What every command is given, and how one ends.

import type {JobContext} from '../engine/run-job.js';
import type {JobEvent} from '../engine/events.js';
import {Counters} from '../engine/counters.js';
import type {RepositoryAccess, SnapshotTarget} from '../engine/jobs.js';
import {findSnapshot, listSnapshots, openRepository, type Repository} from '../engine/repository.js';
import {pathFromText, type PathBytes} from '../format/paths.js';
import type {FlagValues, Invocation} from './arguments.js';
import type {Whose} from './given-passphrase.js';
import type {Output} from './output.js';
import {accessTo} from './passphrase.js';
import {defaultRepository, resolvePlace} from './places.js';
import {parseSize} from './sizes.js';
import {startProgress, type Progress} from './progress.js';

export type Command = {
	readonly parameters: readonly string[];
	readonly flags: FlagValues;
	readonly output: Output;
	/** Aborted by the first SIGINT or SIGTERM. */
	readonly signal: AbortSignal;
	/** The repository that `on` named, or the default one. */
	readonly location: string;
};

/** Answers with the exit status. */
export type RunCommand = (command: Command) => Promise<number>;

export const exitCodes = {done: 0, failed: 1, usage: 2, findings: 3, stale: 4, interrupted: 130} as const;

export const commandOf = ({parameters, flags, repository}: Invocation, output: Output, signal: AbortSignal): Command => ({
	parameters, flags, output, signal, location: repository === undefined ? defaultRepository() : resolvePlace(repository),
});

/** How to open the command's own repository. */
export const ownAccess = async ({location, flags, signal}: Command, need: boolean): Promise<RepositoryAccess> => accessTo(location, flags, {need, signal});

/** How to open another repository; its passphrase has its own flag and variable. */
export const peerAccess = async ({flags, signal}: Command, given: string, need: boolean, whose: Whose = 'peer'): Promise<RepositoryAccess> =>
	accessTo(resolvePlace(given), flags, {whose, need, signal});

/** "PREFIX[:PATH]" as its parts; the rest may hold more colons. */
export function partTarget(text: string): {readonly prefix: string; readonly path: PathBytes | undefined} {
	const colon = text.indexOf(':');
	if (colon < 0) {
		return {prefix: text, path: undefined};
	}

	const path = text.slice(colon + 1).replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '');
	return {prefix: text.slice(0, colon), path: pathFromText(path.startsWith('/') ? path : `/${path}`)};
}

/** The snapshots that arguments name. "latest" is the newest. Throws SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS. */
export async function findTargets(repository: Repository, parameters: readonly string[]): Promise<SnapshotTarget[]> {
	const targets: SnapshotTarget[] = [];
	for (const parameter of parameters) {
		const {prefix, path} = partTarget(parameter);
		const newest = prefix === 'latest' ? (await listSnapshots(repository))[0]?.snapshot : undefined;
		targets.push({snapshot: newest ?? await findSnapshot(repository, prefix), path});
	}

	return targets;
}

/** The same of a repository that is opened for it; undefined, which is all of it, without arguments. */
export async function targetsIn(access: RepositoryAccess, parameters: readonly string[], signal: AbortSignal): Promise<SnapshotTarget[] | undefined> {
	if (parameters.length === 0) {
		return undefined;
	}

	const repository = await openRepository(access, {signal});
	try {
		return await findTargets(repository, parameters);
	} finally {
		await repository.close();
	}
}

/** The bytes a second of --limit-rate; 0 without it. Throws USAGE. */
export const limitOf = ({limitRate}: FlagValues): number => typeof limitRate === 'string' ? parseSize(limitRate, 'limit-rate') : 0;

/** Runs `work` with a progress line and, under --json, with its events as lines. Troubles are told as they come. */
export async function withJob<Result>({output, signal, flags}: Command, work: (context: JobContext) => Promise<Result>): Promise<Result> {
	const counters = new Counters();
	counters.setLimit(limitOf(flags));
	const progress: Progress = startProgress(counters, process.stderr.isTTY && !output.isJson && flags['quiet'] !== true);
	const onEvent = (event: JobEvent): void => {
		progress.onEvent(event);
		if (event.type === 'trouble') {
			output.json('trouble', {path: event.path, error: {code: event.error.code, message: event.error.message}});
			progress.above(() => {
				process.stderr.write(output.isJson ? '' : `${event.error.message}\n`);
			});
		} else if (event.type === 'notice') {
			progress.above(() => {
				output.note(event.text);
			});
		} else if (event.type === 'phase' || event.type === 'snapshot') {
			const {type, ...rest} = event;
			output.json(type, rest);
		}
	};

	try {
		return await work({counters, signal, onEvent});
	} finally {
		progress.stop();
	}
}
