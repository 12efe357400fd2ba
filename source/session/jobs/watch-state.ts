// How the running job, the list of jobs and the log are looked at.

export type WatchState = {
	/** The lanes pane gives its rows to the throughput and the log. */
	readonly hidesLanes: boolean;
	readonly jobCursor: number;
	/** A line of the filtered log; infinite: the newest one, whatever comes. */
	readonly logCursor: number;
	readonly logFilter: string;
};

export const initialWatch: WatchState = {hidesLanes: false, jobCursor: 0, logCursor: Number.POSITIVE_INFINITY, logFilter: ''};

/** The lines of the log that the filter leaves. */
export const shownLog = (log: readonly string[], filter: string): readonly string[] =>
	filter === '' ? log : log.filter(text => text.toLowerCase().includes(filter.toLowerCase()));
