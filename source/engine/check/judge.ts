// Turns what was seen of a record into findings, in words an operator can act on.

import type {SharedKind} from '../../format/ids.js';
import type {Verdict} from '../../workers/task.js';
import type {Inspection} from '../../backends/contract.js';
import type {Finding, FindingKind, Severity} from '../finding.js';

const kindWords: Readonly<Record<FindingKind, {readonly severity: Severity; readonly advice: string}>> = {
	'corrupt-chunk': {severity: 'damage', advice: 'Copy the files it affects from elsewhere, or heal it from a clone that holds a sound copy.'},
	'corrupt-object': {severity: 'damage', advice: 'The file it lists cannot be put together; heal it from a clone that holds a sound copy.'},
	'missing-chunk': {severity: 'damage', advice: 'Heal it from a clone that still holds it; pushing the same file again stores it anew.'},
	'missing-object': {severity: 'damage', advice: 'Heal it from a clone that still holds it; pushing the same file again stores it anew.'},
	'unreadable-chunk': {severity: 'trouble', advice: 'The medium failed to read it; this does not mean that it is corrupt. Look at the disk and its cable, then check again.'},
	'unreadable-object': {severity: 'trouble', advice: 'The medium failed to read it; this does not mean that it is corrupt. Look at the disk and its cable, then check again.'},
	'wrong-size': {severity: 'damage', advice: 'A full check tells whether its content is lost; heal it from a clone.'},
	'wrong-reference-count': {severity: 'trouble', advice: 'No content is lost. The repository was copied without its hard links, or changed by hand; heal links it anew.'},
	'orphan-chunk': {severity: 'trouble', advice: 'No snapshot needs it. It costs space only.'},
	'orphan-object': {severity: 'trouble', advice: 'No snapshot needs it. It costs space only.'},
	'corrupt-header': {severity: 'damage', advice: 'The snapshot cannot be listed or restored; heal it from a clone that holds it.'},
	'corrupt-references': {severity: 'damage', advice: 'The snapshot can be restored but not synced; heal it from a clone that holds it.'},
	'missing-references': {severity: 'damage', advice: 'The snapshot can be restored but not synced; heal it from a clone that holds it.'},
	'unreadable-snapshot': {severity: 'trouble', advice: 'The medium failed to read it; this does not mean that it is corrupt. Look at the disk and its cable, then check again.'},
	'corrupt-index': {severity: 'damage', advice: 'Paths behind the damaged place cannot be listed or restored; heal it from a clone.'},
	'unlisted-record': {severity: 'damage', advice: 'The snapshot needs a record that its reference list does not name; push the tree again.'},
	medium: {severity: 'damage', advice: 'The medium itself is damaged: sync what can be read to another repository, or clone another copy to a new place.'},
};

export const severityOf = (kind: FindingKind): Severity => kindWords[kind].severity;
export const adviceFor = (kind: FindingKind): string => kindWords[kind].advice;

export type Expected = {
	/** Snapshots that need the record. */
	readonly owners: number;
	/** Its stored size according to the reference lists; 0 when unknown. */
	readonly sizeBytes: number;
	/** Whether all snapshots were looked at, so that counts can be compared. */
	readonly wholeRepository: boolean;
};

export type Judgement = {readonly kind: FindingKind; readonly reason: string; readonly reads: number};

const kindOf = (prefix: 'corrupt' | 'missing' | 'unreadable' | 'orphan', kind: SharedKind): FindingKind => `${prefix}-${kind}`;

/** What is wrong with one record: nothing, or one or two things. */
export function judgeRecord(kind: SharedKind, {sizeBytes, references, reserved}: Inspection, verdict: Verdict | undefined, expected: Expected): Judgement[] {
	const reads = verdict?.reads ?? 0;
	if (sizeBytes < 0) {
		return expected.owners === 0 ? [] : [{kind: kindOf('missing', kind), reason: 'it is not in the store', reads}];
	}

	const judgements: Judgement[] = [];
	if (verdict?.state === 'corrupt' || verdict?.state === 'unreadable' || verdict?.state === 'missing') {
		judgements.push({kind: kindOf(verdict.state, kind), reason: verdict.reason, reads});
	} else if (expected.sizeBytes > 0 && sizeBytes !== expected.sizeBytes) {
		judgements.push({kind: 'wrong-size', reason: `it has ${sizeBytes} bytes where ${expected.sizeBytes} were stored`, reads});
	}

	if (expected.wholeRepository) {
		if (expected.owners === 0 && reserved === 0) {
			judgements.push({kind: kindOf('orphan', kind), reason: 'no snapshot references it', reads});
		} else if (references >= 0 && references !== expected.owners) {
			judgements.push({kind: 'wrong-reference-count', reason: `it has ${references} references where ${expected.owners} snapshots need it`, reads});
		}
	}

	return judgements;
}

/** Findings that another process may have caused while the check was looking: they are looked at twice. */
export const mayBeMoving = (kind: FindingKind): boolean => kind.startsWith('orphan') || kind === 'wrong-reference-count';

export const findingOf = (judgement: Pick<Finding, 'kind' | 'id' | 'reason'> & Partial<Finding>): Finding => ({
	severity: severityOf(judgement.kind),
	advice: adviceFor(judgement.kind),
	reads: 1,
	snapshots: [],
	paths: [],
	pathCount: 0,
	...judgement,
});
