// The repositories that the client of a pipe names, request by request: each is served once, however it is spelled.

import type {Fields} from '../backends/wire/fields.js';
import {PlakarError} from '../errors/plakar-error.js';
import type {Served, ServedRepository} from './served-repository.js';

/** More than anybody clones to at once; each has its medium open. */
const maximumPlaces = 64;
/** As long as a path may be on Linux. */
const longestPlace = 4096;

export class NamedRepositories implements Served {
	readonly #canonical: (place: string) => string;
	readonly #serve: (location: string) => ServedRepository;
	readonly #served = new Map<string, ServedRepository>();

	constructor(canonical: (place: string) => string, serve: (location: string) => ServedRepository) {
		this.#canonical = canonical;
		this.#serve = serve;
	}

	/** Throws PROTOCOL_ERROR for what is no path, BACKEND_UNAVAILABLE for one place too many. */
	repositoryFor(fields: Fields): ServedRepository {
		const place = fields.text('place', longestPlace);
		if (!/^~?\//.test(place)) {
			return fields.fail('place');
		}

		const location = this.#canonical(place);
		const served = this.#served.get(location);
		if (served !== undefined) {
			return served;
		}

		if (this.#served.size >= maximumPlaces) {
			throw new PlakarError('BACKEND_UNAVAILABLE', {message: `One connection serves ${maximumPlaces} repositories at most.`, hint: 'Name fewer at once.'});
		}

		const repository = this.#serve(location);
		this.#served.set(location, repository);
		return repository;
	}

	async end(): Promise<void> {
		await Promise.all([...this.#served.values()].map(async repository => repository.end()));
	}
}
