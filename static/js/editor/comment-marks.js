/**
 * Where the comments stand in the text: marks that follow every edit, and the way from a place in the document to an
 * anchor and back. The marks are no part of the text: nothing of them is ever saved.
 */

import { Decoration, DecorationSet, Plugin, PluginKey } from "../../vendor/editor.js";
import { findPassage, Reading, trimmed } from "./comment-find.js";

const key = new PluginKey("comments");

/** @typedef {import("./comment-find.js").Anchor} Anchor @typedef {{id: string, from: number, to: number}} Mark */

export function commentMarks() {
  return new Plugin({
    key,
    state: { init: () => DecorationSet.empty, apply },
    props: { decorations: (state) => key.getState(state) },
  });
}

function apply(tr, before) {
  const asked = tr.getMeta(key);
  const set = before.map(tr.mapping, tr.doc);
  if (!asked) return set;
  const gone = set.find(undefined, undefined, ({ id }) => asked.gone.includes(id));
  return set.remove(gone).add(tr.doc, asked.marks.map(({ id, from, to }) => Decoration.inline(from, to, looks(id), { id })));
}

/** A mark is told from text by more than its colour, and leads to its comment. */
function looks(id) {
  return { nodeName: "mark", class: "commented", "aria-details": `comment-${id}` };
}

/** @param {Mark[]} marks in place of those with the same ids @param {string[]} gone ids of those to take away */
export function marking(state, marks, gone = []) {
  const asked = { marks, gone: [...gone, ...marks.map(({ id }) => id)] };
  return state.tr.setMeta(key, asked).setMeta("addToHistory", false);
}

/** @returns {Mark[]} those that touch the stretch from `from` to `to`, or all */
export function marksIn(state, from, to) {
  return (key.getState(state) ?? DecorationSet.empty).find(from, to).map((mark) => ({ id: mark.spec.id, from: mark.from, to: mark.to }));
}

/** The document as a reader sees it, and where each of its blocks begins there. */
export class Page {
  constructor(doc) {
    const blocks = [];
    this.places = [];
    doc.descendants((node, pos) => {
      if (!node.isTextblock) return true;
      blocks.push({ id: node.attrs.b ?? "", text: node.textBetween(0, node.content.size, "\n", "\n") });
      this.places.push(pos + 1);
      return false;
    });
    this.reading = new Reading(blocks);
  }

  /** @param {Anchor} anchor @returns {{from: number, to: number} | null} */
  find(anchor) {
    const span = findPassage(this.reading, anchor);
    return span && { from: this.#inDocument(span[0]), to: this.#inDocument(span[1]) };
  }

  /** @returns {Anchor | null} null when nothing but spaces stands there */
  anchor({ from, to }) {
    const [start, end] = trimmed(this.reading.text, [this.#inText(from), this.#inText(to)]);
    return end > start ? this.reading.anchor(start, end) : null;
  }

  #inDocument(at) {
    const paragraph = this.reading.paragraphOf(at);
    return this.places[paragraph] + at - this.reading.starts[paragraph];
  }

  /** A place between two blocks is the end of the first. */
  #inText(pos) {
    const after = this.places.findIndex((place) => place > pos);
    const paragraph = Math.max(0, (after < 0 ? this.places.length : after) - 1);
    const [start, end] = this.reading.stretch(paragraph);
    return Math.min(end, Math.max(start, start + pos - this.places[paragraph]));
  }
}
