// What can be done while a job is shown: the same on the running screen and on the check screen.

import {offWithoutJob, type Action} from './action.js';

const pause = (scope: 'run' | 'check'): Action => ({
	id: `${scope}.pause`, keys: ['p'], title: 'pause/resume', scope, footerRank: scope === 'run' ? 1 : 4, offBecause: offWithoutJob,
	run(application) {
		application.jobs.togglePause();
	},
});

export const jobActions: readonly Action[] = [pause('run'), pause('check')];
