// One line on stderr while a job runs: what it does, how far it is, how fast, how long yet. Only on a terminal.

import type {JobEvent, Phase} from '../engine/events.js';
import type {Counters} from '../engine/counters.js';
import {formatBytes, formatCount, formatEstimate, formatPercent} from '../session/figures.js';
import {RateMeter} from '../session/rate.js';

const everyMs = 100;

const phaseWords: Readonly<Record<Phase, string>> = {
	open: 'opening', scan: 'storing', plan: 'planning', chunks: 'sending', objects: 'sending', references: 'linking', snapshots: 'finishing',
	medium: 'examining the file', listing: 'listing', reading: 'reading', structure: 'reading indexes', files: 'restoring', finish: 'flushing to disk', receipt: 'comparing again',
};

export type Progress = {onEvent(event: JobEvent): void; /** Runs `print` with the line out of the way. */ above(print: () => void): void; stop(): void};

function describe(phase: Phase, counters: Counters, meter: RateMeter): string {
	const {bytesDone, bytesTotal, chunksDone, chunksTotal, filesDone, filesUnchanged} = counters.sample();
	meter.add(performance.now(), bytesDone);
	const parts = [phaseWords[phase]];
	if (phase === 'scan') {
		parts.push(`${formatCount(filesDone + filesUnchanged)} files (${formatCount(filesUnchanged)} unchanged)`, formatBytes(bytesDone));
	} else if (bytesTotal > 0) {
		parts.push(`${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`, formatPercent(bytesDone, bytesTotal));
	} else if (chunksTotal > 0) {
		parts.push(`${formatCount(chunksDone)} of ${formatCount(chunksTotal)} chunks`);
	}

	const rate = meter.rate(10_000);
	if (rate > 0) {
		parts.push(`${formatBytes(rate)}/s`);
	}

	if (counters.limit > 0) {
		parts.push(`limit ${formatBytes(counters.limit)}/s`);
	}

	const estimate = phase === 'scan' ? undefined : meter.estimate(bytesTotal - bytesDone);
	if (estimate !== undefined) {
		const [low, high] = [formatEstimate(estimate.lowMs), formatEstimate(estimate.highMs)];
		parts.push(low === high ? `${low} left` : `${low} to ${high.replace('about ', '')} left`);
	}

	return parts.join('  ');
}

export function startProgress(counters: Counters, isShown: boolean): Progress {
	let phase: Phase = 'open';
	let drawn = false;
	const meter = new RateMeter();
	const clear = (): void => {
		if (drawn) {
			process.stderr.write('\r\x1b[K');
			drawn = false;
		}
	};

	const draw = (): void => {
		const width = (process.stderr.columns ?? 80) - 1;
		process.stderr.write(`\r${describe(phase, counters, meter).slice(0, width)}\x1b[K`);
		drawn = true;
	};

	const timer = isShown ? setInterval(draw, everyMs) : undefined;
	timer?.unref();
	return {
		onEvent(event) {
			if (event.type === 'phase') {
				phase = event.phase;
				// What begins may keep this thread from its timers.
				if (isShown) {
					draw();
				}
			}
		},
		above(print) {
			clear();
			print();
		},
		stop() {
			clearInterval(timer);
			clear();
		},
	};
}
