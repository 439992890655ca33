/**
 * What quotes, dashes and dots become while they are typed, by the language of the text. It sees nothing but the
 * paragraph up to the caret, so it knows no editor.
 */

/** Opening and closing, double then single, and the dash that two hyphens mean. */
const SETS = {
  en: ["“", "”", "‘", "’", "—"], de: ["„", "“", "‚", "‘", "–"], fr: ["«\u202f", "\u202f»", "‘", "’", "—"],
  es: ["«", "»", "‘", "’", "—"], it: ["«", "»", "‘", "’", "–"], pt: ["“", "”", "‘", "’", "—"], nl: ["“", "”", "‘", "’", "–"],
  sv: ["”", "”", "’", "’", "–"], da: ["”", "”", "’", "’", "–"], no: ["«", "»", "‘", "’", "–"], fi: ["”", "”", "’", "’", "–"],
  ru: ["«", "»", "„", "“", "—"], hu: ["„", "”", "»", "«", "–"], ro: ["„", "”", "«", "»", "–"], tr: ["“", "”", "‘", "’", "–"],
};
const BEFORE_OPENING = /(?:^|[\s{[(<'"‘“„‚«‹—–-])$/;
const APOSTROPHE = "’";
/** Words that begin with an apostrophe and with nothing else. */
const CUT_WORD = /(?:^|[\s(“—–])(‘(?:em|til|[Tt](?:is|was|were|will|would)))[\s,.;:!?]$/;
const CUT_YEARS = /‘\d\ds$/;
const CUT_AND = /(?:^|\s)‘n$/;

/**
 * @param {string} text the paragraph up to the caret, with the sign just typed at its end
 * @param {string} tag the language of the text, as in `lang`
 * @returns {{back: number, sign: string} | null} how many signs at the end, that one included, become what
 */
export function proper(text, tag) {
  const language = tag.slice(0, 2).toLowerCase();
  const set = SETS[language] ?? SETS.en;
  const before = text.slice(0, -1);
  const typed = text.at(-1);
  if (typed === '"') return double(before, set);
  if (typed === "'") return single(before, set);
  if (/(?:--|[^][—–]-)$/.test(text)) return { back: 2, sign: text.endsWith("--") ? set[4] : "—" };
  if (text.endsWith("...")) return { back: 3, sign: "…" };
  if (language === "fr") return spaced(text);
  return set[2] === "‘" ? cut(text) : null;
}

function double(before, [open, close]) {
  const isSpaced = open.length > 1;
  if (BEFORE_OPENING.test(before) && !(isSpaced && isOpen(before, open[0], close.at(-1)))) return { back: 1, sign: open };
  return { back: isSpaced && /[ \u202f]$/.test(before) ? 2 : 1, sign: close };
}

/** Within a word and after it the same key means an apostrophe, unless something is open. */
function single(before, [, , open, close]) {
  if (BEFORE_OPENING.test(before)) return { back: 1, sign: open };
  if (open === "‘" && CUT_AND.test(before)) return { back: 3, sign: "’n’" };
  return { back: 1, sign: isOpen(before, open, close) ? close : APOSTROPHE };
}

function isOpen(before, open, close) {
  return before.lastIndexOf(open) > before.lastIndexOf(close);
}

/** French puts a narrow space that does not break before its high signs. */
function spaced(text) {
  if (!/ [!?;:]$/.test(text)) return null;
  return { back: 2, sign: `${text.endsWith(":") ? "\u00a0" : "\u202f"}${text.at(-1)}` };
}

/** An opening quote turns out to have been an apostrophe: ’90s, ’em, ’tis. */
function cut(text) {
  const found = text.match(CUT_YEARS)?.[0] ?? (CUT_WORD.exec(text) && text.slice(text.lastIndexOf("‘")));
  return found ? { back: found.length, sign: APOSTROPHE + found.slice(1) } : null;
}
