// The heal screen in sentences.

import {damageReason, healNoun, neededWords, remedyWords} from '../heal/heal-text.js';
import {roleOf} from '../state.js';
import {healerName, healSentence, healTitle, healTotalLines} from '../view/heal-view.js';
import type {PlainScreen} from './screens.js';
import {textsOf} from './text.js';

/** A reader hears whole sentences, however long. */
const unbroken = 10_000;

export const heal: PlainScreen = {
	heading: state => `Heal ${roleOf(state, state.heal.target)} from ${roleOf(state, state.heal.source)}`,
	facts(state, application) {
		const {problem} = state.heal;
		return [
			...(problem === undefined ? [] : [problem.message, problem.hint]), healTitle(state),
			...textsOf(healTotalLines(state, unbroken)), healSentence(state, application.healing.whyNotStart()),
		];
	},
	row(state, index) {
		const row = state.heal.plan?.rows[index];
		if (row === undefined) {
			return undefined;
		}

		const needed = neededWords(row);
		return [`${healNoun(row)} ${row.id.slice(0, 8)}`, damageReason(row), ...(needed === '' ? [] : [`needed by ${needed}`]), remedyWords(row, healerName(state))].join(', ');
	},
};
