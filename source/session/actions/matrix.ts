// What can be done with all repositories at once.

import {showMessage} from '../dialogs.js';
import {matrixCurrent} from '../view/matrix-view.js';
import type {Action} from './action.js';

export const matrixActions: readonly Action[] = [
	{
		id: 'matrix', keys: ['m'], title: 'matrix of all', scope: 'compare', footerRank: 13,
		offBecause: ({repositories}) => repositories.length < 2 ? 'it takes two repositories' : undefined,
		run(application) {
			void application.meshing.compare();
		},
	},
	{
		id: 'matrix.equal', keys: ['s'], title: 'make all equal', scope: 'matrix', footerRank: 1, offBecause: (_, application) => application.meshing.whyNotEqual(),
		run(application) {
			application.meshing.ask();
		},
	},
	{
		id: 'matrix.differences', keys: ['d'], title: 'only differences', scope: 'matrix', footerRank: 2,
		run(application) {
			application.update(state => ({...state, matrix: {...state.matrix, isDifferent: !state.matrix.isDifferent, cursor: 0}}));
		},
	},
	{
		id: 'matrix.explain', keys: ['i', 'f3', 'enter'], title: 'who has it', scope: 'matrix', footerRank: 3,
		offBecause: state => matrixCurrent(state).length === 0 ? 'there is no row' : undefined,
		run(application) {
			showMessage(application, 'Who has it', matrixCurrent(application.state));
		},
	},
	{
		id: 'matrix.reread', keys: ['r', 'f2'], title: 'compare again', scope: 'matrix', footerRank: 4,
		run(application) {
			void application.meshing.compare();
		},
	},
];
