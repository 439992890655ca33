/**
 * Count words the way a reader would: rule `nexus-1`.
 *
 * The twin of `stories/counting.py`: both must give the same number for every text. The script
 * tables are from Unicode 17.0 and spelt out, so that a browser's own Unicode version does not
 * change what a chapter counts.
 */

export const RULE = "nexus-1";

// Unicode White_Space (not `\s`, which adds U+FEFF and leaves out U+0085), the zero-width space
// and the dashes.
const SEPARATORS =
  String.raw`\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000` +
  String.raw`\u200b\u2012-\u2015\u2e3a\u2e3b`;

// Soft hyphen and word joiner: dropped first, so that they cannot hide a double hyphen.
const VANISHING = /[\u00ad\u2060]/g;

// Script=Han, Hiragana and Katakana, with the two prolonged sound marks (Script=Common).
export const PER_CHARACTER =
  String.raw`\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096` +
  String.raw`\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u32d0-\u32fe\u3300-\u3357\u3400-\u4dbf` +
  String.raw`\u4e00-\u9fff\uf900-\ufa6d\ufa70-\ufad9\uff66-\uff9d\u{16fe2}\u{16fe3}` +
  String.raw`\u{16ff0}-\u{16ff6}\u{1aff0}-\u{1aff3}\u{1aff5}-\u{1affb}\u{1affd}\u{1affe}` +
  String.raw`\u{1b000}-\u{1b122}\u{1b132}\u{1b150}-\u{1b152}\u{1b155}\u{1b164}-\u{1b167}` +
  String.raw`\u{1f200}\u{20000}-\u{2a6df}\u{2a700}-\u{2b81d}\u{2b820}-\u{2cead}` +
  String.raw`\u{2ceb0}-\u{2ebe0}\u{2ebf0}-\u{2ee5d}\u{2f800}-\u{2fa1d}\u{30000}-\u{3134a}` +
  String.raw`\u{31350}-\u{33479}`;

// Halfwidth voicing marks are letters to Unicode but part of the kana before them to a reader.
const VOICING = String.raw`\uff9e\uff9f`;

const REST = String.raw`[^${SEPARATORS}\-${PER_CHARACTER}]*`;

// Each match is one word: a character of a script counted by characters, or a piece from its
// first letter or digit on. One hyphen joins, two separate.
const WORDS = new RegExp(
  `[${PER_CHARACTER}]|` +
    String.raw`(?![${VOICING}${PER_CHARACTER}])[\p{L}\p{N}]${REST}(?:-(?!-)${REST})*`,
  "gu",
);

/**
 * @param {string} text plain text
 * @returns {number} the words in it
 */
export function countWords(text) {
  const match = text.replace(VANISHING, "").match(WORDS);
  return match ? match.length : 0;
}
