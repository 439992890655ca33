/**
 * Marks of words that were cut or pasted. The same words give the same mark, whatever stands around them, so that the
 * ledger knows a cut and a paste that belong together without keeping the words. Twin: `analytics/moves.py`.
 */

import { countWords } from "../lib/counting.js";

/** @typedef {{cause: string, words: number, mark: string}} Move */

const MARKED = { cut: "cut", pasted: "pasted" };
const TABLE = Uint32Array.from({ length: 256 }, (_, number) => {
  let rest = number;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** @param {string} text @returns {string} the CRC-32 of its words, and how many they are */
export function markOf(text) {
  let rest = 0xffffffff;
  for (const byte of new TextEncoder().encode(text.split(/\s+/).filter(Boolean).join(" "))) {
    rest = (rest >>> 8) ^ TABLE[(rest ^ byte) & 255];
  }
  return `${((rest ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0")}-${countWords(text)}`;
}

/** @returns {Move | null} what a cut took, or what a paste brought */
export function moveOf(transaction, cause, words) {
  if (!(cause in MARKED) || !words) return null;
  const isCut = cause === "cut";
  const range = touched(transaction.mapping, isCut);
  return range && { cause, words, mark: markOf(textOf(isCut ? transaction.before : transaction.doc, range)) };
}

/** The stretch a transaction touched, in the positions of the document before it, or after it. */
function touched({ maps }, isBefore) {
  const found = [];
  maps.forEach((map, index) => {
    const others = isBefore ? maps.slice(0, index).reverse().map((earlier) => earlier.invert()) : maps.slice(index + 1);
    const through = (position, side) => others.reduce((at, other) => other.map(at, side), position);
    map.forEach((oldFrom, oldTo, newFrom, newTo) => {
      const [from, to] = isBefore ? [oldFrom, oldTo] : [newFrom, newTo];
      found.push([through(from, -1), through(to, 1)]);
    });
  });
  return found.length ? [Math.min(...found.map(([from]) => from)), Math.max(...found.map(([, to]) => to))] : null;
}

function textOf(doc, [from, to]) {
  return doc.textBetween(from, to, "\n", (leaf) => leaf.type.spec.leafText?.(leaf) ?? "\n");
}
