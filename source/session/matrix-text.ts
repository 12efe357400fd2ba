// The matrix of several repositories in plain lines: the same words on the screen and on the command line.

import type {MatrixPair, MatrixRow, Membership} from '../engine/several/matrix.js';
import type {MeshDamage, MeshPlan} from '../engine/several/mesh-plan.js';
import {displayText} from '../format/paths.js';
import {countOf, formatBytes, formatTime} from './figures.js';

/** One for each repository, in the order in which they were named; as many as can be compared at once. */
export const columnLetters: readonly string[] = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

const words: Readonly<Record<Membership, string>> = {held: 'has it', lacking: 'lacks it', conflict: 'other content', damaged: 'damaged', unknown: 'not reached'};
export const memberWord = (cell: Membership): string => words[cell];

/** A letter where it is held, "." where it is lacking, "!" for a conflict, "x" for damage, "?" where nobody could look. */
const marks: Readonly<Record<Exclude<Membership, 'held'>, string>> = {lacking: '.', conflict: '!', damaged: 'x', unknown: '?'};
export const cellMark = (cell: Membership, index: number): string => cell === 'held' ? columnLetters[index]! : marks[cell];

/** "AB.   11ba0c2e-...  2026-02-11T02:00:04Z"; " ?" after the marks where only the passphrases could compare. */
export const rowLine = ({snapshot, shown, cells, comparable}: MatrixRow): string =>
	`${(cells.map((cell, index) => cellMark(cell, index)).join('') + (comparable ? '' : ' ?')).padEnd(cells.length + 2)} ${snapshot}  ${shown === undefined ? '' : formatTime(shown.created)}`.trimEnd();

const arrow = (source: number, target: number): string => `${columnLetters[source]!} -> ${columnLetters[target]!}`;

export const pairLine = ({source, target, total, exact, obstacle}: MatrixPair): string =>
	`${arrow(source, target)}  ${obstacle === undefined
		? `${countOf(total.snapshots, 'snapshot')}, ${countOf(total.chunks, 'chunk')}, ${exact ? '' : 'about '}${formatBytes(total.bytes)}`
		: displayText(obstacle)}`;

/** Who holds a damaged copy, and who can heal it; with what `nameOf` calls a repository on the command line, how. */
export function damageWords({snapshot, holder, soundIn: [sound]}: MeshDamage, nameOf: (index: number) => string): string {
	const healed = sound === undefined ? 'no sound copy in any of these' : `sound in ${nameOf(sound)}; plakar-tui on ${nameOf(holder)} heal --from ${nameOf(sound)}`;
	return `damaged in ${nameOf(holder)}: ${snapshot}: ${healed}`;
}

/** How many repositories a mesh plan makes equal: those that were reached. */
export const reachedBy = ({heads}: MeshPlan): number => heads.filter(head => head !== undefined).length;

/** A mesh plan for people: one line for each transfer, then what is left out, then the total. */
export const meshLines = ({transfers, skipped, bytes, exact}: MeshPlan): string[] => [
	...transfers.map(({source, target, total, plan}) => pairLine({source, target, total, exact: plan.exact})),
	...skipped.map(({snapshot, reason}) => `not sent: ${snapshot}: ${displayText(reason)}`),
	`to make all equal: ${countOf(transfers.length, 'transfer')}, ${exact ? '' : 'about '}${formatBytes(bytes)}`,
];
