// Watches that an answer goes on once it has begun: a byte now and then is no silence, and would be waited for without end.

/** Less content than this within the time that silence may last is too little; an answer's head has to end by then. */
const leastBytes = 1024;

/** How far an answer is; `bytes` counts in each stage from 0. */
export type Progress = {readonly stage: 'none' | 'head' | 'content'; readonly bytes: number};

/**
 * Calls `onSlow`, once, when an answer that has begun makes too little progress: its head does not end, or less than
 * `leastBytes` of its content come, within `windowMs` to twice that. Returns what ends the watch.
 */
export function watchPace(windowMs: number, progress: () => Progress, onSlow: () => void): () => void {
	let before = progress();
	const timer = setInterval(() => {
		const now = progress();
		const isSlow = now.stage !== 'none' && now.stage === before.stage && (now.stage === 'head' || now.bytes - before.bytes < leastBytes);
		before = now;
		if (isSlow) {
			clearInterval(timer);
			onSlow();
		}
	}, windowMs);
	return () => {
		clearInterval(timer);
	};
}
