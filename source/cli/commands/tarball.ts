// tarball: paths of snapshots as a tar archive, on stdout or in a new file.

import {open, unlink} from 'node:fs/promises';
import {openRepository, readHeader, type Repository} from '../../engine/repository.js';
import type {SnapshotTarget} from '../../engine/jobs.js';
import {tarballOf, tarEnd} from '../../engine/tarball.js';
import {PlakarError} from '../../errors/plakar-error.js';
import {usageError} from '../arguments.js';
import {exitCodes, findTargets, ownAccess, type Command, type RunCommand} from '../command.js';

type Write = (bytes: Uint8Array) => Promise<void>;

/** Writes the whole archive; answers with the number of paths that are not in it. */
async function writeArchive({output, signal}: Command, repository: Repository, targets: readonly SnapshotTarget[], write: Write): Promise<number> {
	let troubles = 0;
	for (const {snapshot, path} of targets) {
		const header = await readHeader(repository, snapshot, {signal});
		const stream = tarballOf({repository, header, path}, {signal, onEvent(event) {
			if (event.type === 'trouble') {
				troubles++;
				output.note(event.error.message);
			}
		}});
		for await (const bytes of stream) {
			await write(bytes);
		}
	}

	await write(tarEnd);
	return troubles;
}

/** A file that is there is never overwritten; one that could not be finished is removed. Answers as `writeArchive`. */
async function writeFile(command: Command, repository: Repository, targets: readonly SnapshotTarget[], file: string): Promise<number> {
	const handle = await open(file, 'wx').catch((error: unknown) => {
		throw new PlakarError('PATH_EXISTS', {message: `${file} cannot be made: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`, hint: 'Name another file.', cause: error});
	});
	let sizeBytes = 0;
	try {
		const missing = await writeArchive(command, repository, targets, async bytes => {
			await handle.writeFile(bytes);
			sizeBytes += bytes.length;
		});
		command.output.json('archived', {file, sizeBytes, missing});
		return missing;
	} catch (error) {
		await unlink(file).catch(() => undefined);
		throw error;
	} finally {
		await handle.close();
	}
}

export const run: RunCommand = async command => {
	const {parameters, flags, output, signal} = command;
	const file = flags['output'] as string | undefined;
	if (parameters.length === 0) {
		throw usageError('tarball needs a snapshot.', 'tarball');
	}

	if (file === undefined && process.stdout.isTTY) {
		throw usageError('An archive is not written to a terminal: send stdout elsewhere or give --output.', 'tarball');
	}

	const repository = await openRepository(await ownAccess(command, true), {signal});
	const targets = await findTargets(repository, parameters);
	const troubles = file === undefined
		? await writeArchive(command, repository, targets, async bytes => output.raw(bytes))
		: await writeFile(command, repository, targets, file);
	await repository.close();
	return troubles > 0 ? exitCodes.findings : exitCodes.done;
};
