// Runs a command line: finds the command, loads only what it needs, and answers with a truthful exit status.

import {deriveEarly} from '../engine/early-keys.js';
import {onWait} from '../engine/waits.js';
import {isPlakarError} from '../errors/plakar-error.js';
import {parseArguments, usageError, type FlagValues, type Invocation} from './arguments.js';
import type {RunCommand} from './command.js';
import {commands, helpText, type CommandName} from './grammar.js';
import {defaultRepository} from './places.js';
import {createOutput, printError, type Output} from './output.js';

/** A second signal within this time ends the process at once; everything on disk is consistent at any time. */
const secondSignalMs = 2000;

type Loaded = Exclude<CommandName, 'help' | 'version'>;

const loaders: Readonly<Record<Loaded, () => Promise<{readonly run: RunCommand}>>> = {
	create: async () => import('./commands/create.js'),
	push: async () => import('./commands/push.js'),
	ls: async () => import('./commands/ls.js'),
	clone: async () => import('./commands/clone.js'),
	sync: async () => import('./commands/sync.js'),
	compare: async () => import('./commands/compare.js'),
	check: async () => import('./commands/check.js'),
	heal: async () => import('./commands/heal.js'),
	restore: async () => import('./commands/restore.js'),
	pull: async () => import('./commands/restore.js'),
	cat: async () => import('./commands/cat.js'),
	diff: async () => import('./commands/diff.js'),
	find: async () => import('./commands/find.js'),
	tarball: async () => import('./commands/tarball.js'),
	info: async () => import('./commands/info.js'),
	server: async () => import('./commands/server.js'),
	stdio: async () => import('./commands/stdio.js'),
};

/** Aborts at the first signal; the second one soon after ends the process. */
function listenForSignals(output: Output): AbortSignal {
	const controller = new AbortController();
	let firstMs = 0;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(signal, () => {
			if (controller.signal.aborted && performance.now() - firstMs < secondSignalMs) {
				process.exit(130);
			}

			firstMs = performance.now();
			if (!controller.signal.aborted) {
				output.note('Stopping safely; once more to stop at once.');
			}

			controller.abort();
		});
	}

	return controller.signal;
}

/** Where threads find them too: a location holds no credentials, the environment says where those are. */
function passNetworkFlags(flags: FlagValues): void {
	for (const [flag, variable] of [['tokenFile', 'PLAKAR_TOKEN_FILE'], ['caFile', 'PLAKAR_CA_FILE']] as const) {
		const value = flags[flag];
		if (typeof value === 'string') {
			process.env[variable] = value;
		}
	}
}

async function runCommand(invocation: Invocation, version: string): Promise<number> {
	const {command, flags, parameters} = invocation;
	const output = createOutput({isJson: flags['json'] === true, isQuiet: flags['quiet'] === true, tells: flags['info'] === true});
	if (command === 'version' || flags['version'] === true) {
		output.json('version', {version});
		output.line(version);
		return 0;
	}

	if (command === 'help' || flags['help'] === true) {
		const topic = command === 'help' ? parameters[0] : command;
		if (topic !== undefined && !Object.hasOwn(commands, topic)) {
			throw usageError(`There is no command ${JSON.stringify(topic)}.`);
		}

		const text = helpText(topic as CommandName | undefined);
		output.json('help', {...(topic === undefined ? {} : {command: topic}), text});
		output.line(text);
		return 0;
	}

	passNetworkFlags(flags);
	if (command === undefined) {
		const {openInterface} = await import('./open-interface.js');
		return openInterface(invocation);
	}

	onWait(words => {
		output.note(words);
	});
	const passphrase = process.env['PLAKAR_PASSPHRASE'];
	if (passphrase !== undefined && passphrase !== '') {
		deriveEarly(invocation.repository ?? defaultRepository(), passphrase);
	}

	const [{run}, {commandOf}] = await Promise.all([loaders[command as Loaded](), import('./command.js')]);
	return run(commandOf(invocation, output, listenForSignals(output)));
}

/** Answers with the exit status; never throws. */
export async function runCommandLine(words: readonly string[], version: string): Promise<number> {
	try {
		return await runCommand(await parseArguments(words), version);
	} catch (error) {
		const isJson = words.includes('--json') || words.includes('-json');
		if (isPlakarError(error, 'USAGE') && !isJson) {
			process.stderr.write(`plakar-tui: ${error.message}\n${error.hint}\n`);
			return error.exitCode;
		}

		return printError(error, isJson);
	}
}
