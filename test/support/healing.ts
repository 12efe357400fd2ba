// Breaks records of a repository on any medium, and heals it as the command line does: check, plan, apply.

import {openBackend} from '../../source/backends/registry.js';
import type {Backend} from '../../source/backends/contract.js';
import {Counters} from '../../source/engine/counters.js';
import type {JobEvent} from '../../source/engine/events.js';
import {applyHeal as applyHealTo} from '../../source/engine/heal/apply-heal.js';
import {defectOf, type HealPlan, type HealReport} from '../../source/engine/heal/heal-plan.js';
import {planHeal as planHealOf} from '../../source/engine/heal/plan-heal.js';
import type {RecordId, RecordKind} from '../../source/format/ids.js';
import type {Place} from './engine.js';
import {checkInline, quietly, withInlineBoth} from './inline.js';

/** Ids of every record of `kind`, ascending. */
export async function idsOf(location: string, kind: 'chunk' | 'object' | 'header'): Promise<RecordId[]> {
	const backend = await openBackend(location);
	const ids: RecordId[] = [];
	for await (const page of backend.list(kind)) {
		ids.push(...page);
	}

	await backend.close();
	return ids;
}

async function withBackend<Result>(location: string, use: (backend: Backend) => Promise<Result>): Promise<Result> {
	const backend = await openBackend(location);
	try {
		return await use(backend);
	} finally {
		await backend.close();
	}
}

export const read = async (location: string, kind: RecordKind, id: RecordId): Promise<Uint8Array> => withBackend(location, async backend => backend.read(kind, id));

/** Changes the stored bytes of a record, on whatever medium. */
export const spoil = async (location: string, kind: RecordKind, id: RecordId, change: (bytes: Buffer) => Uint8Array): Promise<void> =>
	withBackend(location, async backend => {
		const lock = await backend.lock('exclusive', 'test');
		await backend.replace(kind, id, change(Buffer.from(await backend.read(kind, id))));
		await lock.release();
	});

export const flipped = (bytes: Buffer): Buffer => {
	bytes[Math.floor(bytes.length / 2)]! ^= 0x10;
	return bytes;
};

export const truncated = (bytes: Buffer): Buffer => bytes.subarray(0, Math.max(1, Math.floor(bytes.length / 2)));

export type Healing = {
	readonly signal?: AbortSignal;
	readonly onEvent?: (event: JobEvent) => void;
	readonly ledgerFile?: string;
	/** Wraps the target's backend. */
	readonly change?: (backend: Backend) => Backend;
};

/** What a full check of `target` names, as a plan from `source`. */
export async function planHeal(target: Place, source: Place, {rewritesUnreadable, ledgerFile, change}: Healing & {rewritesUnreadable?: boolean} = {}): Promise<HealPlan> {
	const {findings} = await checkInline(target, {change, ledgerFile});
	return withInlineBoth(source, target, async (from, to) => planHealOf({source: from, target: to, defects: findings.map(finding => defectOf(finding)), rewritesUnreadable}, quietly), change);
}

export async function applyHeal(target: Place, source: Place, plan: HealPlan, {signal, onEvent, ledgerFile, change}: Healing = {}): Promise<HealReport> {
	const options = {signal: signal ?? quietly.signal, onEvent: onEvent ?? quietly.onEvent};
	return withInlineBoth(source, target, async (from, to) => applyHealTo({source: from, target: to, plan, counters: new Counters(), ledgerFile}, options), change);
}

export const heal = async (target: Place, source: Place): Promise<HealReport> => applyHeal(target, source, await planHeal(target, source));
