// What can be done with a plan before it is carried out.

import type {Application} from '../application.js';
import {askText, showMessage} from '../dialogs.js';
import type {State} from '../state.js';
import {allSendable, explainRow} from '../view/plan-view.js';
import {toggled, type Action} from './action.js';

const tick = (change: (state: State) => ReadonlySet<number>) => (application: Application): void => {
	application.update(state => state.plan.plan === undefined ? state : {...state, plan: {...state.plan, ticked: change(state)}});
};

function tickCurrent(state: State): ReadonlySet<number> {
	const {plan: {plan, ticked, cursor}} = state;
	return plan?.rows[cursor]?.state === 'send' ? toggled(ticked, cursor) : ticked;
}

export const planActions: readonly Action[] = [
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
			showMessage(application, 'Why this costs what it costs', explainRow(application.state));
		},
	},
	{
		id: 'plan.export', keys: ['e'], title: 'export plan', scope: 'plan', footerRank: 4, offBecause: ({plan: {plan}}) => plan === undefined ? 'there is no plan' : undefined,
		run(application) {
			askText(application, {
				title: 'Export the plan', lines: ['A file that plakar-tui sync --plan applies later, or refuses when the world has moved.'], value: `plan-${application.state.plan.plan!.id}.json`,
				onSubmit(file) {
					void application.planning.export(file);
				},
			});
		},
	},
	{
		id: 'plan.start', keys: ['y'], title: 'start', scope: 'plan', footerRank: 5, offBecause: (_, application) => application.planning.whyNotStart(),
		run(application) {
			if (application.planning.isSettled) {
				application.planning.start();
			}
		},
	},
];
