// What the check screen keeps: which pane has the keys, how the map is ordered, and where its cursor stands.

/** `map`, `findings` and `affected` are the panes 1, 2 and 3; zoomed in, 2 lists chunks and 3 tells of one. */
export const checkPanes = ['map', 'findings', 'affected'] as const;
export type CheckPane = (typeof checkPanes)[number];

/** `age`: oldest proof first. `freshness`: in storage order, coloured by the age of the last proof. */
export const mapOrders = ['storage', 'age', 'freshness'] as const;
export type MapOrder = (typeof mapOrders)[number];

/** Places of the order shown, without `end`. */
export type Zoom = {readonly start: number; readonly end: number};

export type CheckState = {
	readonly focus: CheckPane;
	readonly order: MapOrder;
	/** Chunks in the order shown, by their position in the store; in storage order when absent. */
	readonly ranks?: Uint32Array | undefined;
	/** The place of the chunk under the cursor, in the order shown. */
	readonly at: number;
	readonly zoom?: Zoom | undefined;
};

export const emptyCheck: CheckState = {focus: 'findings', order: 'storage', at: 0};
