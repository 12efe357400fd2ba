// Answers one message: never throws, whatever the message is.

import {isPlakarError} from '../errors/plakar-error.js';
import {asPlakarError} from '../errors/revive.js';
import {Fields} from '../backends/wire/fields.js';
import {decodeMessage, encodeMessage, protocolError} from '../backends/wire/message.js';
import {isOperation, operations, type Client} from '../backends/wire/operations.js';
import {toWireError} from '../backends/wire/wire-error.js';
import {assertAllowed} from './access.js';
import {handlers} from './handlers.js';
import type {Served, ServedRepository} from './served-repository.js';

export type Answer = {
	readonly message: Buffer;
	/** For the log: what was asked, '?' when that could not be told. */
	readonly operation: string;
	/** 'ok', or the code of the error. */
	readonly outcome: string;
};

const us = 'The client';
const longestHost = 255;

function clientOf(fields: Fields): Client {
	const [client] = fields.has('client') ? [new Fields({head: fields.value('client') as Record<string, unknown>, blobs: []}, us)] : [];
	const host = client?.text('host') ?? fields.fail('client');
	const pid = client?.number('pid') ?? fields.fail('client');
	return host.length <= longestHost && Number.isSafeInteger(pid) && pid > 0 ? {host, pid} : fields.fail('client');
}

export const answerError = (error: unknown, operation = '?'): Answer => ({
	message: encodeMessage({error: toWireError(error)}), operation, outcome: asPlakarError(error).code,
});

export async function answerMessage(served: Served, bytes: Uint8Array): Promise<Answer> {
	let operation = '?';
	let repository: ServedRepository | undefined;
	try {
		const fields = new Fields(decodeMessage(bytes, us), us);
		const named = fields.text('op');
		if (!isOperation(named)) {
			throw protocolError(us, `there is no operation ${JSON.stringify(named.slice(0, 40))}`);
		}

		operation = named;
		repository = served.repositoryFor(fields);
		assertAllowed(repository.access, operations[named], repository.name);
		const reply = await handlers[named]({repository, client: clientOf(fields), fields});
		return {message: encodeMessage(reply.fields, reply.blobs), operation, outcome: 'ok'};
	} catch (error) {
		if (isPlakarError(error, 'BACKEND_FAILED') && error.context['gone'] === true) {
			await repository?.reopen();
		}

		return answerError(error, operation);
	}
}
