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

const powers = ['', 'K', 'M', 'G', 'T'] as const;

/** The bytes that "500K", "1.5MiB", "2MB" or "4096" mean; undefined for anything else. A plain letter and "iB" are powers of 1024, "B" of 1000. */
export function parseBytes(text: string): number | undefined {
	const [, digits, power = '', unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(i?B)?$/i.exec(text.trim()) ?? [];
	const base = unit?.toUpperCase() === 'B' && power !== '' ? 1000 : 1024;
	const bytes = digits === undefined ? Number.NaN : Math.round(Number(digits) * (base ** powers.indexOf(power.toUpperCase() as 'K')));
	return Number.isSafeInteger(bytes) ? bytes : undefined;
}
