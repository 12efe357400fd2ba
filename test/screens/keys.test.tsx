// Sentences name the keys that are set: every scene, drawn and said under other keys, names none of the program's own.

import {describe, expect, test} from 'vitest';
import type {ActionId} from '../../source/session/actions/action-ids.js';
import {actions} from '../../source/session/actions/all.js';
import {shownKey} from '../../source/session/key-names.js';
import {keyOf} from '../../source/session/key-of.js';
import {actionsOf} from '../../source/session/keymap.js';
import {Speech} from '../../source/session/plain/speech.js';
import type {ScreenName, State} from '../../source/session/state.js';
import {openOffice, type OpenedOffice} from '../terminal/office.js';
import {scenes} from './scenes/all.js';
import {walk, type Scene} from './scenes/scene.js';

/** Letters of a script that no scene holds: each action shows one, and keeps the keys by which the scenes are walked to. */
const firstLetter = 0x12_00;
const letterOf = new Map(actions.map(({id}, index) => [id, String.fromCodePoint(firstLetter + index)]));
const otherKeys = Object.fromEntries(actions.map(({id, keys}) => [id, [letterOf.get(id)!, ...keys]]));

const own = [...new Set(actions.flatMap(({keys}) => keys).map(key => shownKey(key)))];
/** Not the digits, which stand before the titles of panes alone; the star, which is the sign of a note; and what is a word or a sign too. */
const single = `[${own.filter(key => /^[b-zB-Z/:]$/.test(key)).join('')}]`;
const names = own.filter(key => key.length > 1).join('|');

/** Where a text names a key: by a word, in brackets, where a clause begins, after what leads to a key, and before a title. */
const places = [
	`(?<![\\w-])(?:${names})(?![\\w-])`,
	`\\(${single}(?=[):\\s])`,
	`(?:^|[│.;:,] ?|\\b(?:then|and|or|[Pp]ress|before) )(?:${single}(?=  ?[a-z])|[A?](?= [a-z]+s\\b))`,
	`\\b(?:before|and|[Pp]ress) ${single}(?=[.,;])`,
	'[│─] [123] (?=[A-Z])',
].map(pattern => new RegExp(pattern, 'gu'));

/** These keys answer a dialog, whatever the settings say. */
const fixed = /^(?:Enter|Esc|Down|PgDn|[│.;:,]? ?[yr]|(?:press|before) y)$/;
const fixedAhead = 'y is asked before any';

/** Of the name of a repository, which may be shortened. */
const toldName = 6;

/** What `line` names of the program's own keys. The sign before the name of a repository is its role, or whether it holds a snapshot. */
function namedIn(line: string, {repositories}: State): string[] {
	const text = line.replace(fixedAhead, '');
	return places.flatMap(place => [...text.matchAll(place)])
		.filter(({0: found, index}) => !repositories.some(({name}) => text.slice(index + found.length).trimStart().startsWith(name.slice(0, toldName))))
		.map(([found]) => found.trim());
}

const sizes = [[160, 45], [100, 30], [60, 16]] as const;

/** All that a scene shows and says, with why it does not do what it does not, but for what lists keys: the footer, and the help. A dialog is alone on the smallest screen. */
async function textsOf({application, terminal, draw}: OpenedOffice): Promise<string[]> {
	const texts: string[] = [];
	const isHelp = application.state.screen === 'help';
	for (const [columns, rows] of application.state.dialog === undefined ? sizes : sizes.slice(-1)) {
		terminal.resize(columns, rows);
		const grid = await draw();
		texts.push(...grid.filter((_, row) => row === rows - 1 || (row !== rows - 2 && !isHelp)));
	}

	const spoken = new Speech(application).screen().map(said => 'line' in said ? said.line : said.echo);
	const reasons = actionsOf(application.state).map(({offBecause}) => offBecause?.(application.state, application) ?? '');
	return [...new Set([...texts, ...isHelp ? spoken.slice(0, -1) : spoken, ...reasons].map(text => text.trim()))];
}

/** What sentences name although it is done on another screen; they say where. */
const elsewhere: Readonly<Partial<Record<ScreenName, readonly ActionId[]>>> = {
	compare: ['browse'], browse: ['restore.start'], jobs: ['sync.plan', 'clone', 'check'], plan: ['compare.inspect'], run: ['check.heal', 'check.again', 'browse.restore', 'matrix.reread'],
};

const walkUnder = async (keys: Readonly<Record<string, readonly string[]>>, scene: Scene): Promise<OpenedOffice> => walk({...scene, options: {...scene.options, keys}}, sizes[0]);

describe('under other keys', () => {
	test.each(Object.entries(scenes))('%s', async (_, scene) => {
		const office = await walkUnder(otherKeys, scene);
		const {state} = office.application;
		const texts = await textsOf(office);
		const named = texts.flatMap(text => namedIn(text, state).filter(found => scene.dialog === undefined || !fixed.test(found)).map(found => `${found} in: ${text}`));
		expect(named).toEqual([]);
		// What is named can be pressed here. A dialog lists keys of its own, and the palette those of all screens.
		const here = new Set([...actionsOf(state).map(({id}) => id), ...elsewhere[state.screen] ?? []]);
		const unreachable = actions.filter(({id}) => !here.has(id) && texts.some(text => text.includes(letterOf.get(id)!))).map(({id}) => id);
		expect(scene.dialog === undefined ? unreachable : []).toEqual([]);
	});
});

test('what is searched for has its keys before all else, and sentences know', async () => {
	const {application, press, paste} = await walkUnder({'compare.swap': ['n'], 'match.next': ['ctrl-n', 'n']}, scenes['compare']!);
	const swap = (): string => keyOf(application.state, 'compare.swap');
	expect(swap()).toBe('n');
	press('/');
	paste('web1');
	press('enter');
	expect([keyOf(application.state, 'match.next'), swap()]).toEqual(['Ctrl-N', ':swap']);
});

test('an action without a key is named as the palette has it, and a title stands alone', async () => {
	const plan = await walkUnder({'plan.start': [], 'plan.focus': []}, scenes['plan']!);
	expect((await plan.draw()).at(-1)).toMatch(/\. :start sends \d, /);
	plan.press(':');
	plan.paste('start');
	expect((await plan.draw()).at(-1)).toContain('Enter does it: start.');
	const compare = await walkUnder({'pane.list': [], 'pane.source': [], 'pane.target': ['f8']}, scenes['compare']!);
	const titles = (await compare.draw())[1]!;
	expect(['─ Repositories ─', '─ SOURCE office', '─ F8 TARGET vault'].filter(title => !titles.includes(title))).toEqual([]);
});

test('the first screen tells of all arrows and letters only while each of them moves', async () => {
	const wordsUnder = async (keys: Readonly<Record<string, readonly string[]>>): Promise<string | undefined> => (await (await walkUnder(keys, scenes['first-run']!)).draw()).find(text => text.includes('Keys:'))?.match(/Keys: {2}(.*?) move/)?.[1];
	expect(await wordsUnder({})).toBe('arrows or hjkl');
	expect(await wordsUnder({'move.down': ['down', 'ctrl-n']})).toBe('arrows');
	expect(await wordsUnder({'move.down': ['ctrl-n'], 'move.up': ['ctrl-p']})).toBe('Ctrl-N and Ctrl-P');
});

test('what comes too soon after a plan has appeared is answered with the key that starts it', async () => {
	const {application, engine, press, wait, settled} = openOffice({}, sizes[1], {keys: {'plan.start': ['Y']}});
	await settled();
	press('S');
	await settled();
	press('Y');
	expect((await settled()).at(-1)).toBe(' The plan has just appeared: look at it, then press Y again.');
	wait(300);
	press('Y');
	expect({started: engine.requests.filter(({verb}) => verb === 'sync').length, screen: application.state.screen}).toEqual({started: 1, screen: 'run'});
});

test('arrows move below what is typed in the last line, whatever moves on the screens', async () => {
	const {application, press, settled} = openOffice({}, sizes[1], {keys: {'move.down': ['ctrl-n']}});
	await settled();
	press('/', 'down', 'down');
	expect(application.state).toMatchObject({dialog: {value: ''}, compare: {cursor: 2}});
	press('escape', 'ctrl-n', 'down');
	expect(application.state).toMatchObject({dialog: undefined, compare: {cursor: 1}});
});
