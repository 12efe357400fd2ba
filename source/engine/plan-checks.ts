// What the operator should know before a plan is carried out, in words.

import type {CallOptions} from '../backends/contract.js';
import {displayText} from '../format/paths.js';
import {formatBytes} from '../format/units.js';
import {compresses, decompresses} from './estimate.js';
import {differencesOf, namingOf} from './identity.js';
import {pricePlan, sendableRows, spaceCheck, type Plan, type PlanCheck, type PlanRow} from './plan.js';
import type {Repository} from './repository.js';

export type CheckInput = {
	readonly source: Repository;
	readonly target: Repository;
	readonly draft: Omit<Plan, 'id' | 'checks'>;
	/** Snapshots of the same id on both sides that cannot be compared. */
	readonly unknown: number;
};

/** Reads the target's locks. Never throws for what it finds: that is a check with the level `block`. */
export async function checksOf(input: CheckInput, options: CallOptions): Promise<PlanCheck[]> {
	const {target, draft, unknown} = input;
	const locks = await target.backend.locks(options);
	const exclusive = locks.find(({mode}) => mode === 'exclusive');
	const count = (state: PlanRow['state']): number => draft.rows.filter(row => row.state === state).length;
	return [
		...kinshipChecks(input),
		...encryptionChecks(input),
		exclusive === undefined
			? {level: 'ok', topic: 'lock', text: locks.length === 0 ? `none held on the target` : `${locks.length} shared, they do not disturb`}
			: {level: 'block', topic: 'lock', text: `${displayText(exclusive.host)} (pid ${exclusive.pid}) holds the target for ${displayText(exclusive.purpose)}`},
		...(count('conflict') === 0 ? [] : [{level: 'warn' as const, topic: 'conflict', text: `${count('conflict')} skipped: same id, other content`}]),
		...(unknown === 0 ? [] : [{level: 'note' as const, topic: 'conflict', text: `${unknown} with the same id not comparable while sealed; taken as the same`}]),
		...(count('damaged') === 0 ? [] : [{level: 'warn' as const, topic: 'damage', text: `${count('damaged')} cannot be read in the source; run check`}]),
		...(count('damaged-there') === 0 ? [] : [{level: 'warn' as const, topic: 'damage', text: `${count('damaged-there')} damaged in the target and sound here; left as they are, heal mends them`}]),
		...(target.config.unfinishedCloneOf === undefined ? [] : [{level: 'note' as const, topic: 'clone', text: 'the target is an unfinished clone'}]),
		spaceCheck(draft, neededBytes(draft)),
	];
}

const neededBytes = (draft: CheckInput['draft']): number => pricePlan(draft, new Set(sendableRows(draft))).total.bytes;

function kinshipChecks({source, target, draft}: CheckInput): PlanCheck[] {
	const {kinship} = draft;
	if (kinship === 'family') {
		const text = source.config.familyId === target.config.familyId ? 'same family: ids comparable' : 'same hash and cuts: ids comparable';
		return [{level: 'ok', topic: 'identity', text}, {level: 'ok', topic: 'chunking', text: 'the same on both sides'}];
	}

	const differences = differencesOf(namingOf(source.config), namingOf(target.config)).join('; ');
	const text = `about ${formatBytes(neededBytes(draft))}${weightWords(source, target)}`;
	return kinship === 'same-ids'
		? [{level: 'ok', topic: 'identity', text: `ids comparable; ${differences}`}, {level: 'note', topic: 're-seal', text}]
		: [{level: 'note', topic: 'identity', text: `unrelated: ${differences}`}, {level: 'note', topic: 're-cut', text}];
}

/** What is behind the figure of a plan that is not exact. */
function weightWords({config: source}: Repository, {config: target}: Repository): string {
	if (decompresses(source, target)) {
		return ' uncompressed, by the lengths of the files; less where files repeat';
	}

	return compresses(source, target) ? ' at most: it is compressed on the way' : ' sealed anew; by the sizes in the source';
}

function encryptionChecks({source, target, draft: {kinship}}: CheckInput): PlanCheck[] {
	const topic = 'encryption';
	const [from, to] = [source.config.encryption !== null, target.config.encryption !== null];
	if (!from && !to) {
		return [{level: 'note', topic, text: 'off on both sides'}];
	}

	if (kinship === 'family') {
		return [{level: 'ok', topic, text: 'same key, copied as stored'}];
	}

	const sealed = [source, target].filter(({opens}) => !opens);
	if (sealed.length > 0) {
		return [{level: 'block', topic, text: `the ${sealed.length === 2 ? 'passphrases of both sides are' : `passphrase of the ${sealed[0] === source ? 'source' : 'target'} is`} needed`}];
	}

	return from && !to
		? [{level: 'warn', topic, text: 'the target is NOT encrypted: content and names will be readable there'}]
		: [{level: 'ok', topic, text: 'opened with both keys, sealed with the target\'s'}];
}
