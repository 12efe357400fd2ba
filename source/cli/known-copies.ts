// Which repositories of the user's list hold what a check found damaged: looked for once it is done, and not for long.

import {maximumLocated, type RecordCopy} from '../engine/jobs.js';
import type {Finding} from '../engine/finding.js';
import {locateRecords} from '../engine/locate.js';
import {isSamePlace} from '../engine/repository.js';
import {within} from '../errors/within.js';
import {displayText} from '../format/paths.js';
import {recordOf} from '../session/copies.js';
import {readSettings} from './places.js';

/** Of the list; who has more has a name for the one that is meant. */
const maximumAsked = 16;
/** For each, all at once: a repository that does not answer is no help now. */
const askMs = 5000;

/** The locations of the list that are other places; none when the list cannot be read: the check has said what it had to say. */
function othersThan(location: string): string[] {
	try {
		return [...new Set(Object.values(readSettings().repositories))].filter(known => !isSamePlace(known, location)).slice(0, maximumAsked);
	} catch {
		return [];
	}
}

/** Copies of the damaged records of `findings`, by record; none where the list names no other repository of the family. */
export async function knownCopies(location: string, findings: readonly Finding[], signal: AbortSignal): Promise<ReadonlyMap<string, readonly RecordCopy[]>> {
	const records = findings.flatMap(finding => recordOf(finding) ?? []).slice(0, maximumLocated);
	const others = records.length === 0 ? [] : othersThan(location);
	const found = await within(askMs, signal, async limit => Promise.all(others.map(async other =>
		locateRecords([{location}, {location: other}], records, {signal: limit, onEvent: () => undefined}).catch(() => []))));
	const copies = new Map<string, RecordCopy[]>();
	for (const copy of found.flat()) {
		copies.set(copy.id, [...copies.get(copy.id) ?? [], copy]);
	}

	return copies;
}

/** "sound copy in /mnt/vault, proven there 2026-02-03: heal --from /mnt/vault". */
export const copyLine = ({location, provenAt}: RecordCopy): string =>
	`${provenAt === undefined ? 'copy' : 'sound copy'} in ${displayText(location)}${provenAt === undefined ? ', never checked there' : `, proven there ${provenAt.slice(0, 10)}`}: heal --from ${displayText(location)}`;
