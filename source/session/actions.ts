// Every action as data: its keys, its words, when it is off and why. Footer, help, palette and README are made from it.

import {allSendable, explainRow} from './view/plan-view.js';
import type {Application} from './application.js';
import {shownPairs} from './pairs.js';
import {isRunning, shownJobOf, targetOf, type ScreenName, type State} from './state.js';

export type Scope = ScreenName | 'everywhere';

export type Action = {
	readonly id: string;
	/** The first one is shown. */
	readonly keys: readonly string[];
	readonly title: string;
	readonly scope: Scope;
	/** Lower stands further left in the footer; absent: not in the footer. */
	readonly footerRank?: number;
	/** Why it cannot be done now; undefined when it can. */
	offBecause?(state: State, application: Application): string | undefined;
	run(application: Application): void;
};

const readOnly = (state: State): string | undefined => state.readOnly ? 'started with --read-only' : undefined;
const needsTarget = (state: State): string | undefined => targetOf(state)?.summary === undefined ? 'there is no target that can be read' : undefined;
const needsJob = (state: State): string | undefined => {
	const job = shownJobOf(state);
	return job !== undefined && isRunning(job) ? undefined : 'no job is running here';
};

const move = (change: (cursor: number, count: number) => number) => (application: Application): void => {
	application.update(state => {
		const to = (cursor: number, count: number): number => Math.max(0, Math.min(count - 1, change(cursor, count)));
		switch (state.screen) {
			case 'compare': {
				return {...state, notice: '', compare: {...state.compare, cursor: to(state.compare.cursor, shownPairs(state).length)}};
			}

			case 'plan': {
				return {...state, notice: '', plan: {...state.plan, cursor: to(state.plan.cursor, state.plan.plan?.rows.length ?? 0)}};
			}

			case 'check': {
				return {...state, jobs: state.jobs.map(job => job.id === state.shownJob ? {...job, findingCursor: to(job.findingCursor, job.findings.length)} : job)};
			}

			default: {
				return {...state, scroll: Math.max(0, change(state.scroll, Number.MAX_SAFE_INTEGER))};
			}
		}
	});
};

const page = 10;

const tick = (change: (state: State) => ReadonlySet<number>) => (application: Application): void => {
	application.update(state => state.plan.plan === undefined ? state : {...state, plan: {...state.plan, ticked: change(state)}});
};

function toggle<Item>(items: ReadonlySet<Item>, item: Item): ReadonlySet<Item> {
	const changed = new Set(items);
	if (!changed.delete(item)) {
		changed.add(item);
	}

	return changed;
}

function markCurrent(application: Application): void {
	application.update(state => {
		const pairs = shownPairs(state);
		const pair = pairs[state.compare.cursor];
		const cursor = Math.min(pairs.length - 1, state.compare.cursor + 1);
		return pair === undefined ? state : {...state, compare: {...state.compare, cursor, marks: toggle(state.compare.marks, pair.snapshot)}};
	});
}

function markAll(application: Application): void {
	application.update(state => {
		const missing = shownPairs(state).filter(({mark}) => mark === '->').map(({snapshot}) => snapshot);
		const isAll = missing.length > 0 && missing.every(snapshot => state.compare.marks.has(snapshot));
		return {...state, compare: {...state.compare, marks: new Set(isAll ? [] : missing)}};
	});
}

function tickCurrent(state: State): ReadonlySet<number> {
	const {plan: {plan, ticked, cursor}} = state;
	return plan?.rows[cursor]?.state === 'send' ? toggle(ticked, cursor) : ticked;
}

const askText = (application: Application, id: 'clone' | 'filter' | 'export' | 'passphrase', title: string, lines: readonly string[], value = ''): void => {
	application.showDialog({kind: 'text', id, title, lines, value, hidden: id === 'passphrase', openedAtMs: application.now(), cursor: 0});
};

function focused(state: State): number {
	return state.compare.focus === 'target' && state.target !== undefined ? state.target : state.source;
}

export const actions: readonly Action[] = [
	{id: 'move.down', keys: ['down', 'j'], title: 'down', scope: 'everywhere', run: move(cursor => cursor + 1)},
	{id: 'move.up', keys: ['up', 'k'], title: 'up', scope: 'everywhere', run: move(cursor => cursor - 1)},
	{id: 'move.pagedown', keys: ['pagedown'], title: 'page down', scope: 'everywhere', run: move(cursor => cursor + page)},
	{id: 'move.pageup', keys: ['pageup'], title: 'page up', scope: 'everywhere', run: move(cursor => cursor - page)},
	{id: 'move.top', keys: ['g', 'home'], title: 'top', scope: 'everywhere', run: move(() => 0)},
	{id: 'move.bottom', keys: ['G', 'end'], title: 'bottom', scope: 'everywhere', run: move((_, count) => count - 1)},

	{id: 'compare.mark', keys: ['space'], title: 'mark', scope: 'compare', footerRank: 1, run: markCurrent},
	{id: 'compare.all', keys: ['a'], title: 'mark all missing', scope: 'compare', run: markAll},
	{
		id: 'sync.plan', keys: ['s', 'f5'], title: 'sync plan', scope: 'compare', footerRank: 2,
		offBecause: (state, application) => needsTarget(state) ?? (application.chosenSnapshots().length === 0 ? 'nothing is marked and the current row is not missing in the target' : undefined),
		run(application) {
			void application.makePlan(application.chosenSnapshots());
		},
	},
	{
		id: 'sync.planAll', keys: ['S'], title: 'plan all missing', scope: 'compare', footerRank: 3, offBecause: needsTarget,
		run(application) {
			void application.makePlan(undefined);
		},
	},
	{
		id: 'clone', keys: ['c', 'f6'], title: 'clone', scope: 'compare', footerRank: 4, offBecause: readOnly,
		run(application) {
			askText(application, 'clone', 'Clone the source', ['A new repository with the same configuration, keys, snapshots and UUIDs.', 'Where? A path where nothing is yet. You are asked once more before anything is written.']);
		},
	},
	{
		id: 'check', keys: ['v', 'f7'], title: 'verify', scope: 'compare', footerRank: 5,
		run(application) {
			application.startCheck(focused(application.state));
		},
	},
	{
		id: 'compare.swap', keys: ['x'], title: 'swap', scope: 'compare', footerRank: 6,
		offBecause: state => state.target === undefined ? 'there is no target' : undefined,
		run(application) {
			application.update(state => state.target === undefined ? state : {...state, source: state.target, target: state.source, compare: {...state.compare, marks: new Set(), cursor: 0}});
		},
	},
	{
		id: 'compare.focus', keys: ['tab', 'shift-tab', 'left', 'right', 'h', 'l'], title: 'other side', scope: 'compare',
		offBecause: state => state.target === undefined ? 'there is no target' : undefined,
		run(application) {
			application.update(state => ({...state, compare: {...state.compare, focus: state.compare.focus === 'source' ? 'target' : 'source'}}));
		},
	},
	{
		id: 'compare.next', keys: ['t'], title: 'next target', scope: 'compare',
		offBecause: state => state.repositories.length < 3 ? 'there are no other repositories' : undefined,
		run(application) {
			application.update(state => {
				const count = state.repositories.length;
				let target = ((state.target ?? state.source) + 1) % count;
				target = target === state.source ? (target + 1) % count : target;
				return {...state, target, compare: {...state.compare, marks: new Set(), cursor: 0}};
			});
		},
	},
	{
		id: 'compare.filter', keys: ['/'], title: 'filter', scope: 'compare', footerRank: 7,
		run(application) {
			askText(application, 'filter', 'Filter', ['Part of an id, time, origin or tag; -> shows only what the target lacks.'], application.state.compare.filter);
		},
	},
	{
		id: 'passphrase', keys: ['p'], title: 'passphrase', scope: 'compare',
		offBecause: state => state.repositories[focused(state)]?.summary?.encrypted === false ? 'this repository is not encrypted' : undefined,
		run(application) {
			askText(application, 'passphrase', 'Passphrase', [`of ${application.state.repositories[focused(application.state)]!.name}. Compare, sync and a check for bit rot work without it.`]);
		},
	},
	{
		id: 'compare.inspect', keys: ['i', 'f3', 'enter'], title: 'inspect', scope: 'compare',
		run(application) {
			const {state} = application;
			const pair = shownPairs(state)[state.compare.cursor];
			const header = (pair?.source ?? pair?.target)?.header;
			if (pair !== undefined) {
				application.showDialog({
					kind: 'message', id: 'explain', title: 'Snapshot', openedAtMs: application.now(),
					lines: [
						pair.snapshot, `mark ${pair.mark}`, ...(pair.source === undefined ? [] : [`source digest ${pair.source.digest}`]), ...(pair.target === undefined ? [] : [`target digest ${pair.target.digest}`]),
						...(header === undefined ? [] : [`taken ${header.created}`, `${header.totals.files} files, ${header.totals.directories} directories, ${header.totals.others} others, ${header.totals.errors} not read`, `${header.totals.sizeBytes} bytes, ${header.totals.chunks} chunks, ${header.totals.objects} objects`]),
					],
				});
			}
		},
	},
	{
		id: 'reread', keys: ['r', 'f2'], title: 'read again', scope: 'compare',
		run(application) {
			for (const index of application.state.repositories.keys()) {
				void application.describe(index);
			}
		},
	},

	{id: 'plan.tick', keys: ['space'], title: 'tick', scope: 'plan', footerRank: 1, run: tick(tickCurrent)},
	{
		id: 'plan.all', keys: ['a'], title: 'all/none', scope: 'plan', footerRank: 2,
		run: tick(({plan: {plan, ticked}}) => ticked.size === allSendable(plan!).size ? new Set() : allSendable(plan!)),
	},
	{id: 'plan.invert', keys: ['*'], title: 'invert', scope: 'plan', run: tick(({plan: {plan, ticked}}) => new Set([...allSendable(plan!)].filter(row => !ticked.has(row))))},
	{
		id: 'plan.explain', keys: ['i', 'f3'], title: 'explain row', scope: 'plan', footerRank: 3,
		offBecause: ({plan: {plan, cursor}}) => plan?.rows[cursor] === undefined ? 'there is no row' : undefined,
		run(application) {
			application.showDialog({kind: 'message', id: 'explain', title: 'Why this costs what it costs', lines: explainRow(application.state), openedAtMs: application.now()});
		},
	},
	{
		id: 'plan.export', keys: ['e'], title: 'export plan', scope: 'plan', footerRank: 4, offBecause: ({plan: {plan}}) => plan === undefined ? 'there is no plan' : undefined,
		run(application) {
			askText(application, 'export', 'Export the plan', ['A file that plakar-tui sync --plan applies later, or refuses when the world has moved.'], `plan-${application.state.plan.plan!.id}.json`);
		},
	},
	{
		id: 'plan.start', keys: ['y'], title: 'start', scope: 'plan', footerRank: 5, offBecause: (_, application) => application.whyNotStart(),
		run(application) {
			if (application.isPlanSettled) {
				application.startSync();
			}
		},
	},

	{
		id: 'job.pause', keys: ['p'], title: 'pause/resume', scope: 'run', footerRank: 1, offBecause: needsJob,
		run(application) {
			application.togglePause();
		},
	},
	{
		id: 'job.stop', keys: ['ctrl-c'], title: 'stop safely', scope: 'everywhere',
		run(application) {
			application.interrupt();
		},
	},
	{
		id: 'check.pause', keys: ['p'], title: 'pause/resume', scope: 'check', footerRank: 1, offBecause: needsJob,
		run(application) {
			application.togglePause();
		},
	},

	{id: 'jobs', keys: ['J'], title: 'jobs', scope: 'everywhere', footerRank: 20, run: application => {
		application.open('jobs');
	}},
	{id: 'log', keys: ['L'], title: 'log', scope: 'everywhere', footerRank: 21, run: application => {
		application.open('log');
	}},
	{id: 'palette', keys: [':'], title: 'every action by name', scope: 'everywhere', run: application => {
		application.showDialog({kind: 'text', id: 'palette', title: 'Every action by name', lines: [], value: '', hidden: false, openedAtMs: application.now(), cursor: 0});
	}},
	{id: 'help', keys: ['?', 'f1'], title: 'all keys', scope: 'everywhere', footerRank: 30, run: application => {
		application.open('help');
	}},
	{id: 'back', keys: ['escape'], title: 'back', scope: 'everywhere', footerRank: 29, offBecause: state => state.back.length === 0 && state.compare.filter === '' ? 'this is the first screen' : undefined, run: application => {
		application.goBack();
	}},
	{id: 'quit', keys: ['q'], title: 'quit', scope: 'everywhere', run: application => {
		if (application.state.back.length > 0) {
			application.goBack();
		} else {
			application.quit();
		}
	}},
	{id: 'redraw', keys: ['ctrl-l'], title: 'draw again', scope: 'everywhere', run: application => {
		application.repaint();
	}},
	{id: 'suspend', keys: ['ctrl-z'], title: 'to the shell', scope: 'everywhere', run: application => {
		application.suspend();
	}},
];

/** Keys that no setting may take away. */
export const reservedKeys: readonly string[] = ['escape', 'ctrl-c', 'q', '?', ':', 'enter'];
