// Serves repositories over a pair of streams: what `plakar-tui stdio` does at the far end of ssh.

import type {Readable, Writable} from 'node:stream';
import {FrameParser, frameHead} from '../backends/wire/frames.js';
import {pipeGreeting} from '../backends/wire/greeting.js';
import {heartbeatMs} from '../backends/wire/timeouts.js';
import {PlakarError} from '../errors/plakar-error.js';
import {answerMessage} from './answer.js';
import type {Served} from './served-repository.js';

/** Requests at work at once; more wait in the pipe. */
const maximumRequests = 8;

/** Resolves once `input` has ended or broken; every lock is given back then. Throws PROTOCOL_ERROR for what is no frame. */
export async function servePipe(served: Served, input: Readable, output: Writable): Promise<void> {
	const running = new Set<Promise<void>>();
	output.on('error', () => {
		input.destroy();
	});
	const send = (number: number, body: Buffer): void => {
		output.write(frameHead(number, body.length));
		output.write(body);
	};

	const work = async (number: number, body: Buffer): Promise<void> => {
		const timer = setInterval(() => {
			send(number, Buffer.alloc(0));
		}, heartbeatMs);
		try {
			send(number, (await answerMessage(served, body)).message);
		} finally {
			clearInterval(timer);
		}
	};

	output.write(pipeGreeting);
	try {
		const parser = new FrameParser('The client');
		for await (const piece of input as AsyncIterable<Buffer>) {
			for (const {number, body} of parser.push(piece)) {
				const task = work(number, body).finally(() => running.delete(task));
				running.add(task);
				// One piece may hold hundreds of requests.
				while (running.size >= maximumRequests || output.writableNeedDrain) {
					await (running.size >= maximumRequests ? Promise.race(running) : drained(output));
				}
			}
		}
	} catch (error) {
		// A client that vanished is no failure; one that sends anything else than frames is told on stderr.
		if (error instanceof PlakarError) {
			throw error;
		}
	} finally {
		await Promise.all(running);
		await served.end();
	}
}

async function drained(output: Writable): Promise<void> {
	await new Promise<void>(resolve => {
		const done = (): void => {
			output.off('drain', done);
			output.off('close', done);
			resolve();
		};

		output.once('drain', done);
		output.once('close', done);
	});
}
