// The order of test files: those that take minutes begin first, so that no worker waits for one that began last.

import {BaseSequencer, type TestSpecification} from 'vitest/node';

/** The longest first, as measured. Of the others the larger file begins first: a fresh checkout knows no more of them. */
const longest = [
	'cli/commands', 'faults/die-anywhere', 'engine/ssh-pairs', 'journeys/jobs', 'damage/damage', 'cli/heal', 'journeys/journeys', 'engine/pairs', 'faults/kill',
	'cli/no-room', 'cli/several', 'cli/kinship', 'cli/passphrases', 'screens/fuzz', 'demo',
].map(name => `/test/${name}.test.`);

const rankOf = ({moduleId}: TestSpecification): number => {
	const rank = longest.findIndex(name => moduleId.includes(name));
	return rank === -1 ? longest.length : rank;
};

export default class LongFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		return (await super.sort(files)).sort((one, other) => rankOf(one) - rankOf(other));
	}
}
