// Carries out one request with whatever repositories it names: the engine as the command line and the job thread see it.

import {PlakarError} from '../errors/plakar-error.js';
import type {Counters} from '../workers/counters.js';
import type {VerbOptions} from './events.js';
import type {JobRequest, JobResults, RepositoryAccess, Verb} from './jobs.js';
import {createRepository, describeRepository, openRepository, type OpenOptions, type Repository} from './repository.js';
import {withEach} from './several/open-each.js';
import {defaultChunkBytes} from './settings.js';
import {onWait} from './waits.js';

export type JobContext = VerbOptions & {
	readonly counters: Counters;
	/** Opens every repository so that nothing can be written to it, whatever the request asks for. */
	readonly readOnly?: boolean | undefined;
};

const openOptionsOf = ({signal, counters, readOnly}: JobContext): OpenOptions => ({signal, readOnly, onRetry: () => counters.add('retries', 1)});

async function withRepository<Result>(access: RepositoryAccess, context: JobContext, use: (repository: Repository) => Promise<Result>): Promise<Result> {
	const repository = await openRepository(access, openOptionsOf(context));
	try {
		return await use(repository);
	} finally {
		await repository.close();
	}
}

/** Where proofs are remembered; what lies in the memory of this process has no tomorrow. */
async function ledgerOf({backend, config, location}: Repository): Promise<string | undefined> {
	const {ledgerFile} = await import('./ledger/ledger-file.js');
	return backend.supports.reopenable ? ledgerFile(config.repositoryId, location) : undefined;
}

/** Answers `request`. Each verb is loaded when it is first asked for. */
export async function runJob<V extends Verb>(request: JobRequest & {readonly verb: V}, context: JobContext): Promise<JobResults[V]> {
	const stop = onWait(text => {
		context.onEvent({type: 'notice', text});
	});
	try {
		return await runAny(request, context) as JobResults[V];
	} finally {
		stop();
	}
}

async function runAny(request: JobRequest, context: JobContext): Promise<JobResults[Verb]> {
	const {counters} = context;
	context.onEvent({type: 'phase', phase: 'open'});
	switch (request.verb) {
		case 'describe': {
			return withRepository(request.repository, context, async repository => describeRepository(repository, context));
		}

		case 'create': {
			const {location, passphrase} = request;
			if (context.readOnly === true) {
				throw new PlakarError('BACKEND_READ_ONLY', {message: `${location} was not made: nothing may be written now.`, hint: 'Start again without --read-only to create repositories.'});
			}

			const repository = await createRepository(location, {passphrase, encrypted: passphrase !== undefined, compression: 'zstd', hashing: 'blake3', averageChunkBytes: defaultChunkBytes}, context);
			await repository.close();
			return {location: repository.location, repositoryId: repository.config.repositoryId};
		}

		case 'demo': {
			if (context.readOnly === true) {
				throw new PlakarError('BACKEND_READ_ONLY', {message: 'The demonstration was not made: nothing may be written now.', hint: 'Start again without --read-only.'});
			}

			const {buildDemonstration, damageOneChunk} = await import('./demonstration.js');
			const made = await buildDemonstration({folder: request.folder, counters}, context);
			return {...made, damagedChunk: await damageOneChunk({location: made.source}, context)};
		}

		case 'push': {
			const {push} = await import('./push/push.js');
			return withRepository(request.repository, context, async repository => push({...request, repository, counters}, context));
		}

		case 'plan': {
			const {makePlan} = await import('./make-plan.js');
			return withRepository(request.source, context, async source =>
				withRepository(request.target, context, async target => makePlan(source, target, request.snapshots, context)));
		}

		case 'probe': {
			const {probeSpeed} = await import('./probe.js');
			return withRepository(request.source, context, async source =>
				withRepository(request.target, context, async target => probeSpeed(source, target, request.snapshot, context)));
		}

		case 'sync': {
			const {applyPlan} = await import('./sync.js');
			const {plan, ticked} = request;
			return withRepository(request.source, context, async source =>
				withRepository(request.target, context, async target => applyPlan({source, target, plan, ticked, counters}, context)));
		}

		case 'clone': {
			const {cloneRepository} = await import('./clone.js');
			return withRepository(request.source, context, async source => cloneRepository(source, request.target, counters, context));
		}

		case 'plan-each': {
			const {planEach} = await import('./several/sync-each.js');
			return withRepository(request.source, context, async source =>
				withEach(request.targets, openOptionsOf(context), async targets => planEach(source, targets, request.snapshots, context)));
		}

		case 'sync-each': {
			const {syncEach} = await import('./several/sync-each.js');
			const {targets} = request;
			return withRepository(request.source, context, async source =>
				withEach(targets.map(({access}) => access), openOptionsOf(context), async opened =>
					syncEach(source, targets.map(({plan, ticked}, index) => ({opened: opened[index]!, plan, ticked})), counters, context)));
		}

		case 'clone-each': {
			const {cloneEach} = await import('./clone.js');
			return withRepository(request.source, context, async source => cloneEach(source, request.targets, counters, context));
		}

		case 'matrix': {
			const {compareAll} = await import('./several/matrix.js');
			return withEach(request.repositories, openOptionsOf(context), async repositories => compareAll(repositories, request.snapshots, context));
		}

		case 'mesh': {
			const {applyMesh} = await import('./several/mesh.js');
			return withEach(request.repositories, openOptionsOf(context), async repositories => applyMesh(repositories, request.plan, counters, context));
		}

		case 'check': {
			const {checkRepository} = await import('./check/check.js');
			return withRepository(request.repository, context, async repository => checkRepository({...request, repository, counters, ledgerFile: await ledgerOf(repository)}, context));
		}

		case 'plan-heal': {
			const {planHeal} = await import('./heal/plan-heal.js');
			return withRepository(request.source, context, async source =>
				withRepository(request.target, context, async target => planHeal({...request, source, target}, context)));
		}

		case 'heal': {
			const {applyHeal} = await import('./heal/apply-heal.js');
			const {plan} = request;
			return withRepository(request.source, context, async source =>
				withRepository(request.target, context, async target => applyHeal({source, target, plan, counters, ledgerFile: await ledgerOf(target)}, context)));
		}

		case 'locate': {
			const {locateRecords} = await import('./locate.js');
			return locateRecords(request.repositories, request.records, context);
		}

		case 'restore': {
			const {restoreSnapshots} = await import('./restore/restore.js');
			return withRepository(request.repository, context, async repository => restoreSnapshots({...request, repository, counters}, context));
		}
	}
}
