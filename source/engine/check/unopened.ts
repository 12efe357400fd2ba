// The report on a repository whose medium is damaged so far that it cannot even be opened.

import {canonicalLocation} from '../../backends/registry.js';
import type {PlakarError} from '../../errors/plakar-error.js';
import {reasonOf} from '../../errors/revive.js';
import type {CheckLevel, CheckReport} from '../finding.js';
import {findingOf} from './judge.js';

/** One finding, which says what `error`, a BACKEND_CORRUPT of opening `location`, says; nothing was read. */
export const reportOfUnopened = (location: string, level: CheckLevel, error: PlakarError): CheckReport => ({
	level,
	proof: level === 'fast' ? 'presence' : 'stored',
	findings: [findingOf({kind: 'medium', id: canonicalLocation(location), reason: reasonOf(error), advice: error.hint})],
	findingCount: 1,
	chunks: 0,
	chunksRead: 0,
	chunksTrusted: 0,
	chunksSound: 0,
	objects: 0,
	bytesRead: 0,
	snapshots: 0,
	snapshotsAffected: 0,
	snapshotsProven: 0,
	soundOnSecondRead: 0,
	unfinished: 0,
	unfinishedClone: false,
	complete: false,
	durationMs: 0,
});
