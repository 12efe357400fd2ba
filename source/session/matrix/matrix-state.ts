// What the matrix screen remembers: who holds what among all repositories, as it was when they were last compared.

import type {Matrix, MatrixRow} from '../../engine/several/matrix.js';
import type {PlainError} from '../../errors/revive.js';
import {memo} from '../memo.js';

export type MatrixState = {
	readonly status: 'computing' | 'ready' | 'failed';
	/** Of the repositories that are compared, in the order of the columns. */
	readonly names: readonly string[];
	readonly matrix?: Matrix | undefined;
	readonly problem?: PlainError | undefined;
	readonly cursor: number;
	/** Rows that all repositories hold alike are left out. */
	readonly isDifferent: boolean;
};

export const emptyMatrix: MatrixState = {status: 'computing', names: [], cursor: 0, isDifferent: false};

const rowsOf = memo((matrix: Matrix | undefined, isDifferent: boolean): readonly MatrixRow[] =>
	isDifferent ? matrix?.rows.filter(({cells}) => cells.some(cell => cell !== 'held')) ?? [] : matrix?.rows ?? []);

/** O(n) once for each matrix and choice. */
export const shownRows = ({matrix, isDifferent}: MatrixState): readonly MatrixRow[] => rowsOf(matrix, isDifferent);
