// Figures in words: sizes, rates, times. The same on the screen and on the command line.

import {binaryUnits, formatBytes, scaled} from '../format/units.js';

export {formatBytes};

/** "4.4 of 6.8 GiB": the unit once where it is the same. */
export function formatBytesOf(done: number, total: number): string {
	const [left, right] = [formatBytes(done), formatBytes(total)];
	return left.split(' ')[1] === right.split(' ')[1] ? `${left.split(' ')[0]} of ${right}` : `${left} of ${right}`;
}

/** The least power of two that is not below `bytes`: the top of a scale that does not change with every sample. */
export const scaleTop = (bytes: number): number => 2 ** Math.ceil(Math.log2(Math.max(1024, bytes)));

const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** "1.6 G", for narrow columns; binary like formatBytes. */
export function formatBytesShort(bytes: number): string {
	const {value, unit} = scaled(bytes, 1024);
	return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${binaryUnits[unit]![0]}`;
}

/** "1.6G", "343G": for a column of five. */
export const compactBytes = (bytes: number): string => formatBytesShort(bytes).replace(/(\d{2,})\.\d/, '$1').replace(' ', '');

/** "13 MB", "1.2 GB": powers of 1000, a decimal only below ten; what plakar's ls prints. */
export function formatDecimalBytes(bytes: number): string {
	if (bytes < 10) {
		return `${bytes} B`;
	}

	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < decimalUnits.length - 1) {
		value /= 1000;
		unit++;
	}

	const rounded = value < 9.95 ? (Math.floor((value * 10) + 0.5) / 10).toFixed(1) : String(Math.floor(value + 0.5));
	return `${rounded} ${decimalUnits[unit]}`;
}

/** "41,202". */
export const formatCount = (count: number): string => String(Math.round(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

/** "1 chunk", "2,140 chunks". */
export const countOf = (count: number, noun: string, plural = `${noun}s`): string => `${formatCount(count)} ${count === 1 ? noun : plural}`;

/** "0.4s", "41s", "6m51s", "2h05m". */
export function formatDuration(ms: number): string {
	if (ms < 9950) {
		return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
	}

	const seconds = Math.max(0, Math.round(ms / 1000));
	const two = (value: number): string => String(value).padStart(2, '0');
	if (seconds < 60) {
		return `${seconds}s`;
	}

	return seconds < 3600 ? `${Math.floor(seconds / 60)}m${two(seconds % 60)}s` : `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** "about 4 min", "under a minute": what may be said of the future. */
export function formatEstimate(ms: number): string {
	const minutes = ms / 60_000;
	if (minutes < 1) {
		return ms < 10_000 ? 'a few seconds' : 'under a minute';
	}

	return minutes < 90 ? `about ${Math.round(minutes)} min` : `about ${Math.round(minutes / 60)} h`;
}

/** "about 11 min (9 to 15)": what may be said of the future when it is known how sure it is. */
export function formatRange(lowMs: number, highMs: number): string {
	const about = formatEstimate((lowMs + highMs) / 2);
	const [unit, unitMs] = highMs >= 90 * 60_000 ? ['h', 3_600_000] : ['min', 60_000];
	const [low, high] = [Math.floor(lowMs / unitMs), Math.ceil(highMs / unitMs)];
	return about.endsWith(unit) && low !== high ? `${about} (${low} to ${high})` : about;
}

/** "2022-03-05T22:30:58Z": RFC 3339 in UTC, to the second. */
export const formatTime = (iso: string): string => `${iso.slice(0, 19)}Z`;

/** "38%"; never 100 before all is done, never 0 once something is. */
export function formatPercent(done: number, total: number): string {
	if (total <= 0) {
		return '0%';
	}

	const percent = Math.floor((done / total) * 100);
	return `${done >= total ? 100 : Math.min(99, done > 0 ? Math.max(1, percent) : 0)}%`;
}
