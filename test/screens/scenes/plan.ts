// A plan, from its computation to what is shown of one row.

import {stalePlan, type Plan} from '../../../source/engine/plan.js';
import {PlakarError} from '../../../source/errors/plakar-error.js';
import {createForgetfulMemory, type RunMemory} from '../../../source/session/jobs/run-memory.js';
import {plan, planBack} from '../../terminal/office.js';
import {makePlan, makeSnapshot, planRow} from '../../terminal/scripted-engine.js';
import type {Scenes} from './scene.js';

export const bothWays = {plansFrom: {'/mnt/vault': planBack}};

/** The way has been gone before, at some ten MiB/s. */
function memory(): RunMemory {
	const kept = createForgetfulMemory();
	kept.keep({source: plan.source.location, target: plan.target.location, rateBytesPerSecond: 10_905_190});
	return kept;
}

const many = makePlan(Array.from({length: 1000}, (_, index) => planRow(makeSnapshot(index, {host: index % 2 === 0 ? '日本語-host' : 'evil\\x1b[31m'}))));
const checks = [...many.checks, ...['one', 'two', 'three'].map(topic => ({level: 'note' as const, topic, text: 'a note that is longer than the box is wide, so that its end is cut off by the frame around it'}))];

const warnings = [
	{level: 'note', topic: 'identity', text: 'unrelated: only one of them is encrypted; they cut chunks differently'},
	{level: 'warn', topic: 'encryption', text: 'the target is NOT encrypted: content and names will be readable there'},
	{level: 'warn', topic: 'sharing', text: 'these 4 snapshots share nothing known with the 121 already there (FastCDC 64K/256K/1M here, FastCDC 16K/64K/256K there); expect up to +96.0 GiB'},
	{level: 'warn', topic: 'verified', text: 'the target was last verified on 2025-11-02, 119 days ago'},
] as const;
/** From an encrypted source to a target that is not, and that was long not looked at. */
export const exposing: Plan = {...plan, kinship: 'unrelated', exact: false, target: {...plan.target, encrypted: false}, checks: [...warnings, ...plan.checks.slice(3)]};

const refused = (index: number, state: 'damaged' | 'damaged-there', reason: string) => ({...planRow(makeSnapshot(index), state), reason});
const damagedPlan = {...makePlan([...plan.rows, refused(5, 'damaged', 'damaged in /srv/office: its index cannot be read'), refused(6, 'damaged-there', 'damaged in /mnt/vault; plakar-tui on /mnt/vault heal --from /srv/office mends it')]), id: plan.id};

export const planScenes: Scenes = {
	plan: {screen: 'plan', memory, steps: [['S'], ['down', 'space', 'up']], moves: 'down'},
	// No run tells how fast, so both sides are read for a moment.
	'plan-measuring': {screen: 'plan', script: {standing: ['probe']}, steps: [['S']]},
	'plan-probed': {screen: 'plan', script: {probe: {sourceBytesPerSecond: 42_000_000, targetBytesPerSecond: 10_905_190}}, steps: [['S']]},
	'plan-limited': {screen: 'plan', memory, steps: [['S'], ['l', ...'2.5MiB', 'enter']]},
	'plan-two-way': {screen: 'plan', script: bothWays, steps: [['S'], ['t'], ['G']], moves: 'up'},
	// How fast is known for one of them only.
	'plan-two-way-timed': {screen: 'plan', memory, script: bothWays, steps: [['S'], ['t'], ['l', ...'50MiB', 'enter']]},
	'plan-warned': {screen: 'plan', script: {plan: exposing}, steps: [['S']]},
	'plan-exposure': {screen: 'plan', dialog: 'text', script: {plan: exposing}, steps: [['S'], ['y', ...'readably', 'enter']]},
	'plan-damaged': {screen: 'plan', script: {plan: damagedPlan}, steps: [['S'], ['G']]},
	'plan-damaged-explained': {screen: 'plan', dialog: 'message', script: {plan: damagedPlan}, steps: [['S'], ['G'], ['i']]},
	'plan-error': {screen: 'plan', shows: ['error'], script: {plan: new PlakarError('REPOSITORY_SAME', {message: 'Source and target are the same repository.', hint: 'Name another target.'})}, steps: [['S']]},
	'plan-computing': {screen: 'plan', shows: ['loading'], script: {standing: ['plan']}, steps: [['S']]},
	'plan-empty': {screen: 'plan', shows: ['empty'], script: {plan: {...makePlan([]), target: plan.target, source: plan.target, classes: [], checks: plan.checks.slice(0, 4)}}, steps: [['S']]},
	// Too little space, and more checks than fit.
	'plan-many': {screen: 'plan', shows: ['long names', 'thousands of rows'], script: {plan: {...many, checks, freeBytes: 2 ** 30}}, steps: [['S'], ['G', 'pageup', 'tab', 'down']]},
	'plan-explained': {screen: 'plan', dialog: 'message', steps: [['S'], ['i']]},
	'plan-stale': {screen: 'run', dialog: 'message', script: {syncAnswer: stalePlan('the target has received 00af4419-0000-4000-8000-000000000002 meanwhile')}, steps: [['S'], ['y']]},
};
