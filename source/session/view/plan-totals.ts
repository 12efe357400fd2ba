// What a plan comes to: bytes, time, space. On a small screen what matters least goes first, and nothing is cut in the middle.

import {sendableRows} from '../../engine/plan.js';
import type {Leg} from '../plan/plan-state.js';
import {pricesOf} from '../plan/prices.js';
import {basisWords, hasBasis, timeSentence, timeWords} from '../plan/time-words.js';
import {countOf, formatBytes, formatBytesOf, formatCount} from '../figures.js';
import {firstFitting, fitParts, line, type Line, type Part} from '../line.js';
import {sourceOf, targetOf, type State} from '../state.js';
import {narrowTotalHeight, planLayout} from './plan-layout.js';

/** What the time of each leg is taken from; blank where it is not known, or set by the limit. */
function basisOf(legs: readonly Leg[], limit: number): string {
	const bases = new Set(legs.filter(leg => hasBasis(leg, limit)).map(({rate}) => basisWords[rate!.basis]));
	return [...bases].join('; ');
}

const limitWords = (limit: number): string => `${formatBytes(limit)}/s`;

/** "limit 2.5 MiB/s", blank without one. */
export const limitNote = ({plan: {limitBytesPerSecond: limit, legs}}: State): string => limit === 0 ? '' : `limit ${limitWords(limit)}${legs.length > 1 ? ' each way' : ''}`;

/** What the Total box has no line for stands in its title. */
export function totalNote(state: State): string {
	const {legs, limitBytesPerSecond: limit} = state.plan;
	const isLow = planLayout(state).totalHeight < narrowTotalHeight;
	const basis = basisOf(legs, limit);
	return [...(legs.length > 1 || isLow ? [limitNote(state)] : []), ...(isLow && basis !== '' ? [`* ${basis}`] : [])].filter(text => text !== '').join('   ');
}

const gap = '   ';
const part = (rank: number, ...pieces: Line): Part => ({rank, pieces});

const isEnough = ({plan: {freeBytes}}: Leg, neededBytes: number): boolean => freeBytes === undefined || freeBytes >= neededBytes;

/** In `width` columns: the figures and what they come to are never cut. */
const spaceWords = (leg: Leg, neededBytes: number, width: number): Line => {
	const {freeBytes} = leg.plan;
	return fitParts(freeBytes === undefined
		? [part(0, {text: `need ${formatBytes(neededBytes)}, free space`}), part(1, {text: ' is'}), part(0, {text: ' unknown'}), part(1, {text: ' here'})]
		: [part(1, {text: 'need '}), part(0, {text: formatBytesOf(neededBytes, freeBytes)}), part(1, {text: ' free'}), part(0, {text: gap}, verdict(leg, neededBytes))], width);
};

const verdict = (leg: Leg, neededBytes: number): Line[number] =>
	isEnough(leg, neededBytes) ? {text: 'ok', style: 'sound'} : {text: 'NOT ENOUGH', style: 'damage'};

const fieldColumns = 9;
const field = (name: string, ...value: readonly Line[]): Line => [{text: name.padEnd(fieldColumns), style: 'faint'}, ...value.flat()];

const wayOf = (state: State, index: number): string => `${index === 0 ? '->' : '<-'} ${(index === 0 ? targetOf(state) : sourceOf(state))?.name ?? ''}`;

/** The Total box where there is room: seven lines for one way, three for each of two. */
export function totalLines(state: State): Line[] {
	const {legs, limitBytesPerSecond: limit} = state.plan;
	const basis = basisOf(legs, limit);
	if (legs.length > 1) {
		return [...legs.flatMap((leg, index): Line[] => {
			const {total} = pricesOf(leg);
			return [
				[{text: `${wayOf(state, index)}   `, style: 'accent'}, {text: `${countOf(total.snapshots, 'snapshot')}, ${formatBytes(total.bytes)}`, style: 'strong'}, {text: `: ${countOf(total.chunks, 'chunk')}`}],
				line(`   time ${timeWords(leg, limit)}${hasBasis(leg, limit) ? '*' : ''}`),
				[{text: gap}, ...spaceWords(leg, total.bytes, planLayout(state).totalColumns - gap.length)],
			];
		}), ...(basis === '' ? [] : [line(`* ${basis}`, 'faint')])];
	}

	return legs.flatMap((leg): Line[] => {
		const {total, alreadyThere} = pricesOf(leg);
		const needed = alreadyThere.chunks + total.chunks;
		const share = needed === 0 ? 0 : Math.floor((alreadyThere.chunks / needed) * 100);
		const files = [...leg.ticked].reduce((sum, row) => sum + (leg.plan.rows[row]?.shown?.sizeBytes ?? 0), 0);
		return [
			field('ticked', line(`${countOf(total.snapshots, 'snapshot')}${files === 0 ? '' : `, ${formatBytes(files)} of files`}`)),
			fitParts([part(0, ...field('there', line(`${countOf(alreadyThere.chunks, 'chunk')} (${share}%)`))), part(1, {text: `, ${formatBytes(alreadyThere.bytes)} spared`})], planLayout(state).totalColumns),
			fitParts([
				part(0, ...field('to send', line(formatBytes(total.bytes), 'strong'))), part(1, {text: leg.plan.exact ? '' : ' (estimate)'}),
				part(2, {text: `: ${countOf(total.chunks, 'chunk')}`}), part(3, {text: `, ${countOf(total.objects, 'object')}`}),
			], planLayout(state).totalColumns),
			field('time', line(firstFitting(timedWords(leg, limit), planLayout(state).totalColumns - fieldColumns))),
			field('space', spaceWords(leg, total.bytes, planLayout(state).totalColumns - fieldColumns)),
			limit === 0 ? line('') : field('limit', line(limitWords(limit))),
			...(basis === '' ? [] : [field('', line(`* ${basis}`, 'faint'))]),
		];
	});
}

/** The time and at what rate, the longest form first; a star is explained elsewhere. */
function timedWords(leg: Leg, limit: number): string[] {
	const time = timeWords(leg, limit);
	return hasBasis(leg, limit) ? [`${time}${rateWords(leg, limit)}`, `${time}, ${formatBytes(leg.rate!.bytesPerSecond)}/s*`, `${time}*`] : [time];
}

/** "3 of 4 ticked": of all legs. */
export function tickedWords(legs: readonly Leg[]): string {
	const ticked = legs.reduce((sum, leg) => sum + leg.ticked.size, 0);
	const rows = legs.reduce((sum, {plan}) => sum + sendableRows(plan).length, 0);
	return `${formatCount(ticked)} of ${formatCount(rows)} ticked`;
}

/** "3 of 4 ticked: sends 5.0 GiB", where other rows of the same plan were ticked in `before`; else ''. */
export function retickedWords(before: State, after: State): string {
	const {legs} = after.plan;
	const isChanged = legs.some(({plan, ticked}, index) => before.plan.legs[index]?.plan === plan && before.plan.legs[index].ticked !== ticked);
	if (!isChanged) {
		return '';
	}

	const bytes = legs.reduce((sum, leg) => sum + pricesOf(leg).total.bytes, 0);
	const sent = legs.every(({ticked}) => ticked.size === 0) ? 'nothing' : `${legs.every(({plan}) => plan.exact) ? '' : 'about '}${formatBytes(bytes)}`;
	return `${tickedWords(legs)}: sends ${sent}`;
}

/** The times that were still being measured in `before`, in words; none where there is no figure. */
export function measuredWords(before: State, after: State): string[] {
	const {legs, limitBytesPerSecond: limit} = after.plan;
	return legs.flatMap((leg, index) => before.plan.legs.some(({plan, isMeasuring}) => plan === leg.plan && isMeasuring) && !leg.isMeasuring && leg.rate !== undefined
		? [`${legs.length > 1 ? `${wayOf(after, index)}: ` : ''}time ${timeSentence(leg, limit)}`]
		: []);
}

/** " at 10.4 MiB/s*". */
const rateWords = (leg: Leg, limit: number): string => hasBasis(leg, limit) ? ` at ${formatBytes(leg.rate!.bytesPerSecond)}/s*` : '';

/** Everything about one leg in one line, by what matters most: bytes, too little space, time, the rest. */
function legLine(leg: Leg, limit: number, head: Line, width: number): Line {
	const {total, alreadyThere} = pricesOf(leg);
	const {freeBytes} = leg.plan;
	const lacksSpace = !isEnough(leg, total.bytes);
	return fitParts([
		part(0, ...head, {text: `${leg.plan.exact ? '' : 'about '}${formatBytes(total.bytes)}`, style: 'strong'}),
		part(2, {text: `: ${countOf(total.snapshots, 'snapshot')}`}),
		part(4, {text: `, ${countOf(total.chunks, 'chunk')}`}),
		part(1, {text: `${gap}time ${timeWords(leg, limit)}`}),
		part(2, {text: hasBasis(leg, limit) ? '*' : ''}),
		part(lacksSpace ? 0 : 3, {text: `${gap}${freeBytes === undefined ? 'space unknown' : `of ${formatBytes(freeBytes)} free `}`}, ...(freeBytes === undefined ? [] : [verdict(leg, total.bytes)])),
		part(5, {text: `${gap}spared ${formatBytes(alreadyThere.bytes)}`}),
	], width);
}

/** The Total box of a small screen: three lines for one way where there is room for them, else one for each way. */
export function shortTotalLines(state: State): Line[] {
	const {legs, limitBytesPerSecond: limit} = state.plan;
	const {totalHeight, totalColumns: width} = planLayout(state);
	const basis = basisOf(legs, limit);
	const [leg] = legs;
	if (leg === undefined || legs.length > 1 || totalHeight < narrowTotalHeight) {
		return [
			...legs.map((each, index) => legLine(each, limit, legs.length > 1 ? [{text: index === 0 ? '-> ' : '<- ', style: 'accent'}] : [], width)),
			...(basis === '' ? [] : [line(`* ${basis}`, 'faint')]),
		];
	}

	const {total, alreadyThere} = pricesOf(leg);
	const needed = alreadyThere.chunks + total.chunks;
	return [
		fitParts([
			part(0, {text: 'send  '}, {text: formatBytes(total.bytes), style: 'strong'}), part(1, {text: leg.plan.exact ? '' : ' (estimate)'}),
			part(2, {text: `: ${formatCount(total.chunks)} of ${countOf(needed, 'chunk')}`}), part(4, {text: `, ${countOf(total.objects, 'object')}`}), part(3, {text: `${gap}spared ${formatBytes(alreadyThere.bytes)}`}),
		], width),
		fitParts([
			part(0, {text: `time  ${timeWords(leg, limit)}`}), part(3, {text: rateWords(leg, limit).replace('*', '')}), part(1, {text: limit > 0 ? `${gap}limit ${limitWords(limit)}` : ''}),
			part(2, {text: basis === '' ? '' : `${gap}${basis}`, style: 'faint'}),
		], width),
		[{text: 'space '}, ...spaceWords(leg, total.bytes, width - 6)],
	];
}
