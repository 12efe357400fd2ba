// The log in lines: what the filter leaves, the window around the cursor.

import {countOf, formatCount} from '../figures.js';
import {keyOf} from '../key-of.js';
import {line, widthOf, windowStart, type Line} from '../line.js';
import {shownLog} from '../jobs/watch-state.js';
import type {State} from '../state.js';

const logCursor = ({logCursor: cursor}: State['watch'], count: number): number => Math.min(cursor, count - 1);

/** The line under the cursor; undefined when none is shown. */
export function currentLogLine({log, watch}: State): string | undefined {
	const lines = shownLog(log, watch.logFilter);
	return lines[logCursor(watch, lines.length)];
}

/** The cursor reaches to the end of its line. */
const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** `height` lines of at most `width` columns around the cursor, which is the newest line until it is moved. */
export function logLines(state: State, width: number, height: number): Line[] {
	const {log, watch} = state;
	const lines = shownLog(log, watch.logFilter);
	if (lines.length === 0) {
		return [line(log.length === 0 ? 'Nothing happened yet.' : `Nothing holds ${JSON.stringify(watch.logFilter)}. ${keyOf(state, 'back')} shows all.`, 'faint')];
	}

	const cursor = logCursor(watch, lines.length);
	const start = windowStart(lines.length, cursor, height);
	return lines.slice(start, start + height).map((text, index): Line => {
		const isCurrent = start + index === cursor;
		const [time = '', ...words] = text.split('  ');
		return isCurrent ? [{text: '> ', style: 'strong'}, {text: padded(text, width - 2), style: 'cursor'}] : [{text: `  ${time}  `, style: 'faint'}, {text: words.join('  ')}];
	});
}

/** "12 of 340 lines", and what narrows them. */
export function logTitle({log, watch}: State): string {
	const count = shownLog(log, watch.logFilter).length;
	return watch.logFilter === '' ? `Log   ${countOf(count, 'line')}` : `Log   ${formatCount(count)} of ${formatCount(log.length)} lines hold ${JSON.stringify(watch.logFilter)}`;
}

export const logSentence = (state: State): string => state.watch.logFilter === ''
	? `Times are UTC. ${keyOf(state, 'log.open')} shows a line whole; ${keyOf(state, 'move.bottom')} follows the newest; ${keyOf(state, 'log.filter')} filters.`
	: `${keyOf(state, 'back')} shows all lines again.`;
