// Progress that does not move: numbers in shared memory, added to by lanes and read by whoever draws.

export const counterNames = [
	// Work known so far and done; the totals stay 0 until they are known.
	'bytesTotal', 'bytesDone', 'chunksTotal', 'chunksDone', 'objectsTotal', 'objectsDone',
	'snapshotsTotal', 'snapshotsDone', 'filesTotal', 'filesDone', 'directoriesDone', 'recordsReferenced', 'referencesTotal',
	// What went through the media.
	'bytesRead', 'bytesWritten', 'recordsWritten', 'filesUnchanged',
	// What went wrong.
	'errors', 'retries', 'findings', 'soundOnSecondRead', 'snapshotsAffected',
	// What the ledger spared a check from reading.
	'chunksTrusted',
	// How full the queue in front of the lanes is.
	'queueDepth', 'queueLimit',
] as const;
export type CounterName = (typeof counterNames)[number];
export type CounterValues = Readonly<Record<CounterName, number>>;

/** What a lane is doing, by number, for the lanes pane. */
export const laneStates = ['idle', 'reading', 'verifying', 'sealing', 'writing', 'linking', 'waiting'] as const;
export type LaneState = (typeof laneStates)[number];
export type LaneView = {
	readonly state: LaneState;
	/** The first 8 hex digits of the record at hand, or '' when there is none. */
	readonly subject: string;
	readonly sizeBytes: number;
	/** Milliseconds in this state. */
	readonly sinceMs: number;
	readonly bytesDone: number;
};

/** At most this many lanes: more than 8 threads on one disk only queue in the kernel. */
export const maximumLanes = 8;

const controlWords = 2;
const cancelIndex = 0;
const pauseIndex = 1;
/** state, subject, size, changed at (ms modulo 2^31), bytes done in MiB/1024. */
const laneWords = 5;
const laneStart = controlWords;
const intWords = laneStart + (maximumLanes * laneWords);
const counterOffset = Math.ceil((intWords * 4) / 8) * 8;
const bucketOffset = counterOffset + (counterNames.length * 8);
/** Words of the token bucket that all lanes share (throttle.ts). */
export const bucketWords = {limit: 0, balance: 1, filledUs: 2} as const;
const bufferBytes = bucketOffset + (Object.keys(bucketWords).length * 8);

/** The shared memory of one job. Any thread may hold one over the same buffer. */
export class Counters {
	readonly buffer: SharedArrayBuffer;
	readonly #values: Float64Array;
	readonly #bits: BigInt64Array;
	readonly #words: Int32Array;
	/** As `bucketWords` says; only the throttle takes from it. */
	readonly bucket: BigInt64Array;

	constructor(buffer = new SharedArrayBuffer(bufferBytes)) {
		this.buffer = buffer;
		this.#words = new Int32Array(buffer, 0, intWords);
		this.#bits = new BigInt64Array(buffer, counterOffset, counterNames.length);
		this.bucket = new BigInt64Array(buffer, bucketOffset);
		this.#values = new Float64Array(counterNames.length);
	}

	add(name: CounterName, amount: number): void {
		Atomics.add(this.#bits, counterNames.indexOf(name), BigInt(amount));
	}

	set(name: CounterName, value: number): void {
		Atomics.store(this.#bits, counterNames.indexOf(name), BigInt(value));
	}

	get(name: CounterName): number {
		return Number(Atomics.load(this.#bits, counterNames.indexOf(name)));
	}

	/** All values now. */
	sample(): CounterValues {
		return Object.fromEntries(counterNames.map((name, index) => {
			this.#values[index] = Number(Atomics.load(this.#bits, index));
			return [name, this.#values[index]!];
		})) as Record<CounterName, number>;
	}

	/** The bytes a second that all lanes together may write; 0 when there is no limit. */
	get limit(): number {
		return Number(Atomics.load(this.bucket, bucketWords.limit));
	}

	/** Obeyed from the next step on, also by lanes that wait now: what they owe by the old limit is forgotten. */
	setLimit(bytesPerSecond: number): void {
		Atomics.store(this.bucket, bucketWords.limit, BigInt(Math.max(0, Math.floor(bytesPerSecond))));
		Atomics.store(this.bucket, bucketWords.balance, 0n);
	}

	/** Asks every lane to stop taking work and to leave loops at the next record. */
	cancel(): void {
		Atomics.store(this.#words, cancelIndex, 1);
		this.resume();
	}

	get isCancelled(): boolean {
		return Atomics.load(this.#words, cancelIndex) === 1;
	}

	pause(): void {
		Atomics.store(this.#words, pauseIndex, 1);
	}

	resume(): void {
		Atomics.store(this.#words, pauseIndex, 0);
		Atomics.notify(this.#words, pauseIndex);
	}

	get isPaused(): boolean {
		return Atomics.load(this.#words, pauseIndex) === 1;
	}

	/** Blocks this thread while the job is paused. Only lanes may call it. */
	waitWhilePaused(): void {
		Atomics.wait(this.#words, pauseIndex, 1);
	}

	/** Tells what lane `lane` does now; `subject` is a record's id. */
	setLane(lane: number, state: LaneState, subject = '', sizeBytes = 0): void {
		const base = laneStart + (lane * laneWords);
		Atomics.store(this.#words, base, laneStates.indexOf(state));
		Atomics.store(this.#words, base + 1, subject === '' ? 0 : Number.parseInt(subject.slice(0, 8), 16) | 0);
		Atomics.store(this.#words, base + 2, Math.min(sizeBytes, 0x7fff_ffff));
		Atomics.store(this.#words, base + 3, Math.floor(performance.timeOrigin + performance.now()) % 0x7fff_ffff);
	}

	addLaneBytes(lane: number, sizeBytes: number): void {
		Atomics.add(this.#words, laneStart + (lane * laneWords) + 4, Math.ceil(sizeBytes / 1024));
	}

	lane(lane: number): LaneView {
		const base = laneStart + (lane * laneWords);
		const subject = Atomics.load(this.#words, base + 1);
		const nowMs = Math.floor(performance.timeOrigin + performance.now()) % 0x7fff_ffff;
		return {
			state: laneStates[Atomics.load(this.#words, base)] ?? 'idle',
			subject: subject === 0 ? '' : (subject >>> 0).toString(16).padStart(8, '0'),
			sizeBytes: Atomics.load(this.#words, base + 2),
			sinceMs: Math.max(0, nowMs - Atomics.load(this.#words, base + 3)),
			bytesDone: Atomics.load(this.#words, base + 4) * 1024,
		};
	}
}

/**
 * The state of one chunk in the check map: one byte each in shared memory, in the store's order of ids. `trusted`: proven
 * by an earlier check, not read by this one.
 */
export const mapStates = ['unread', 'reading', 'sound', 'sound-on-second-read', 'unreadable', 'corrupt', 'missing', 'orphan', 'trusted'] as const;
export type MapState = (typeof mapStates)[number];
export const mapCode = Object.fromEntries(mapStates.map((state, index) => [state, index])) as Record<MapState, number>;
