// How two repositories are related, and why, in plain words.

import {kinshipOf} from '../../engine/identity.js';
import type {RepositorySummary} from '../../engine/jobs.js';
import {keyOf} from '../key-of.js';
import {firstFitting, line, type Line, type Style} from '../line.js';
import {sourceOf, targetOf, type State} from '../state.js';

export type KinshipWords = {readonly word: string; readonly isComparable: boolean; readonly why: readonly string[]};

/** What may be said of two repositories from their configurations. */
export function kinshipWords(source: RepositorySummary, target: RepositorySummary): KinshipWords {
	if (source.repositoryId === target.repositoryId) {
		return {word: 'the same repository, or a copy made outside this program', isComparable: false, why: ['Their repository ids are equal; a clone would have an id of its own.']};
	}

	const why = [
		source.canary === target.canary ? (source.encrypted ? 'The keys are the same.' : 'Neither is encrypted.')
			: source.encrypted && target.encrypted ? 'They have different keys: the same content has different names in them.' : 'Only one is encrypted: the same content has different names in them.',
		source.hashing === target.hashing ? `Both name content by ${source.hashing}.` : `One names content by ${source.hashing}, the other by ${target.hashing}.`,
		source.chunking === target.chunking ? `Both cut files alike (${source.chunking}).` : `They cut files differently: ${source.chunking}, ${target.chunking}.`,
	];
	switch (kinshipOf(source, target)) {
		case 'family': {
			return source.familyId === target.familyId
				? {word: 'same family', isComparable: true, why: ['One was cloned from the other, or both from a third. Records are copied as they are stored.', ...why]}
				: {word: 'comparable', isComparable: true, why: ['They were created apart, and name content alike. Records are copied as they are stored.', ...why]};
		}

		case 'same-ids': {
			return {word: 'comparable, sealed anew', isComparable: true, why: ['Their names mean the same; what is sent is sealed anew, for they compress differently.', ...why]};
		}

		default: {
			return {word: 'unrelated, cut anew', isComparable: false, why: ['What is sent is read, cut and named anew; its size is an estimate, and both passphrases are needed.', ...why]};
		}
	}
}

const encryptionOf = (state: State, {encrypted, opened}: RepositorySummary): string => encrypted ? (opened ? 'on, opened' : `on, sealed (${keyOf(state, 'passphrase')} opens)`) : 'off';

/** One line under the compare list, in so many whole words as `width` columns have room for. */
export function kinshipLine(state: State, width: number): Line {
	const inWords = (forms: readonly string[], style: Style): Line => line(` ${firstFitting(forms, width - 1)}`, style);
	const [source, target] = [sourceOf(state)?.summary, targetOf(state)?.summary];
	if (source === undefined || target === undefined) {
		const only = source ?? target;
		return only === undefined ? line('') : inWords([`chunking: ${only.chunking}   encryption: ${encryptionOf(state, only)}`, `${only.chunking}   encryption: ${encryptionOf(state, only)}`, `encryption: ${encryptionOf(state, only)}`], 'faint');
	}

	const {word, isComparable} = kinshipWords(source, target);
	const isSameKey = source.canary === target.canary;
	const encryption = !source.encrypted && !target.encrypted ? 'off' : isSameKey ? `${encryptionOf(state, source)}, same key` : source.encrypted && target.encrypted ? 'different keys' : 'one side only';
	const brief = isSameKey && source.encrypted ? 'same key' : encryption;
	const chunking = source.chunking === target.chunking && source.hashing === target.hashing ? 'same' : 'differs';
	return inWords([
		`identity: ${word}   chunking: ${chunking}   encryption: ${encryption}`, `${word}   chunking: ${chunking}   encryption: ${encryption}`,
		`${word}   chunking: ${chunking}   encryption: ${brief}`, `${word}   encryption: ${brief}`, word,
	], isComparable ? 'faint' : 'attention');
}
