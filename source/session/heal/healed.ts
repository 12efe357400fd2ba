// What of a check's findings was healed since: they stay in the list, and only what was read again counts.

import type {Finding} from '../../engine/finding.js';
import {mapCode} from '../../engine/counters.js';
import {hashSizeBytes, type RecordKind} from '../../format/ids.js';
import type {CheckMap, Job} from '../jobs/job-state.js';
import {memo} from '../memo.js';

const key = (kind: RecordKind, id: string): string => `${kind} ${id}`;

/** The records that a finding is about: of one kind, or of either. */
function keysOf({kind, id}: Finding): string[] {
	if (kind.endsWith('-chunk') || kind.endsWith('-object')) {
		return kind.startsWith('orphan') ? [] : [key(kind.endsWith('-chunk') ? 'chunk' : 'object', id)];
	}

	if (kind === 'wrong-size' || kind === 'wrong-reference-count') {
		return [key('chunk', id), key('object', id)];
	}

	return kind === 'corrupt-header' ? [key('header', id)] : kind === 'corrupt-references' || kind === 'missing-references' ? [key('references', id)] : [];
}

/** Whether what a finding names was rewritten, read again and is sound. An index is sound with its records. */
export function isHealed({healed, findings}: Pick<Job, 'healed' | 'findings'>, finding: Finding): boolean {
	if (healed === undefined) {
		return false;
	}

	if (finding.kind === 'corrupt-index') {
		const causes = findings.filter(other => other.kind !== 'corrupt-index' && keysOf(other).length > 0 && other.snapshots.some(snapshot => finding.snapshots.includes(snapshot)));
		return causes.length > 0 && causes.every(cause => keysOf(cause).some(name => healed.has(name)));
	}

	return keysOf(finding).some(name => healed.has(name));
}

const leftIn = memo((findings: Job['findings'], healed: Job['healed']): readonly Finding[] => findings.filter(finding => !isHealed({findings, healed}, finding)));

/** A check's findings that were not healed since. */
export const leftOf = ({findings, healed}: Pick<Job, 'healed' | 'findings'>): readonly Finding[] => healed === undefined ? findings : leftIn(findings, healed);

/** How many of a check's findings were healed since. */
export const healedCount = (job: Pick<Job, 'healed' | 'findings'>): number => job.findings.length - leftOf(job).length;

/** The job with `ids` among what was healed. */
export const withHealed = (job: Job, kind: RecordKind, ids: readonly string[]): Job =>
	({...job, mapVersion: job.mapVersion + 1, healed: new Set([...job.healed ?? [], ...ids.map(id => key(kind, id))])});

const dayMs = 86_400_000;

/** Paints the cells of chunks that were read again and are sound. O(chunks of the map). */
export function paintHealed({count, ids: packed, states, days}: CheckMap, ids: readonly string[], nowMs: number): void {
	const wanted = new Map(ids.map(id => [Number.parseInt(id.slice(0, 8), 16), id]));
	const view = new DataView(packed.buffer, packed.byteOffset);
	for (let index = 0; index < count; index++) {
		const id = wanted.get(view.getUint32(index * hashSizeBytes));
		if (id !== undefined && Buffer.from(packed.buffer, packed.byteOffset + (index * hashSizeBytes), hashSizeBytes).toString('hex') === id) {
			states[index] = mapCode.sound;
			days[index] = Math.floor(nowMs / dayMs);
		}
	}
}
