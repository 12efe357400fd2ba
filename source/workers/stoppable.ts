// Lanes that stop with their job: told at once, left behind when what they have in hand does not end soon.

import {cancelled} from '../errors/plakar-error.js';
import type {Counters} from './counters.js';
import type {Lanes} from './lanes.js';
import {lateSignal} from './rest.js';
import type {TaskAnswer, TaskName, TaskRequest} from './task.js';

/** A batch in hand is worth finishing, and a healthy medium needs less for it; a peer that has fallen silent gets no more. */
const patienceMs = 2000;

export type LeavableLanes = Lanes & {
	/** Closing does not wait for tasks in hand any more. */
	leave(): void;
};

/** `lanes` until `signal` aborts: tasks that have not ended soon after that fail with CANCELLED, whatever becomes of them. */
export function stoppable(lanes: LeavableLanes, counters: Counters, signal: AbortSignal): Lanes {
	const inHand = new Set<(error: unknown) => void>();
	let isLeft = false;
	const late = lateSignal(signal, patienceMs);
	const onAbort = (): void => {
		counters.cancel();
	};

	if (signal.aborted) {
		onAbort();
	}

	signal.addEventListener('abort', onAbort, {once: true});
	late.signal.addEventListener('abort', () => {
		isLeft = true;
		lanes.leave();
		for (const reject of inHand) {
			reject(cancelled());
		}
	}, {once: true});
	return {
		capacity: lanes.capacity,
		async run<Name extends TaskName>(request: TaskRequest<Name>): Promise<TaskAnswer<Name>> {
			return new Promise((resolve, reject) => {
				if (isLeft) {
					reject(cancelled());
					return;
				}

				inHand.add(reject);
				lanes.run(request).then(resolve, reject).finally(() => inHand.delete(reject));
			});
		},
		async close() {
			signal.removeEventListener('abort', onAbort);
			late.end();
			await lanes.close();
		},
	};
}
