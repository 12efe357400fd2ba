// Messages over the pipes of a child process: requests share one connection, answers come in any order, silence is bounded.

import {spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';
import type {Socket} from 'node:net';
import {cancelled, PlakarError, throwIfAborted} from '../../errors/plakar-error.js';
import {displayText} from '../../format/paths.js';
import type {CallOptions} from '../contract.js';
import {FrameParser, frameHead} from '../wire/frames.js';
import {pipeGreeting} from '../wire/greeting.js';
import type {Line} from '../wire/line.js';
import {protocolError} from '../wire/message.js';
import {pipeError} from './pipe-error.js';

export type PipeSettings = {
	readonly peer: string;
	readonly command: readonly string[];
	/** For the connection to be made and the far program to start. */
	readonly greetingMs: number;
	/** Without a byte in either direction while an answer is due. */
	readonly stallMs: number;
};

type Waiting = {readonly resolve: (body: Uint8Array) => void; readonly reject: (error: unknown) => void};

/** A slow line shows progress after each of these, which is less than 30 s at 9 KB/s. */
const writtenAtOnce = 256 * 1024;
/** Of what the program said on stderr, the end. */
const keptWords = 4096;
/** For the far program to end by itself once its input has. */
const farewellMs = 3000;
/** Ctrl-C is for this program, which ends in order; ssh shares the terminal and must not die before it. */
const shielded = ['-c', 'trap "" INT; exec "$@"', 'sh'];

/** ssh may be asking on the terminal, which belongs to somebody else once this process has ended. */
const children = new Set<ChildProcessWithoutNullStreams>();

function endChildren(): void {
	for (const child of children) {
		child.kill();
	}
}

/** However many there are, the process is told of its end once. */
function register(child: ChildProcessWithoutNullStreams): void {
	if (children.size === 0) {
		process.on('exit', endChildren);
	}

	children.add(child);
}

function unregister(child: ChildProcessWithoutNullStreams): void {
	if (children.delete(child) && children.size === 0) {
		process.off('exit', endChildren);
	}
}

/** One child process, from its start to its end. */
class Connection {
	readonly #settings: PipeSettings;
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #parser: FrameParser;
	readonly #waiting = new Map<number, Waiting>();
	readonly #ended: Promise<void>;
	#greeted = false;
	#received = '';
	#words = '';
	#number = 0;
	#writing: Promise<void> = Promise.resolve();
	#timer: NodeJS.Timeout | undefined;
	#failure: PlakarError | undefined;

	constructor(settings: PipeSettings) {
		this.#settings = settings;
		this.#parser = new FrameParser(settings.peer);
		this.#child = spawn('sh', [...shielded, ...settings.command], {stdio: 'pipe'});
		register(this.#child);
		this.#child.stdout.on('data', (piece: Buffer) => {
			this.#onData(piece);
		});
		this.#child.stderr.on('data', (piece: Buffer) => {
			this.#words = (this.#words + piece.toString('utf8')).slice(-keptWords);
		});
		// The end of the process says why; a broken pipe alone does not.
		this.#child.stdin.on('error', () => undefined);
		this.#ended = new Promise(resolve => {
			this.#child.on('error', error => {
				unregister(this.#child);
				this.#fail(pipeError(settings.peer, {status: null, words: error.message, greeted: false}));
				resolve();
			});
			this.#child.on('close', status => {
				unregister(this.#child);
				this.#fail(pipeError(settings.peer, {status, words: this.#words, greeted: this.#greeted}));
				resolve();
			});
		});
		this.#hold(false);
	}

	/** What broke it. */
	get failure(): PlakarError | undefined {
		return this.#failure;
	}

	/** Whether it is made, and nobody waits for an answer. */
	get isIdle(): boolean {
		return this.#greeted && this.#failure === undefined && this.#waiting.size === 0;
	}

	async carry(message: Buffer, signal: AbortSignal | undefined): Promise<Uint8Array> {
		const number = this.#number++;
		const onAbort = (): void => {
			const waiting = this.#waiting.get(number);
			this.#waiting.delete(number);
			waiting?.reject(cancelled());
		};

		try {
			return await new Promise<Uint8Array>((resolve, reject) => {
				if (this.#failure !== undefined) {
					reject(this.#failure);
					return;
				}

				this.#waiting.set(number, {resolve, reject});
				this.#hold(true);
				this.#touch();
				signal?.addEventListener('abort', onAbort, {once: true});
				this.#writing = this.#writing.then(async () => this.#write(number, message));
			});
		} finally {
			signal?.removeEventListener('abort', onAbort);
			if (this.#waiting.size === 0) {
				clearTimeout(this.#timer);
				this.#hold(false);
			}
		}
	}

	async close(): Promise<void> {
		this.#hold(true);
		this.#child.stdin.end();
		if (!this.#greeted || this.#waiting.size > 0) {
			// ssh may be waiting for a person; or the far end is silent, and nobody waits for its answer any more.
			this.#abandon();
		}

		const late = setTimeout(() => {
			this.#abandon();
		}, farewellMs);
		await this.#ended;
		clearTimeout(late);
	}

	/** What the child started may live on and hold the pipes: nobody waits for that. */
	#abandon(): void {
		this.#child.kill();
		for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
			stream.destroy();
		}
	}

	/** Waiting answers keep the process alive, an idle connection does not. */
	#hold(isNeeded: boolean): void {
		for (const handle of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr] as unknown as Socket[]) {
			if (isNeeded) {
				handle.ref();
			} else {
				handle.unref();
			}
		}
	}

	/** Begins the wait for a sign of life anew. */
	#touch(): void {
		clearTimeout(this.#timer);
		if (this.#waiting.size === 0) {
			return;
		}

		const {greetingMs, stallMs, peer} = this.#settings;
		const waitMs = this.#greeted ? stallMs : greetingMs;
		this.#timer = setTimeout(() => {
			this.#fail(new PlakarError('BACKEND_UNAVAILABLE', {
				message: `${peer} was silent for ${waitMs / 1000} s.`,
				hint: 'Check the network and that machine, then run the same command again; what was sent is kept. PLAKAR_TIMEOUT sets how long to wait.',
			}));
		}, waitMs);
	}

	async #write(number: number, message: Buffer): Promise<void> {
		const pieces = [frameHead(number, message.length)];
		for (let start = 0; start < message.length; start += writtenAtOnce) {
			pieces.push(message.subarray(start, start + writtenAtOnce));
		}

		for (const piece of pieces) {
			if (this.#failure !== undefined) {
				return;
			}

			await new Promise<void>(resolve => {
				this.#child.stdin.write(piece, () => {
					resolve();
				});
			});
			this.#touch();
		}
	}

	#onData(piece: Buffer): void {
		this.#touch();
		try {
			const rest = this.#greeted ? piece : this.#readGreeting(piece);
			for (const {number, body} of this.#parser.push(rest)) {
				if (number >= this.#number) {
					throw protocolError(this.#settings.peer, `it answers the request ${number}, which was never made`);
				}

				// Length 0: still at work.
				if (body.length > 0) {
					const waiting = this.#waiting.get(number);
					this.#waiting.delete(number);
					waiting?.resolve(body);
				}
			}
		} catch (error) {
			this.#fail(error as PlakarError);
		}
	}

	/** What follows the greeting. Throws PROTOCOL_ERROR for anything else in its place. */
	#readGreeting(piece: Buffer): Buffer {
		this.#received += piece.toString('latin1');
		if (this.#received.startsWith(pipeGreeting)) {
			this.#greeted = true;
			return Buffer.from(this.#received.slice(pipeGreeting.length), 'latin1');
		}

		if (!pipeGreeting.startsWith(this.#received)) {
			const line = displayText(this.#received.split('\n', 1)[0]!.slice(0, 80));
			throw protocolError(this.#settings.peer, `instead of plakar-tui, ${JSON.stringify(line)} came back; if the remote shell prints that at every login, silence it there`);
		}

		return Buffer.alloc(0);
	}

	#fail(error: PlakarError): void {
		if (this.#failure === undefined) {
			this.#failure = error;
			clearTimeout(this.#timer);
			this.#abandon();
			for (const {reject} of this.#waiting.values()) {
				reject(error);
			}

			this.#waiting.clear();
		}
	}
}

/** Connects when it is first needed, and again after the connection broke: what only reads goes on then. */
export class PipeLine implements Line {
	readonly peer: string;
	readonly #settings: PipeSettings;
	#connection: Connection | undefined;
	#lastBreak: PlakarError | undefined;
	#isClosed = false;

	constructor(settings: PipeSettings) {
		this.peer = settings.peer;
		this.#settings = settings;
	}

	get lastBreak(): PlakarError | undefined {
		return this.#connection?.failure ?? this.#lastBreak;
	}

	/** Whether it is connected, and nobody waits for an answer. */
	get isIdle(): boolean {
		return this.#connection?.isIdle === true;
	}

	async carry(message: Buffer, {signal}: CallOptions = {}): Promise<Uint8Array> {
		throwIfAborted(signal);
		if (this.#isClosed) {
			// What was left behind must not connect anew.
			throw cancelled();
		}

		this.#lastBreak = this.lastBreak;
		if (this.#connection === undefined || this.#connection.failure !== undefined) {
			this.#connection = new Connection(this.#settings);
		}

		return this.#connection.carry(message, signal);
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#connection?.close();
	}
}
