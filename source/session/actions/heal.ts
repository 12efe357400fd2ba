// Healing: from the findings of a check to the plan, and from the plan to what is written.

import {healers, whyNotHeal} from '../heal/healing.js';
import type {State} from '../state.js';
import type {Action} from './action.js';

const offWhileComputing = ({heal: {status}}: State): string | undefined => status === 'computing' ? 'the plan is being computed' : undefined;

/** From all findings, and from the one that is looked at. */
const planHeal = (scope: 'check' | 'affected'): Action => ({
	id: `${scope}.heal`, keys: ['H'], title: 'heal', scope, footerRank: 2, offBecause: whyNotHeal,
	run(application) {
		application.healing.prepare();
	},
});

export const healActions: readonly Action[] = [
	planHeal('check'), planHeal('affected'),
	{
		id: 'heal.start', keys: ['y'], title: 'start', scope: 'heal', footerRank: 1, offBecause: (_, application) => application.healing.whyNotStart(),
		run(application) {
			application.healing.start();
		},
	},
	{
		id: 'heal.unreadable', keys: ['u'], title: 'unreadable too', scope: 'heal', footerRank: 2,
		offBecause: state => offWhileComputing(state) ?? (state.heal.rewritesUnreadable || state.heal.plan?.rows.some(({damage}) => damage === 'unreadable') === true ? undefined : 'nothing failed to be read'),
		run(application) {
			application.healing.again({rewritesUnreadable: !application.state.heal.rewritesUnreadable});
		},
	},
	{
		id: 'heal.source', keys: ['t'], title: 'other source', scope: 'heal', footerRank: 3,
		offBecause(state) {
			const job = state.jobs.find(({id}) => id === state.heal.checkJob);
			return offWhileComputing(state) ?? (job === undefined || healers(state, job).length < 2 ? 'no other related repository is open' : undefined);
		},
		run(application) {
			const {heal, jobs} = application.state;
			const all = healers(application.state, jobs.find(({id}) => id === heal.checkJob)!);
			void application.healing.plan({...heal, source: all[(all.indexOf(heal.source) + 1) % all.length]!});
		},
	},
	{
		id: 'heal.again', keys: ['r', 'f2'], title: 'plan again', scope: 'heal', footerRank: 4, offBecause: offWhileComputing,
		run(application) {
			application.healing.again();
		},
	},
];
