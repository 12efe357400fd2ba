// Carries out one request with whatever repositories it names: the engine as the command line and the job thread see it.

import type {Counters} from '../workers/counters.js';
import type {VerbOptions} from './events.js';
import type {JobRequest, JobResults, RepositoryAccess, Verb} from './jobs.js';
import {describeRepository, openRepository, type Repository} from './repository.js';

export type JobContext = VerbOptions & {readonly counters: Counters};

async function withRepository<Result>(access: RepositoryAccess, context: JobContext, use: (repository: Repository) => Promise<Result>): Promise<Result> {
	const repository = await openRepository(access, context);
	try {
		return await use(repository);
	} finally {
		await repository.close();
	}
}

/** Answers `request`. Each verb is loaded when it is first asked for. */
export async function runJob<V extends Verb>(request: JobRequest & {readonly verb: V}, context: JobContext): Promise<JobResults[V]> {
	return await runAny(request, context) as JobResults[V];
}

async function runAny(request: JobRequest, context: JobContext): Promise<JobResults[Verb]> {
	const {counters} = context;
	context.onEvent({type: 'phase', phase: 'open'});
	switch (request.verb) {
		case 'describe': {
			return withRepository(request.repository, context, async repository => describeRepository(repository, context));
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

		case 'check': {
			const {checkRepository} = await import('./check/check.js');
			return withRepository(request.repository, context, async repository => checkRepository({...request, repository, counters}, context));
		}

		case 'restore': {
			const {restoreSnapshots} = await import('./restore.js');
			return withRepository(request.repository, context, async repository => restoreSnapshots({...request, repository, counters}, context));
		}
	}
}
