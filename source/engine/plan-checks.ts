// What the operator should know before a plan is carried out, in words.

import type {CallOptions} from '../backends/contract.js';
import {displayText} from '../format/paths.js';
import type {SnapshotId} from '../format/ids.js';
import {formatBytes} from '../format/units.js';
import {compresses, decompresses} from './estimate.js';
import {differencesOf, namingOf} from './identity.js';
import {verifiedDays, readVerified} from './ledger/verified.js';
import {exposesContent, pricePlan, sendableRows, spaceCheck, type Plan, type PlanCheck, type PlanRow} from './plan.js';
import type {Repository} from './repository.js';

export type CheckInput = {
	readonly source: Repository;
	readonly target: Repository;
	readonly draft: Omit<Plan, 'id' | 'checks'>;
	/** Snapshots of the same id on both sides that cannot be compared. */
	readonly unknown: number;
	/** Whether the two hold snapshots of which is known that they are the same, so that those sent can share with them. */
	readonly hasCommon: boolean;
};

/** A target that nobody has read for so long may have rotted: what is sent would be added to that. */
const unverifiedDays = 90;
const dayMs = 86_400_000;

/** Ids that a warning names. */
const maximumNamed = 3;

/** Reads the locks of both sides, and the ledger of the target. Never throws for what it finds: that is a check with the level `block`. */
export async function checksOf(input: CheckInput, options: CallOptions): Promise<PlanCheck[]> {
	const {source, target, draft, unknown} = input;
	const count = (state: PlanRow['state']): number => draft.rows.filter(row => row.state === state).length;
	const conflicts = draft.rows.filter(({state}) => state === 'conflict').map(({snapshot}) => snapshot.slice(0, 6));
	return [
		...accessChecks(input),
		...kinshipChecks(input),
		...encryptionChecks(input),
		...sharingChecks(input),
		...await lockChecks(source, target, options),
		...await verifiedChecks(target, draft),
		...(conflicts.length === 0 ? [] : [{level: 'warn' as const, topic: 'conflict', text: `${conflicts.length} skipped: same id, other content (${conflicts.slice(0, maximumNamed).join(', ')}${conflicts.length > maximumNamed ? ', and others' : ''})`}]),
		...(unknown === 0 ? [] : [{level: 'note' as const, topic: 'conflict', text: `${unknown} with the same id not comparable while sealed; taken as the same`}]),
		...(count('damaged') === 0 ? [] : [{level: 'warn' as const, topic: 'damage', text: `${count('damaged')} cannot be read in the source; run check`}]),
		...(count('damaged-there') === 0 ? [] : [{level: 'warn' as const, topic: 'damage', text: `${count('damaged-there')} damaged in the target and sound here; left as they are, heal mends them`}]),
		...(target.config.unfinishedCloneOf === undefined ? [] : [{level: 'note' as const, topic: 'clone', text: 'the target is an unfinished clone'}]),
		spaceCheck(draft, neededBytes(draft)),
	];
}

const neededBytes = (draft: CheckInput['draft']): number => pricePlan(draft, new Set(sendableRows(draft))).total.bytes;

/** Told of a server that has said so: other media tell when they are written to. */
const accessChecks = ({target}: CheckInput): PlanCheck[] => target.backend.refusesWrites === true
	? [{level: 'block', topic: 'access', text: `${displayText(target.location)} can only be read`}]
	: [];

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

/** Told only where ids mean different things: nothing then says how much of what is sent the target has already. */
function sharingChecks({source, target, draft, hasCommon}: CheckInput): PlanCheck[] {
	const sent = sendableRows(draft).length;
	const held = Object.keys(draft.target.snapshots).length;
	if (draft.kinship !== 'unrelated' || !source.opens || !target.opens || sent === 0 || held === 0 || hasCommon) {
		return [];
	}

	const [here, there] = [namingOf(source.config).chunking, namingOf(target.config).chunking];
	const cuts = here === there ? '' : ` (${here} here, ${there} there)`;
	return [{level: 'warn', topic: 'sharing', text: `${sent === 1 ? 'this snapshot shares' : `these ${sent} snapshots share`} nothing known with the ${held} already there${cuts}; expect up to +${formatBytes(neededBytes(draft))}`}];
}

/**
 * Nothing can be added to a target that somebody removes from; what is removed from a source can only be missed. Several may
 * add at once, but not the same snapshot.
 */
async function lockChecks(source: Repository, target: Repository, options: CallOptions): Promise<PlanCheck[]> {
	const [own, locks] = await Promise.all([source.backend.locks(options), target.backend.locks(options)]);
	const told = (level: 'warn' | 'block', side: string, held: typeof locks): PlanCheck[] => held.filter(({mode}) => mode === 'exclusive')
		.map(({host, pid, purpose}) => ({level, topic: 'lock', text: `${displayText(host)} (pid ${pid}) holds the ${side} for ${displayText(purpose)}`}));
	const grave = [...told('block', 'target', locks), ...told('warn', 'source', own)];
	if (grave.length > 0) {
		return grave;
	}

	return locks.length === 0
		? [{level: 'ok', topic: 'lock', text: 'none held on the target'}]
		: [{level: 'note', topic: 'lock', text: `${locks.map(({host, pid}) => `${displayText(host)} (pid ${pid})`).join(', ')} ${locks.length === 1 ? 'adds' : 'add'} to the target: a snapshot that is being written there cannot be sent meanwhile`}];
}

/** Says nothing of a target that is empty or too young to have been forgotten. */
async function verifiedChecks({config, location, opens}: Repository, {createdAtMs, target}: CheckInput['draft']): Promise<PlanCheck[]> {
	const snapshots = Object.keys(target.snapshots) as SnapshotId[];
	const verified = await readVerified({repositoryId: config.repositoryId, location, opens}, snapshots, createdAtMs);
	const proven = verified?.lastProvenDay;
	const days = Math.floor((createdAtMs - Date.parse(proven ?? config.created)) / dayMs);
	if (snapshots.length === 0 || !(days >= unverifiedDays)) {
		return verified === undefined || snapshots.length === 0 ? [] : [{level: 'ok', topic: 'verified', text: `${verified.recent} of the target's ${verified.chunks} chunks in ${verifiedDays} days`}];
	}

	return [{level: 'warn', topic: 'verified', text: proven === undefined ? `no check of the target is known, and it is ${days} days old` : `the target was last verified on ${proven}, ${days} days ago`}];
}

function encryptionChecks({source, target, draft}: CheckInput): PlanCheck[] {
	const {kinship} = draft;
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

	return exposesContent(draft)
		? [{level: 'warn', topic, text: 'the target is NOT encrypted: content and names will be readable there'}]
		: [{level: 'ok', topic, text: 'opened with both keys, sealed with the target\'s'}];
}
