import type {Terminal} from '@xterm/headless';

export const cell: {readonly width: number; readonly height: number};
export function drawGrid(terminal: Terminal): string;
export function sizeOfPicture(columns: number, rows: number): {readonly width: number; readonly height: number};
export function frameOf(columns: number, rows: number, title: string, content: string): string;
export function pictureOf(terminal: Terminal, title: string): string;
