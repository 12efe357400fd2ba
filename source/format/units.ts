// Sizes for people: powers of 1024 with their IEC names.

export const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `bytes` as a number below `base`, and how often it was divided. */
export function scaled(bytes: number, base: number): {value: number; unit: number} {
	let value = bytes;
	let unit = 0;
	while (value >= base - (base / 2048) && unit < binaryUnits.length - 1) {
		value /= base;
		unit++;
	}

	return {value, unit};
}

/** "1.6 GiB", "41.2 MiB", "812 B": one decimal from KiB on. */
export function formatBytes(bytes: number): string {
	const {value, unit} = scaled(bytes, 1024);
	return unit === 0 ? `${Math.round(bytes)} B` : `${value.toFixed(1)} ${binaryUnits[unit]}`;
}
