// Stands in for source/ui/ink-table.ts in the bundle, where the bundler itself gives ink-table this program's Ink.

import type InkTable from 'ink-table';

/** The bundler makes of this what it makes of an import. */
export const Table = (require('ink-table') as {readonly default: typeof InkTable}).default;
