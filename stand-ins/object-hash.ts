// Stands in for object-hash in the bundle: ink-table makes keys of rows with it, which need to differ and nothing else. It loads node:crypto.

/** A text that differs for different rows of texts. */
export const sha1 = (value: unknown): string => JSON.stringify(value);
