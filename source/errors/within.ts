// A limit of time for what may never answer.

/**
 * What `call` answers, which is given a signal that aborts when `signal` does or after `limitMs`. The signal lives as long
 * as the call: one that AbortSignal.any makes of a timeout may be collected as garbage before it aborts (Node 20.20 does so).
 */
export async function within<Result>(limitMs: number, signal: AbortSignal, call: (limit: AbortSignal) => Promise<Result>): Promise<Result> {
	const controller = new AbortController();
	const stop = (): void => {
		controller.abort();
	};

	const timer = setTimeout(stop, limitMs);
	signal.addEventListener('abort', stop);
	if (signal.aborted) {
		stop();
	}

	try {
		return await call(controller.signal);
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', stop);
	}
}
