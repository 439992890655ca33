/**
 * Words of a document, block by block. Counting is additive over blocks (lib/counting.js), and a block that did
 * not change is the same object, so a keystroke costs one block, however long the chapter.
 */

import { countWords } from "../lib/counting.js";

const counts = new WeakMap();

/** @param {import("prosemirror-model").Node} block a top-level block */
export function wordsOfBlock(block) {
  let words = counts.get(block);
  if (words === undefined) counts.set(block, (words = countWords(textOf(block))));
  return words;
}

function textOf(block) {
  return block.textBetween(0, block.content.size, "\n", (leaf) => leaf.type.spec.leafText?.(leaf) ?? "\n");
}

/** @param {import("prosemirror-model").Node} doc */
export function wordsOf(doc) {
  let words = 0;
  doc.forEach((block) => { words += wordsOfBlock(block); });
  return words;
}

/**
 * The top-level blocks two documents do not share, as index ranges.
 * @returns {{from: number, oldTo: number, newTo: number}}
 */
export function changedBlocks(before, after) {
  const shortest = Math.min(before.childCount, after.childCount);
  let from = 0;
  while (from < shortest && before.child(from) === after.child(from)) from += 1;
  let oldTo = before.childCount;
  let newTo = after.childCount;
  while (oldTo > from && newTo > from && before.child(oldTo - 1) === after.child(newTo - 1)) {
    oldTo -= 1;
    newTo -= 1;
  }
  return { from, oldTo, newTo };
}

/** Words gained (or, below nought, lost) between two documents, counted over what changed only. */
export function wordsBetween(before, after) {
  if (before === after) return 0;
  const { from, oldTo, newTo } = changedBlocks(before, after);
  const sum = (doc, to) => {
    let words = 0;
    for (let i = from; i < to; i += 1) words += wordsOfBlock(doc.child(i));
    return words;
  };
  return sum(after, newTo) - sum(before, oldTo);
}
