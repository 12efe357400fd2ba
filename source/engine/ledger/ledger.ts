// When each chunk was last proven sound, and how. It says what was read and when, never that a chunk is sound now.

/** Seconds of a day: ages are told in days. */
const daySeconds = 86_400;

/** A time this far ahead of the clock is a clock that was put back since: such a proof has no age that can be told. */
const aheadSeconds = 300;

/** How many chunks were last proven on one day (since 1970, UTC), by their stored bytes and by their content. */
export type DayCount = {readonly day: number; readonly stored: number; readonly content: number};

export type LedgerHead = {
	/** Chunks of the repository when it was last listed whole; 0 when it never was. */
	readonly chunks: number;
	/** When the check of the whole repository began that has not come to its end; 0 when there is none. Seconds. */
	readonly unfinishedSince: number;
	/** Digest of the snapshots that were there then: other snapshots may need chunks that this ledger does not know. */
	readonly snapshots: string;
	/** Newest first. */
	readonly days: readonly DayCount[];
};

/** In columns, ascending by the first 16 bytes of the id. */
export type LedgerColumns = {
	readonly count: number;
	readonly ids: Uint8Array;
	/** Stored bytes when it was proven. */
	readonly sizes: Uint32Array;
	/** When its stored bytes were last proven, in seconds; never 0. */
	readonly storedAt: Uint32Array;
	/** When its content was last hashed, in seconds; 0 for never. */
	readonly contentAt: Uint32Array;
};

export type Ledger = Omit<LedgerHead, 'days'> & LedgerColumns;

export const secondsOf = (ms: number): number => Math.floor(ms / 1000);

/** A time of proof as it may be believed at `now`: a time that lies ahead counts as never. */
export const believable = (at: number, now: number): number => at > now + aheadSeconds ? 0 : at;

/** Days since 1970 of a time of proof; 0 for never. */
export const dayOf = (at: number): number => Math.floor(at / daySeconds);

/** The last proof that counts: of the content where it can be read, else of the stored bytes. */
export const proofAt = ({storedAt, contentAt}: LedgerColumns, index: number, opens: boolean): number => opens ? contentAt[index]! : storedAt[index]!;

/** Proofs by day, newest first, those beyond `limit` days counted into the oldest one as day 0. O(chunks). */
export function days({count, storedAt, contentAt}: LedgerColumns, limit: number): DayCount[] {
	const stored = new Map<number, number>();
	const content = new Map<number, number>();
	const tally = (counts: Map<number, number>, at: number): void => {
		if (at > 0) {
			counts.set(dayOf(at), (counts.get(dayOf(at)) ?? 0) + 1);
		}
	};

	for (let index = 0; index < count; index++) {
		tally(stored, storedAt[index]!);
		tally(content, contentAt[index]!);
	}

	const all = [...new Set([...stored.keys(), ...content.keys()])].sort((a, b) => b - a);
	const counts = all.map((day): DayCount => ({day, stored: stored.get(day) ?? 0, content: content.get(day) ?? 0}));
	const old = counts.slice(limit - 1);
	return old.length <= 1 ? counts : [...counts.slice(0, limit - 1), old.reduce((sum, {stored: s, content: c}) => ({day: 0, stored: sum.stored + s, content: sum.content + c}), {day: 0, stored: 0, content: 0})];
}

/** Chunks whose last proof is at most `withinDays` days old at `now` (seconds). */
export function provenWithin({days: counts}: LedgerHead, withinDays: number, now: number, opens: boolean): number {
	const today = dayOf(now);
	return counts.filter(({day}) => day > today - withinDays && day <= dayOf(now + aheadSeconds))
		.reduce((sum, {stored, content}) => sum + (opens ? content : stored), 0);
}

/** The day (since 1970) of the newest proof that counts at `now` (seconds); 0 when there is none. */
export const lastProven = ({days: counts}: Pick<LedgerHead, 'days'>, now: number, opens: boolean): number =>
	counts.reduce((newest, {day, stored, content}) => day <= dayOf(now + aheadSeconds) && (opens ? content : stored) > 0 ? Math.max(newest, day) : newest, 0);
