// A browse thread that answers from a description of a tree: the same rows and previews every time.

import type {Answer, AnyQuestion, HistoryPage, Mark, Preview, Question, QuestionName, TreeRow} from '../../source/engine/browse/questions.js';
import type {Aspect} from '../../source/engine/diff.js';
import type {PlakarError} from '../../source/errors/plakar-error.js';
import type {EntryType} from '../../source/format/entry.js';
import {parentOf, pathFromText, type PathBytes} from '../../source/format/paths.js';
import type {BrowseHandle} from '../../source/session/jobs/job-runner.js';

export type ScriptedPath = {
	/** As text; folders above it come by themselves. */
	readonly path: string;
	readonly type?: EntryType;
	readonly sizeBytes?: number;
	readonly mark?: Mark;
	readonly changed?: readonly Aspect[];
	readonly error?: string;
	readonly preview?: Partial<Preview>;
};

export type ScriptedTree = {
	readonly paths: readonly ScriptedPath[];
	readonly history?: HistoryPage;
	/** Every question fails with it. */
	readonly problem?: PlakarError;
	/** Questions that are never answered. */
	readonly standing?: readonly QuestionName[];
};

const mtimeSeconds = Date.parse('2026-02-10T17:02:11Z') / 1000;

function rowsOf(paths: readonly ScriptedPath[], isCompared: boolean): Map<PathBytes, TreeRow & {readonly script: ScriptedPath}> {
	const all = new Map<PathBytes, ScriptedPath>();
	for (const script of paths) {
		const path = pathFromText(script.path);
		const above: PathBytes[] = [];
		for (let folder = parentOf(path); !all.has(folder); folder = parentOf(folder)) {
			above.unshift(folder);
			if (folder === '/') {
				break;
			}
		}

		for (const folder of above) {
			all.set(folder, {path: folder, type: 'directory'});
		}

		all.set(path, script);
	}

	return new Map([...all].map(([path, script], at) => {
		const {type = 'file', sizeBytes = 0, mark = '', changed = [], error} = script;
		const isFolder = type === 'directory';
		const below = isFolder ? [...all].filter(([other]) => other !== path && other.startsWith(path === '/' ? '/' : `${path}/`)).map(([, value]) => value) : [];
		const place = {snapshot: 'a91c04' as never, at, ...(isFolder ? {folder: at} : {})};
		return [path, {
			path, type, changed: isCompared ? changed : [], script,
			mark: isCompared ? (mark === '' && below.some(other => (other.mark ?? '') !== '') ? '~' : mark) : '',
			own: mark === '-' ? undefined : place, other: !isCompared || mark === '+' ? undefined : place,
			sizeBytes: isFolder && sizeBytes === 0 ? below.reduce((sum, other) => sum + (other.sizeBytes ?? 0), 0) : sizeBytes, entries: below.length, mtimeSeconds,
			...(error === undefined ? {} : {error}),
		}] as const;
	}));
}

export function scriptedBrowser({paths, history, problem, standing = []}: ScriptedTree, onAsk: (question: AnyQuestion) => void): BrowseHandle {
	let rows = rowsOf(paths, false);
	const answer = (question: AnyQuestion): Answer<QuestionName> => {
		const byAt = (at: number | undefined) => [...rows.values()][at!]!;
		switch (question.name) {
			case 'open': {
				const isCompared = question.other !== undefined;
				rows = rowsOf(paths, isCompared);
				const count = (mark: Mark): number => paths.filter(script => script.mark === mark).length;
				return {root: rows.get('/' as PathBytes)!, folders: 1, ...(isCompared ? {counts: {added: count('+'), removed: count('-'), changed: count('~')}} : {})};
			}

			case 'list': {
				const folder = byAt(question.own ?? question.other).path;
				return {rows: [...rows.values()].filter(({path, own, mark}) => path !== '/' && parentOf(path) === folder && (own !== undefined || mark === '-'))};
			}

			case 'find': {
				return {rows: [...rows.values()].filter(({path, own}) => own !== undefined && path.includes(question.text)), left: 0, searched: 1, total: 1};
			}

			case 'history': {
				return history!;
			}

			case 'preview': {
				const {path, type, sizeBytes, script: {preview = {}}} = byAt(question.place.at);
				return {
					kind: type === 'directory' ? 'folder' : type === 'symlink' ? 'link' : 'text', path, type, sizeBytes, mode: type === 'directory' ? 0o755 : 0o644, owner: 'root', group: 'root', mtimeSeconds, isAncestor: false,
					encoding: 'ascii', entropy: '', lines: [], isCut: false, chunks: ['7fc02e11'.repeat(8)], chunkCount: 1, ...preview,
				};
			}
		}
	};

	return {
		async ask<Name extends QuestionName>(question: Question<Name>): Promise<Answer<Name>> {
			onAsk(question as AnyQuestion);
			if (problem !== undefined) {
				throw problem;
			}

			return standing.includes(question.name) ? new Promise<never>(() => undefined) : answer(question as AnyQuestion) as Answer<Name>;
		},
		close() {
			// Nothing is open.
		},
	};
}
