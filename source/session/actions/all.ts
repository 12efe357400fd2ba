// Every action of the program, and the keys that no setting may take away.

import type {Action} from './action.js';
import {browseActions, openBrowseActions} from './browse.js';
import {checkActions} from './check.js';
import {compareActions} from './compare.js';
import {everywhereActions} from './everywhere.js';
import {firstRunActions} from './first-run.js';
import {healActions} from './heal.js';
import {helpActions} from './help.js';
import {jobActions} from './job.js';
import {jobsListActions} from './jobs-list.js';
import {logActions} from './log.js';
import {matrixActions} from './matrix.js';
import {movingActions} from './moving.js';
import {panesActions} from './panes.js';
import {planActions} from './plan.js';
import {repositoryActions} from './repositories.js';
import {searchingActions} from './searching.js';
import {restoreActions} from './restore.js';

export const actions: readonly Action[] = [
	...movingActions, ...compareActions, ...panesActions, ...repositoryActions, ...firstRunActions, ...matrixActions, ...openBrowseActions, ...browseActions, ...restoreActions, ...planActions,
	...jobActions, ...jobsListActions, ...logActions, ...checkActions, ...healActions, ...helpActions, ...searchingActions, ...everywhereActions,
];

export const reservedKeys: readonly string[] = ['escape', 'ctrl-c', 'q', '?', ':', 'enter'];
