// Waiting for others at a medium is told: whoever waits for seconds should know for what.

type Listener = (words: string) => void;
type Listening = {readonly listener: Listener; readonly afterMs: number};

/** Shorter waits are not worth a sentence: writers take turns all the time. */
const usualAfterMs = 1000;

const listeners: Listening[] = [];

/** Tells of a wait in one sentence, to the listener of this thread that was added last; false when nobody was told, or would not be yet. */
export function tellWait(words: string, waitedMs: number): boolean {
	const last = listeners.at(-1);
	if (last === undefined || waitedMs < last.afterMs) {
		return false;
	}

	last.listener(words);
	return true;
}

/** Tells `listener` of waits that take longer than `afterMs`, in the place of others, until the function that this returns is called. */
export function onWait(listener: Listener, afterMs = usualAfterMs): () => void {
	const own = {listener, afterMs};
	listeners.push(own);
	return () => {
		listeners.splice(listeners.indexOf(own), 1);
	};
}
