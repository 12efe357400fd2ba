// What stands around the panes of every screen, in rows.

/** Where one is. */
export const headlineHeight = 1;
/** A rule, the keys, and what the obvious key would do. */
export const footerHeight = 3;
/** The upper border of a pane and its lower one. */
export const edges = 2;
/** What a pane that stands alone leaves of the screen. */
export const aroundPane = headlineHeight + edges + footerHeight;
