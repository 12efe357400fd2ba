// Reads a command line: one dash or two, flags before or after the arguments, and the nearest match for what is unknown.

import {existsSync} from 'node:fs';
import {PlakarError} from '../errors/plakar-error.js';
import {nearest} from '../session/nearest.js';
import {commands, globalFlags, interfaceFlags, type CommandName, type FlagKind} from './grammar.js';

export type FlagValues = Readonly<Record<string, string | boolean | number | undefined>>;

export type Invocation = {
	/** Undefined: the terminal UI. */
	readonly command: CommandName | undefined;
	/** What `on` named. */
	readonly repository: string | undefined;
	readonly parameters: readonly string[];
	readonly flags: FlagValues;
};

export const usageError = (message: string, command?: string): PlakarError => new PlakarError('USAGE', {
	message,
	hint: `See: plakar-tui help${command === undefined ? '' : ` ${command}`}`,
});

const camel = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** "-fast" and "--fast" alike; "-h" is help. A lone dash and numbers are arguments. */
const asLongFlag = (word: string): string => word === '-h' ? '--help' : /^-[a-z][a-z-]*(?:=|$)/i.test(word) ? `-${word}` : word;

type Words = {readonly flags: string[]; readonly parameters: string[]};

/** Parts flags (with their values) from arguments. Throws USAGE for a flag that `known` lacks. */
function partWords(words: readonly string[], known: Readonly<Record<string, FlagKind>>, command: string | undefined): Words {
	const parted: Words = {flags: [], parameters: []};
	for (let index = 0; index < words.length; index++) {
		const word = asLongFlag(words[index]!);
		if (word === '--') {
			parted.parameters.push(...words.slice(index + 1));
			break;
		}

		if (!word.startsWith('--')) {
			parted.parameters.push(word);
			continue;
		}

		const [name, value] = [word.slice(2).split('=', 1)[0]!, word.includes('=')];
		const kind = known[name] ?? (name.startsWith('no-') && known[name.slice(3)] === 'negatable' ? 'boolean' : undefined);
		if (kind === undefined) {
			const names = Object.entries(known).map(([flag, flagKind]) => flagKind === 'negatable' ? `no-${flag}` : flag);
			throw usageError(`Unknown flag --${name}.${nearest(name, names, '--')}`, command);
		}

		parted.flags.push(word);
		if ((kind === 'string' || kind === 'number') && !value) {
			const next = words[++index];
			if (next === undefined) {
				throw usageError(`The flag --${name} needs a value.`, command);
			}

			parted.flags[parted.flags.length - 1] = `${word}=${next}`;
		}
	}

	return parted;
}

/** meow costs 25 ms to load (measured): a command without flags does without it. */
async function parseFlags(words: readonly string[], known: Readonly<Record<string, FlagKind>>, command: string | undefined): Promise<FlagValues> {
	if (words.length === 0) {
		return Object.fromEntries(Object.entries(known).map(([name, kind]) => [camel(name), kind === 'negatable' ? true : undefined]));
	}

	const {default: meow} = await import('meow');
	const definitions = Object.fromEntries(Object.entries(known).map(([name, kind]) => [
		camel(name),
		kind === 'negatable' ? {type: 'boolean', default: true} : {type: kind === 'boolean' ? 'boolean' : kind},
	]));
	const {flags} = meow('', {
		importMeta: import.meta,
		pkg: {name: 'plakar-tui'},
		argv: words,
		flags: definitions as never,
		autoHelp: false,
		autoVersion: false,
	});
	for (const [name, kind] of Object.entries(known)) {
		const value = (flags as FlagValues)[camel(name)];
		if (kind === 'number' && value !== undefined && !Number.isFinite(value)) {
			throw usageError(`The flag --${name} needs a number.`, command);
		}
	}

	return flags as FlagValues;
}

/** The words of the command line, understood. Throws USAGE. */
export async function parseArguments(words: readonly string[]): Promise<Invocation> {
	const everyFlag = Object.assign({}, globalFlags, interfaceFlags, ...Object.values(commands).map(({flags}) => flags)) as Record<string, FlagKind>;
	if (words.some(word => word === '' || /^--?[a-z-]+=$/i.test(word))) {
		throw usageError('An argument is empty; perhaps a variable that is not set.');
	}

	const {parameters: first} = partWords(words, everyFlag, undefined);
	const on = first[0] === 'on' ? first[1] : undefined;
	if (first[0] === 'on' && on === undefined) {
		throw usageError('After "on" comes a repository.');
	}

	const rest = on === undefined ? first : first.slice(2);
	const [word] = rest;
	const isCommand = word !== undefined && Object.hasOwn(commands, word);
	const command = isCommand ? word as CommandName : undefined;
	if (command === undefined && word !== undefined && (on !== undefined || !looksLikeRepository(word))) {
		throw usageError(`Unknown command ${JSON.stringify(word)}.${nearest(word, Object.keys(commands))}`);
	}

	const known = {...globalFlags, ...(command === undefined ? interfaceFlags : commands[command].flags)};
	const {flags, parameters} = partWords(words, known, command);
	const own = parameters.slice(on === undefined ? 0 : 2);
	return {command, repository: on, parameters: command === undefined ? own : own.slice(1), flags: await parseFlags(flags, known, command)};
}

/** A word where a command could stand that is meant as a repository to open: a path, a URL or a name from the list. */
const looksLikeRepository = (word: string): boolean => /^[.~@/]|\/|:/.test(word) || existsSync(word);
