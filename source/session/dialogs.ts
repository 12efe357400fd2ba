// Dialogs: what stands in front of a screen and takes the keys. Each carries what its answer does.

import type {Application} from './application.js';

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
};

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

export function askText(application: Application, dialog: Pick<TextDialog, 'title' | 'lines' | 'onSubmit' | 'onChange' | 'onCancel' | 'problem' | 'isInline'> & {readonly value?: string; readonly hidden?: boolean}): void {
	application.showDialog({kind: 'text', value: '', hidden: false, ...dialog, openedAtMs: application.now()});
}

export function askToChoose(application: Application, dialog: Pick<ChoiceDialog, 'title' | 'lines' | 'options'>): void {
	application.showDialog({kind: 'choice', cursor: 0, ...dialog, openedAtMs: application.now()});
}

export function askToConfirm(application: Application, dialog: Pick<ConfirmDialog, 'title' | 'lines' | 'answers' | 'onConfirm' | 'onDecline'>): void {
	application.showDialog({kind: 'confirm', ...dialog, openedAtMs: application.now()});
}

export function showMessage(application: Application, title: string, lines: readonly string[], choice?: MessageChoice): void {
	application.showDialog({kind: 'message', title, lines, choice, openedAtMs: application.now()});
}
