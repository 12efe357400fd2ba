// What can be done with a plan before it is carried out.

import {sendableRows} from '../../engine/plan.js';
import type {Application} from '../application.js';
import {askText, showMessage} from '../dialogs.js';
import {keyOf} from '../key-of.js';
import type {Leg} from '../plan/plan-state.js';
import {askForSearch} from '../searching.js';
import type {State} from '../state.js';
import {explainRow} from '../view/explain-view.js';
import {offWhenReadOnly, toggled, type Action} from './action.js';
import {askForLimit} from './limit.js';

const offWithoutPlan = ({plan: {legs}}: State): string | undefined => legs.length === 0 ? 'there is no plan' : undefined;

const everyLeg = (change: (leg: Leg) => ReadonlySet<number>) => (application: Application): void => {
	for (const leg of application.state.plan.legs.keys()) {
		application.planning.tick(leg, change);
	}
};

const isAllTicked = ({plan, ticked}: Leg): boolean => ticked.size === sendableRows(plan).length;

export const planActions: readonly Action[] = [
	{
		id: 'plan.tick', keys: ['space'], title: 'tick', scope: 'plan', footerRank: 1,
		offBecause(state) {
			const {legs, entries, cursor} = state.plan;
			const entry = entries[cursor];
			const row = entry?.kind === 'row' ? legs[entry.leg]!.plan.rows[entry.row] : undefined;
			return row?.state === 'send' ? undefined : `this row is not sent (${keyOf(state, 'plan.explain')} explains)`;
		},
		run(application) {
			const {entries, cursor} = application.state.plan;
			const entry = entries[cursor];
			if (entry?.kind === 'row') {
				application.planning.tick(entry.leg, ({ticked}) => toggled(ticked, entry.row));
			}
		},
	},
	{
		id: 'plan.all', keys: ['a'], title: 'all/none', footerTitle: 'all', scope: 'plan', footerRank: 3, offBecause: offWithoutPlan,
		run(application) {
			const isAll = application.state.plan.legs.every(leg => isAllTicked(leg));
			everyLeg(({plan}) => new Set(isAll ? [] : sendableRows(plan)))(application);
		},
	},
	{id: 'plan.invert', keys: ['*'], title: 'invert', scope: 'plan', offBecause: offWithoutPlan, run: everyLeg(({plan, ticked}) => new Set(sendableRows(plan).filter(row => !ticked.has(row))))},
	{
		id: 'plan.twoWay', keys: ['t'], title: 'two way', scope: 'plan', footerRank: 4, offBecause: offWithoutPlan,
		run(application) {
			void application.planning.toggleTwoWay();
		},
	},
	{
		id: 'plan.explain', keys: ['i', 'f3', 'enter'], title: 'explain', scope: 'plan', footerRank: 5,
		offBecause: ({plan: {entries, cursor}}) => entries[cursor] === undefined ? 'there is no row' : undefined,
		run(application) {
			showMessage(application, 'Why this costs what it costs', explainRow(application.state));
		},
	},
	{
		id: 'plan.limit', keys: ['l'], title: 'limit', scope: 'plan', footerRank: 7, offBecause: state => offWhenReadOnly(state) ?? offWithoutPlan(state),
		run(application) {
			askForLimit(application, bytes => {
				application.planning.limit(bytes);
			});
		},
	},
	{
		id: 'plan.export', keys: ['e'], title: 'export', scope: 'plan', footerRank: 6, offBecause: offWithoutPlan,
		run(application) {
			const [first] = application.state.plan.legs;
			askText(application, {
				title: 'Export the plan', lines: ['A new file that plakar-tui sync --plan applies later, or refuses when the world has moved. The way back gets a file of its own.'], value: `plan-${first!.plan.id}.json`,
				onSubmit(file) {
					void application.planning.export(file);
				},
			});
		},
	},
	{
		id: 'plan.find', keys: ['/'], title: 'search', scope: 'plan', offBecause: offWithoutPlan,
		run(application) {
			askForSearch(application, 'Part of an id, time, origin, path or tag. Nothing is hidden: what is ticked stays in sight.');
		},
	},
	{
		id: 'plan.again', keys: ['r', 'f2'], title: 'plan again', scope: 'plan',
		offBecause: ({plan: {status}}) => status === 'computing' ? 'the plan is being computed' : undefined,
		run(application) {
			void application.planning.again();
		},
	},
	{
		id: 'plan.focus', keys: ['tab', 'shift-tab'], title: 'list/checks', scope: 'plan',
		run(application) {
			application.update(state => ({...state, plan: {...state.plan, focus: state.plan.focus === 'rows' ? 'checks' : 'rows'}}));
		},
	},
	{
		id: 'plan.start', keys: ['y'], title: 'start', scope: 'plan', footerRank: 2, offBecause: (state, application) => offWhenReadOnly(state) ?? application.planning.whyNotStart(),
		run(application) {
			application.planning.start();
		},
	},
];
