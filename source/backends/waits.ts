// Waiting for others at a medium is told: whoever waits for seconds should know for what.

type Listener = (words: string) => void;

const listeners: Listener[] = [];

/** Tells of a wait in one sentence, to the listener of this thread that was added last. */
export function tellWait(words: string): void {
	listeners.at(-1)?.(words);
}

/** Tells `listener` of waits, in the place of others, until the function that this returns is called. */
export function onWait(listener: Listener): () => void {
	// Wrapped, so that one function may listen several times.
	const own: Listener = words => {
		listener(words);
	};
	listeners.push(own);
	return () => {
		listeners.splice(listeners.indexOf(own), 1);
	};
}
