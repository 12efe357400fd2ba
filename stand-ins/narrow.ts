// Texts of which every character is drawn alone: what nearly all of a screen is made of, frames and bars included.

/** Latin letters, the ellipsis, lines, bars and blocks: none is wide, and none joins the one before it. */
const beyondAscii = '\\u00A1-\\u00AC\\u00AE-\\u024F\\u2026\\u2500-\\u25FC';

const narrow = new RegExp(`^[\\u0020-\\u007E${beyondAscii}]*$`);
/** With the controls, escapes among them; without CR, which LF joins. */
const single = new RegExp(`^[\\u0000-\\u000C\\u000E-\\u007E${beyondAscii}]*$`);

/** Whether `text` takes as many columns of a terminal as it has code units. */
export const isNarrow = (text: string): boolean => narrow.test(text);

/** Whether every code unit of `text` is a grapheme. */
export const isSingle = (text: string): boolean => single.test(text);
