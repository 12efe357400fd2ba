// Several repositories at once, each on its own account: one that cannot be opened is named and the others are used.

import type {PlakarError} from '../../errors/plakar-error.js';
import {asPlakarError} from '../../errors/revive.js';
import type {RepositoryAccess} from '../jobs.js';
import {openRepository, type OpenOptions, type Repository} from '../repository.js';

export type Opened = {
	/** As it was given while it is not open. */
	readonly location: string;
	readonly repository?: Repository | undefined;
	/** Why there is no `repository`. */
	readonly error?: PlakarError | undefined;
};

/** Opens `accesses`, hands them to `use` in order, and closes what was opened. */
export async function withEach<Result>(accesses: readonly RepositoryAccess[], options: OpenOptions, use: (opened: readonly Opened[]) => Promise<Result>): Promise<Result> {
	const opened = await Promise.all(accesses.map(async (access): Promise<Opened> => {
		try {
			const repository = await openRepository(access, options);
			return {location: repository.location, repository};
		} catch (error) {
			return {location: access.location, error: asPlakarError(error)};
		}
	}));
	try {
		return await use(opened);
	} finally {
		await Promise.all(opened.map(async ({repository}) => repository?.close()));
	}
}
