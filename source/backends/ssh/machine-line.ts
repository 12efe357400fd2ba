// A line to one place over the connection to its machine that all places there share, so that a person is asked once.

import {isPlakarError} from '../../errors/plakar-error.js';
import type {CallOptions} from '../contract.js';
import type {Line} from '../wire/line.js';
import type {PipeSettings} from './pipe-line.js';
import {shareLine} from './shared-lines.js';

export type MachineLineSettings = {
	readonly peer: string;
	/** The path that the far end is to open. */
	readonly place: string;
	/** The connection for all places of the machine, and one for this place alone. */
	readonly machine: PipeSettings;
	readonly own: PipeSettings;
};

/** Machines whose far program, or what guards it, wants a place when it is started, as older ones do. */
const olderMachines = new Set<string>();

/** It ran, and ended by itself before it had greeted. */
const isRefused = (error: unknown): boolean => isPlakarError(error, 'PROTOCOL_ERROR') && error.context['status'] !== undefined;

export class MachineLine implements Line {
	readonly peer: string;
	readonly place: string;
	readonly #settings: MachineLineSettings;
	#line: Line;

	constructor(settings: MachineLineSettings) {
		this.peer = settings.peer;
		this.place = settings.place;
		this.#settings = settings;
		this.#line = shareLine(olderMachines.has(settings.machine.peer) ? settings.own : settings.machine);
	}

	get lastBreak(): Line['lastBreak'] {
		return this.#line.lastBreak;
	}

	async carry(message: Buffer, options?: CallOptions): Promise<Uint8Array> {
		const {machine, own} = this.#settings;
		try {
			return await this.#line.carry(message, options);
		} catch (error) {
			if (olderMachines.has(machine.peer) || !isRefused(error)) {
				throw error;
			}

			olderMachines.add(machine.peer);
			await this.#line.close();
			this.#line = shareLine(own);
			return this.#line.carry(message, options);
		}
	}

	async close(): Promise<void> {
		await this.#line.close();
	}
}
