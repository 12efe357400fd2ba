// What the heal screen shows before anything is written.

import type {HealPlan} from '../../engine/heal/heal-plan.js';
import type {PlainError} from '../../errors/revive.js';

export type HealState = {
	readonly status: 'closed' | 'computing' | 'ready' | 'failed';
	readonly problem?: PlainError | undefined;
	/** The check whose findings are to be healed. */
	readonly checkJob: number;
	/** Positions in the list of repositories: the sound one and the damaged one. */
	readonly source: number;
	readonly target: number;
	/** Records that the medium fails to read are rewritten too. */
	readonly rewritesUnreadable: boolean;
	readonly plan?: HealPlan | undefined;
	readonly cursor: number;
	/** When the plan appeared: a key pressed before that was not meant for it. */
	readonly readyAtMs: number;
};

export const emptyHeal: HealState = {status: 'closed', checkJob: 0, source: 0, target: 0, rewritesUnreadable: false, cursor: 0, readyAtMs: 0};
