/**
 * Why the text changed: the ledger's cause of a transaction, and its words. One number per transaction, from the
 * blocks it touched, so that the totals do not depend on when autosave fires.
 */

import { isHistoryTransaction } from "../../vendor/editor.js";
import { moveOf } from "./moves.js";
import { wordsBetween } from "./words.js";

/** Cause when words were gained, cause when words were lost. */
const PAIRS = {
  input: ["typed", "removed"],
  paste: ["pasted", "removed"],
  drop: ["pasted", "removed"],
  cut: ["typed", "cut"],
  history: ["restored", "undone"],
  replace: ["replaced", "removed"],
  apply: ["applied", "removed"],
};

/** @param {import("prosemirror-state").Transaction} transaction @returns {keyof PAIRS} */
export function originOf(transaction) {
  if (isHistoryTransaction(transaction)) return "history";
  const origin = transaction.getMeta("origin") ?? transaction.getMeta("uiEvent");
  if (transaction.getMeta("paste")) return "paste";
  return origin in PAIRS ? origin : "input";
}

/** @returns {{cause: string, words: number, move: import("./moves.js").Move | null}} for the change from one document to the next */
export function changeOf(transaction, before, after) {
  const words = wordsBetween(before, after);
  const [gained, lost] = PAIRS[originOf(transaction)];
  const change = words < 0 ? { cause: lost, words: -words } : { cause: gained, words };
  return { ...change, move: moveOf(transaction, change.cause, change.words) };
}
