// Dialogs: what stands in front of a screen and takes the keys. Each carries what its answer does.

import type {ActionId} from './actions/action-ids.js';
import type {Application} from './application.js';
import {keyOf} from './key-of.js';

/** What appears takes no answer this soon: the key was meant for what stood there before. */
export const dialogGuardMs = 300;

type Common = {
	readonly title: string;
	readonly openedAtMs: number;
	/** The first line in sight of those that do not fit; default: the first of all. */
	readonly scroll?: number;
};

/** One line of text to be given. */
export type TextDialog = Common & {
	readonly kind: 'text';
	readonly lines: readonly string[];
	readonly value: string;
	/** Drawn as stars: a passphrase. */
	readonly hidden: boolean;
	/** What was wrong with the answer before. */
	readonly problem?: string | undefined;
	/** Asked in the last line, the screen staying in sight: for what is seen to change as it is typed. */
	readonly isInline?: boolean;
	/** Told of every change of the value. */
	readonly onChange?: (value: string) => void;
	readonly onSubmit: (value: string) => void;
	readonly onCancel?: () => void;
};

/** One of a few ways to go on. Nothing is written by the choice itself. */
export type ChoiceDialog = Common & {
	readonly kind: 'choice';
	readonly lines: readonly string[];
	readonly options: ReadonlyArray<{readonly title: string; readonly choose: () => void}>;
	readonly cursor: number;
};

/** A question whose default is always to go back. Nothing is written without its `y`. */
export type ConfirmDialog = Common & {
	readonly kind: 'confirm';
	readonly lines: readonly string[];
	readonly answers: Answers;
	readonly onConfirm: () => void;
	/** Told of `n` alone: Enter and Esc only go back. */
	readonly onDecline?: () => void;
	/** What it is about may change while it stands. */
	readonly current?: Current;
};

export type Question = Pick<ConfirmDialog, 'title' | 'lines' | 'answers' | 'onConfirm' | 'onDecline'>;

/** Asked again and again: the question as it is now, undefined when there is nothing to ask any more, and what is said then. */
export type Current = {readonly question: () => Question | undefined; readonly over: string};

/** What each answer does, in words. */
export type Answers = {
	readonly y: string;
	readonly n: string;
	/** What Enter and Esc do, where that is not what `n` does. */
	readonly later?: string;
};

/** The keys of a question with what each does; the last one is the default. */
export const answersOf = ({y, n, later}: Answers): ReadonlyArray<readonly [key: string, title: string]> =>
	later === undefined ? [['y', y], ['n', `${n} (default)`]] : [['y', y], ['n', n], ['Enter, Esc', `${later} (default)`]];

/** One key that a message offers beside closing it. Nothing is written by it. */
export type MessageChoice = {readonly key: string; readonly title: string; readonly run: () => void};
export type MessageDialog = Common & {readonly kind: 'message'; readonly lines: readonly string[]; readonly choice?: MessageChoice | undefined};

/** Every action by name. */
export type PaletteDialog = Common & {readonly kind: 'palette'; readonly value: string; readonly cursor: number};

/** What says something that may be longer than the screen is high. */
export type ScrolledDialog = TextDialog | ChoiceDialog | ConfirmDialog | MessageDialog;
export type Dialog = ScrolledDialog | PaletteDialog;

/** Whether the key that starts a plan was meant for the one on the screen, ready since `readyAtMs`. Says so when it comes too soon. */
export function isMeant(application: Application, key: ActionId, readyAtMs: number): boolean {
	const isSettled = application.now() - readyAtMs >= dialogGuardMs;
	if (!isSettled) {
		application.notice(`The plan has just appeared: look at it, then press ${keyOf(application.state, key)} again.`);
	}

	return isSettled;
}

export function askText(application: Application, dialog: Pick<TextDialog, 'title' | 'lines' | 'onSubmit' | 'onChange' | 'onCancel' | 'problem' | 'isInline'> & {readonly value?: string; readonly hidden?: boolean}): void {
	application.showDialog({kind: 'text', value: '', hidden: false, ...dialog, openedAtMs: application.now()});
}

export function askToChoose(application: Application, dialog: Pick<ChoiceDialog, 'title' | 'lines' | 'options'>): void {
	application.showDialog({kind: 'choice', cursor: 0, ...dialog, openedAtMs: application.now()});
}

export function askToConfirm(application: Application, question: Question): void {
	application.showDialog({kind: 'confirm', ...question, openedAtMs: application.now()});
}

/** The same where the question may be over, or be another one, before it is answered. Answers with whether there was one. */
export function askWhileSo(application: Application, current: Current): boolean {
	const question = current.question();
	if (question !== undefined) {
		application.showDialog({kind: 'confirm', ...question, current, openedAtMs: application.now()});
	}

	return question !== undefined;
}

const wordsOf = ({title, lines, answers}: Question): string => JSON.stringify([title, lines, answers]);

/** Makes a question say what is so now, or takes it away. Other words are another question: a key that was on its way does not answer it. */
export function renewDialog(application: Application): void {
	const {dialog} = application.state;
	if (dialog?.kind !== 'confirm' || dialog.current === undefined) {
		return;
	}

	const question = dialog.current.question();
	if (question === undefined) {
		application.showDialog(undefined);
		application.notice(dialog.current.over);
	} else if (wordsOf(question) !== wordsOf(dialog)) {
		application.showDialog({...dialog, ...question, openedAtMs: application.now()});
	}
}

export function showMessage(application: Application, title: string, lines: readonly string[], choice?: MessageChoice): void {
	application.showDialog({kind: 'message', title, lines, choice, openedAtMs: application.now()});
}
