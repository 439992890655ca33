/**
 * Gives a block its id when it is made or changed, never before: opening a chapter changes nothing.
 * A block copied or split off gets its own id; the one that stood there first keeps its.
 */

import { Fragment, Plugin, Slice } from "../../vendor/editor.js";
import { changedBlocks } from "./words.js";

const SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH = 10;

/** @returns {string} ten signs: in a chapter of 10,000 blocks two are alike once in 70 million chapters */
export function newBlockId() {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  return Array.from(bytes, (byte) => SIGNS[byte % SIGNS.length]).join("");
}

export function blockIds(makeId = newBlockId) {
  return new Plugin({
    props: { transformPasted: (slice) => new Slice(named(slice.content, makeId), slice.openStart, slice.openEnd) },
    appendTransaction(transactions, before, after) {
      if (!transactions.some((transaction) => transaction.docChanged)) return null;
      const missing = blocksToName(before.doc, after.doc);
      if (!missing.length) return null;
      const tr = after.tr.setMeta("addToHistory", false);
      for (const pos of missing) tr.setNodeAttribute(pos, "b", makeId());
      return tr;
    },
  });
}

/** Named before they are in the document: there each one would cost a copy of its list of blocks. */
function named(content, makeId) {
  return Fragment.fromArray(content.content.map((node) => {
    if (!node.isBlock) return node;
    const inner = node.isTextblock ? node.content : named(node.content, makeId);
    return node.type.create({ ...node.attrs, b: node.attrs.b ?? makeId() }, inner, node.marks);
  }));
}

/** Positions of the changed blocks without an id of their own. */
function blocksToName(before, after) {
  const range = changedBlocks(before, after);
  if (isSameBlockEdited(before, after, range)) return [];
  const taken = idsOutside(after, range);
  const missing = [];
  eachBlock(after, range.from, range.newTo, (node, pos) => {
    const id = node.attrs.b;
    if (id && !taken.has(id)) taken.add(id);
    else missing.push(pos);
  });
  return missing;
}

/** Typing in a paragraph that has its id: the common case, without a look at the rest. */
function isSameBlockEdited(before, after, { from, oldTo, newTo }) {
  if (oldTo - from !== 1 || newTo - from !== 1) return false;
  const [old, now] = [before.child(from), after.child(from)];
  return now.isTextblock && now.attrs.b !== null && now.attrs.b === old.attrs.b;
}

function idsOutside(doc, { from, newTo }) {
  const taken = new Set();
  const note = (node) => { if (node.attrs.b) taken.add(node.attrs.b); };
  eachBlock(doc, 0, from, note);
  eachBlock(doc, newTo, doc.childCount, note);
  return taken;
}

function eachBlock(doc, from, to, visit) {
  doc.forEach((top, offset, index) => {
    if (index < from || index >= to) return;
    visit(top, offset);
    if (top.isTextblock || top.isLeaf) return;
    top.descendants((node, pos) => {
      if (node.isBlock) visit(node, offset + 1 + pos);
      return !node.isTextblock;
    });
  });
}
