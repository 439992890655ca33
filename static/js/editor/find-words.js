/**
 * Finds literal words as a reader sees them. The twin of `stories/finding.py`: what counts as the same is one rule,
 * and both are held to the same cases (stories/tests/find-cases.json).
 */

import { PER_CHARACTER } from "../lib/counting.js";

/** What a keyboard has one key for, in whatever shape it was set. */
const SHAPES = { "'": "'‘’", "\"": "\"“”„", " ": " \u00a0\u202f" };
const LETTER = `(?![${PER_CHARACTER}])[\\p{L}\\p{N}_]`;
/** Accents: whatever has a combining class in Unicode. */
const ACCENTS =
  String.raw`\u0300-\u034e\u0350-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a` +
  String.raw`\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07eb-\u07f3` +
  String.raw`\u07fd\u0816-\u0819\u081b-\u0823\u0825-\u0827\u0829-\u082d\u0859-\u085b\u0898-\u089f\u08ca-\u08e1` +
  String.raw`\u08e3-\u08ff\u093c\u094d\u0951-\u0954\u09bc\u09cd\u09fe\u0a3c\u0a4d\u0abc\u0acd\u0b3c\u0b4d\u0bcd\u0c3c` +
  String.raw`\u0c4d\u0c55\u0c56\u0cbc\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba` +
  String.raw`\u0ec8-\u0ecb\u0f18\u0f19\u0f35\u0f37\u0f39\u0f71\u0f72\u0f74\u0f7a-\u0f7d\u0f80\u0f82-\u0f84\u0f86` +
  String.raw`\u0f87\u0fc6\u1037\u1039\u103a\u108d\u135d-\u135f\u1714\u1715\u1734\u17d2\u17dd\u18a9\u1939-\u193b\u1a17` +
  String.raw`\u1a18\u1a60\u1a75-\u1a7c\u1a7f\u1ab0-\u1abd\u1abf-\u1ace\u1b34\u1b44\u1b6b-\u1b73\u1baa\u1bab\u1be6` +
  String.raw`\u1bf2\u1bf3\u1c37\u1cd0-\u1cd2\u1cd4-\u1ce0\u1ce2-\u1ce8\u1ced\u1cf4\u1cf8\u1cf9\u1dc0-\u1dff` +
  String.raw`\u20d0-\u20dc\u20e1\u20e5-\u20f0\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f` +
  String.raw`\ua674-\ua67d\ua69e\ua69f\ua6f0\ua6f1\ua806\ua82c\ua8c4\ua8e0-\ua8f1\ua92b-\ua92d\ua953\ua9b3\ua9c0` +
  String.raw`\uaab0\uaab2-\uaab4\uaab7\uaab8\uaabe\uaabf\uaac1\uaaf6\uabed\ufb1e\ufe20-\ufe2f`;
/** The rest of a Hangul syllable. */
const JAMO = String.raw`\u1160-\u11ff`;
/** With joiners, enclosing marks, shapes and colours of pictures: whatever changes the character before it. */
const MARKS = ACCENTS + JAMO + String.raw`\u200d\u20d0-\u20ff\ufe00-\ufe0f\u{1f3fb}-\u{1f3ff}\u{e0100}-\u{e01ef}`;
const LETTERS = new RegExp(`[^][${ACCENTS}${JAMO}]*`, "gu");
const STARTS_WITH_LETTER = new RegExp(`^${LETTER}`, "u");

/**
 * @param {string} words at least one character
 * @param {{matchCase?: boolean, wholeWords?: boolean}} options
 * @returns {RegExp} global
 */
export function patternOf(words, { matchCase = false, wholeWords = false } = {}) {
  const letters = words.normalize("NFD").match(LETTERS);
  const found = letters.map((letter) => anyForm(letter, matchCase)).join("");
  const isWord = (letter) => wholeWords && STARTS_WITH_LETTER.test(letter);
  const before = isWord(letters[0]) ? `(?<!${LETTER})(?<![${MARKS}])` : "";
  const after = isWord(letters.at(-1)) ? `(?!${LETTER})` : "";
  return new RegExp(`${before}${found}(?![${MARKS}])${after}`, matchCase ? "gu" : "giu");
}

function anyForm(letter, matchCase) {
  const [first] = letter;
  const shapes = matchCase ? first : SHAPES[first] ?? first;
  const forms = Array.from(shapes, (shape) => shape + letter.slice(first.length));
  const either = new Set([...forms, ...forms.map((form) => form.normalize("NFC"))]);
  const ordered = [...either].sort((one, other) => other.length - one.length);
  return `(?:${ordered.map(literal).join("|")})`;
}

const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Of each block, for the pattern asked last: a block that did not change is the same object. */
const known = new WeakMap();

/**
 * @param {import("prosemirror-model").Node} doc
 * @param {RegExp} pattern
 * @returns {{from: number, to: number}[]} every hit, in order; none reaches over a line break
 */
export function hitsOf(doc, pattern) {
  const hits = [];
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true;
    for (const [start, end] of hitsIn(node, pattern)) hits.push({ from: pos + 1 + start, to: pos + 1 + end });
    return false;
  });
  return hits;
}

function hitsIn(block, pattern) {
  const kept = known.get(block);
  if (kept?.pattern === pattern) return kept.hits;
  const text = block.textBetween(0, block.content.size, "\n", "\n");
  const hits = Array.from(text.matchAll(pattern), (match) => [match.index, match.index + match[0].length]);
  known.set(block, { pattern, hits });
  return hits;
}
