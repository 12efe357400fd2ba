// What can be done with a restore before it is carried out.

import {displayText} from '../../format/paths.js';
import {askText} from '../dialogs.js';
import {offWhenReadOnly, type Action} from './action.js';

/** What has to be typed before anything on disk is replaced. */
export const overwriteWord = 'overwrite';

export const restoreActions: readonly Action[] = [
	{
		id: 'restore.overwrite', keys: ['w'], title: 'overwrite', scope: 'restore', footerRank: 2,
		offBecause: state => offWhenReadOnly(state) ?? ((state.restore.report?.differing ?? 0) === 0 ? 'nothing there differs' : undefined),
		run(application) {
			const {restore} = application.state;
			if (restore.overwrite) {
				application.restoring.setOverwrite(false);
				return;
			}

			askText(application, {
				title: 'Overwrite what differs?',
				lines: [`${restore.report!.differing} paths below ${displayText(restore.folder)} differ from the snapshot. What stands there now would be lost.`, `Type ${overwriteWord} to have them replaced; you are asked once more before anything is written.`],
				onSubmit(word) {
					if (word.trim() === overwriteWord) {
						application.restoring.setOverwrite(true);
					} else {
						application.notice('The word was not typed: what differs is left as it is.');
					}
				},
			});
		},
	},
	{
		id: 'restore.start', keys: ['y'], title: 'start', scope: 'restore', footerRank: 1, offBecause: (_, application) => application.restoring.whyNotStart(),
		run(application) {
			application.restoring.start();
		},
	},
];
