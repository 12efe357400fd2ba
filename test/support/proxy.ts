// A TCP proxy that does to a conversation what networks do: delays it, cuts it, stalls it, mangles it.

import {once} from 'node:events';
import {connect, createServer, type AddressInfo, type Socket} from 'node:net';
import {onTestFinished} from 'vitest';

export type Mischief = {
	/** Counted over all bytes of all connections, both ways. */
	readonly at: number;
	/** `cut` breaks that connection; `die` every one from then on; `stall` keeps it open and forwards nothing more; `garble` changes the bytes that follow. */
	readonly how: 'cut' | 'die' | 'stall' | 'garble';
	/** Called when it happens. */
	readonly onHit?: () => void;
};

export type Proxy = {
	readonly port: number;
	/** Bytes that came in so far. */
	readonly seen: () => number;
	/** Connections that were made. */
	readonly connections: () => number;
};

const garbage = (size: number): Buffer => Buffer.alloc(size, 0xa7);

/** In front of `port` of this machine; ends with the test. `delayMs` is added to each way. */
export async function temporaryProxy(port: number, {mischief, delayMs = 0}: {mischief?: Mischief; delayMs?: number} = {}): Promise<Proxy> {
	const sockets = new Set<Socket>();
	let seen = 0;
	let connections = 0;
	let isDead = false;
	const server = createServer(near => {
		connections++;
		if (isDead) {
			near.destroy();
			return;
		}

		const far = connect(port, '127.0.0.1');
		let isStalled = false;
		const end = (): void => {
			near.destroy();
			far.destroy();
		};

		const forward = (from: Socket, to: Socket): void => {
			from.on('data', (piece: Buffer) => {
				const start = seen;
				seen += piece.length;
				if (isStalled) {
					return;
				}

				const hits = mischief !== undefined && seen > mischief.at;
				let sent = piece;
				if (hits && (start <= mischief.at || isDead)) {
					const whole = piece.subarray(0, Math.max(0, mischief.at - start));
					sent = mischief.how === 'garble' ? Buffer.concat([whole, garbage(piece.length - whole.length)]) : whole;
					isStalled = mischief.how === 'stall';
					isDead = mischief.how === 'die';
					mischief.onHit?.();
				}

				setTimeout(() => {
					to.write(sent);
					if (hits && sent.length < piece.length && !isStalled) {
						to.end();
						setImmediate(end);
					}
				}, delayMs);
			});
			from.on('end', () => {
				setTimeout(() => {
					to.end();
				}, delayMs);
			});
		};

		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.setNoDelay(true);
			socket.on('error', end);
			socket.on('close', () => {
				sockets.delete(socket);
				if (!isStalled) {
					setTimeout(end, delayMs);
				}
			});
		}

		forward(near, far);
		forward(far, near);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		for (const socket of sockets) {
			socket.destroy();
		}

		server.close();
	});
	return {port: (server.address() as AddressInfo).port, seen: () => seen, connections: () => connections};
}
