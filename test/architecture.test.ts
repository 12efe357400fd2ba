// The rooms of source/ and the doors between them: who may import whom, and how large a file and a folder may grow.

import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';

const root = fileURLToPath(new URL('../source', import.meta.url));
const files = readdirSync(root, {recursive: true, withFileTypes: true})
	.filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
	.map(entry => relative(root, join(entry.parentPath, entry.name)));

type Rule = {readonly may: readonly string[]; /** Types only. */ readonly types?: readonly string[]; /** By dynamic import only. */ readonly dynamic?: readonly string[]; readonly notPackages?: readonly RegExp[]};

const io = [/^node:(?:fs|net|http|https|child_process|worker_threads|os)/];
const screen = [/^ink/, /^react/];

const rules: Readonly<Record<string, Rule>> = {
	errors: {may: [], notPackages: [/^node:/, ...screen]},
	format: {may: ['errors'], notPackages: [...io, ...screen]},
	backends: {may: ['format', 'errors'], notPackages: screen},
	server: {may: ['workers', 'backends', 'format', 'errors'], notPackages: screen},
	workers: {may: ['backends', 'format', 'errors'], notPackages: screen},
	engine: {may: ['workers', 'backends', 'format', 'errors'], notPackages: screen},
	session: {may: ['engine', 'format', 'errors'], notPackages: screen},
	ui: {may: ['session'], types: ['format', 'errors', 'engine'], notPackages: [/^node:child_process/]},
	cli: {may: ['session', 'engine', 'server', 'errors', 'format'], types: ['ui'], dynamic: ['ui'], notPackages: screen},
};

type Import = {readonly from: string; readonly isType: boolean; readonly isDynamic: boolean};

function importsOf(file: string): Import[] {
	const text = readFileSync(join(root, file), 'utf8');
	const found: Import[] = [];
	for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?[^;'"]*?from\s+'([^']+)'/gm)) {
		found.push({from: match[2]!, isType: match[1] !== undefined, isDynamic: false});
	}

	for (const match of text.matchAll(/\bimport\('([^']+)'\)/g)) {
		found.push({from: match[1]!, isType: false, isDynamic: true});
	}

	return found;
}

const roomOf = (file: string): string => file.split('/')[0]!;

function problemsOf(file: string): string[] {
	const room = roomOf(file);
	const rule = rules[room];
	if (rule === undefined) {
		return file === 'main.ts' ? [] : [`${file} stands in no room`];
	}

	return importsOf(file).flatMap(({from, isType, isDynamic}) => {
		if (!from.startsWith('.')) {
			return !isType && rule.notPackages?.some(pattern => pattern.test(from)) === true ? [`${file} imports ${from}`] : [];
		}

		const target = roomOf(relative(root, join(root, dirname(file), from)));
		const isAllowed = target === room || rule.may.includes(target) || (isType && rule.types?.includes(target) === true) || (isDynamic && rule.dynamic?.includes(target) === true);
		return isAllowed ? [] : [`${file} imports ${from}`];
	});
}

/** The screen is put together here: the one file of ui/ that starts jobs. */
const exceptions = new Set<string>();

describe('source', () => {
	test('has files to look at', () => {
		expect(files.length).toBeGreaterThan(50);
	});

	test.each(Object.keys(rules))('%s imports only what it may', room => {
		expect(files.filter(file => roomOf(file) === room).flatMap(file => problemsOf(file)).filter(problem => !exceptions.has(problem))).toEqual([]);
	});

	test('a file says in its first line what it guarantees', () => {
		const silent = files.filter(file => !/^(?:#!.*\n)?\/\/ \S.*[.:?]?/.test(readFileSync(join(root, file), 'utf8')));
		expect(silent).toEqual([]);
	});

	test('no file swallows its neighbours', () => {
		const large = files.map(file => ({file, lines: readFileSync(join(root, file), 'utf8').split('\n').length})).filter(({lines}) => lines > 400);
		expect(large).toEqual([]);
	});

	test('what is drawn beyond ASCII comes from the one file of glyphs', () => {
		const drawn = files.filter(file => ['session', 'ui'].includes(roomOf(file)) && file !== 'session/glyphs.ts');
		const beyond = drawn.filter(file => readFileSync(join(root, file), 'utf8').split('\n').some(text => /[^\u0000-\u007E]/.test(text.replace(/(?:\/\/|^\s*(?:\/\*)?\*).*/, ''))));
		expect(beyond).toEqual([]);
	});

	test('no default exports, no reading of the environment in errors and format', () => {
		expect(files.filter(file => readFileSync(join(root, file), 'utf8').includes('export default'))).toEqual([]);
		expect(files.filter(file => ['errors', 'format'].includes(roomOf(file)) && /process\.(?:env|argv)/.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
	});
});

test('what the benchmarks take of the sources is there', () => {
	const folder = fileURLToPath(new URL('../bench', import.meta.url));
	const taken = readdirSync(folder).flatMap(bench => [...readFileSync(join(folder, bench), 'utf8').matchAll(/'([\w/-]+\.ts)': '([\w, ]+)'/g)].flatMap(([, file, names]) => names!.split(', ').map(name => ({file: file!, name}))));
	expect(taken.length).toBeGreaterThan(10);
	expect(taken.filter(({file, name}) => !files.includes(file) || !new RegExp(`^export (?:async )?(?:function\\*?|const|class) ${name}\\b`, 'm').test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
});

test('the compiler and the bundler know no more than the oldest Node that may run it', () => {
	const textOf = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
	const oldest = /^\^(\d+\.\d+) /.exec((JSON.parse(textOf('package.json')) as {engines: {node: string}}).engines.node)?.[1];
	expect(oldest).toBe('20.19');
	expect((JSON.parse(textOf('node_modules/@types/node/package.json')) as {version: string}).version).toMatch(new RegExp(`^${oldest}\\.`));
	// All of it is in Node 20; what came later (Promise.withResolvers, sets, iterators) is not.
	expect((JSON.parse(textOf('tsconfig.json')) as {compilerOptions: {lib: string[]}}).compilerOptions.lib).toEqual(['es2023']);
	expect(textOf('build.js')).toContain(`target: 'node${oldest}'`);
});
