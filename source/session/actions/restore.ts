// What can be done with a restore before it is carried out.

import type {RestoreReport} from '../../engine/jobs.js';
import type {Application} from '../application.js';
import {inTheWay} from '../browse/restore-state.js';
import {askText} from '../dialogs.js';
import {countOf} from '../figures.js';
import {offWhenReadOnly, type Action} from './action.js';

/** The last part of the folder, as it is shown: what has to be typed before anything in it is replaced. */
const folderName = ({folder}: RestoreReport): string => folder.slice(folder.lastIndexOf('/') + 1) || folder;

function askToReplace(application: Application): void {
	const {restore} = application.state;
	const {report} = restore;
	const name = folderName(report!);
	const count = inTheWay(restore);
	askText(application, {
		title: `Replace ${countOf(count, 'path')} in ${report!.folder}?`,
		lines: [
			...(report!.newer > 0 ? [`${countOf(report!.newer, 'path')} there ${report!.newer === 1 ? 'is' : 'are'} NEWER than the snapshot.`] : []),
			`What is in the way is first moved to a folder named after it, .before-${restore.targets[0]!.snapshot.slice(0, 6)}; nothing is removed.`,
			'You see what would be done, and are asked once more, before anything is written.', '',
			`Type the folder name to go on:  ${name}`,
		],
		onSubmit(typed) {
			if (typed.trim() === name.trim()) {
				void application.restoring.setOverwrite(true);
			} else {
				application.notice('The name was not typed: what is in the way is left as it is.');
			}
		},
	});
}

export const restoreActions: readonly Action[] = [
	{
		id: 'restore.overwrite', keys: ['w'], title: 'replace', scope: 'restore', footerRank: 2,
		offBecause: state => offWhenReadOnly(state) ?? (state.restore.report === undefined ? 'what is there is not known yet' : inTheWay(state.restore) === 0 ? 'nothing is in the way' : undefined),
		run(application) {
			if (application.state.restore.overwrite) {
				void application.restoring.setOverwrite(false);
			} else {
				askToReplace(application);
			}
		},
	},
	{
		id: 'restore.start', keys: ['y'], title: 'start', scope: 'restore', footerRank: 1, offBecause: (_, application) => application.restoring.whyNotStart(),
		run(application) {
			application.restoring.start();
		},
	},
];
