/** What is being looked for in the text, where it stands, and its marks; and replacing it, as one step each time. */

import { closeHistory, Decoration, DecorationSet, Fragment, Plugin, PluginKey } from "../../vendor/editor.js";
import { hitsOf } from "./find-words.js";

/** So many hits on each side of the current one are marked: a thousand spans are no help, and slow. */
const MARKED = 250;

const NOTHING = { pattern: null, hits: [], at: -1 };
const key = new PluginKey("find");

/** @typedef {{pattern: RegExp | null, hits: {from: number, to: number}[], at: number}} Finding */

export function findMarks() {
  return new Plugin({
    key,
    state: { init: () => NOTHING, apply },
    props: { decorations: (state) => marksOf(state.doc, key.getState(state)) },
  });
}

/** @returns {Finding} */
export function finding(state) {
  return key.getState(state) ?? NOTHING;
}

/** Looks for a pattern from the selection on, or with null for nothing any more. */
export function lookFor(state, pattern) {
  return state.tr.setMeta(key, { pattern }).setMeta("addToHistory", false);
}

/** Goes to the next hit, or with -1 to the one before; after the last comes the first. */
export function stepTo(state, step) {
  const { hits, at } = finding(state);
  if (!hits.length) return null;
  return state.tr.setMeta(key, { at: (at + step + hits.length) % hits.length });
}

/**
 * Puts words in the place of hits, as one step to undo. They wear the marks of the first letter they replace.
 * @param {{from: number, to: number}[]} hits in order
 */
export function replacing(state, hits, words) {
  const tr = closeHistory(state.tr).setMeta("origin", "replace");
  const changing = hits.filter(({ from, to }) => state.doc.textBetween(from, to) !== words);
  for (const group of byBlock(state.doc, changing).reverse()) {
    const [start, end] = [group[0].from, group.at(-1).to];
    tr.replaceWith(start, end, contentOf(state, group, words));
  }
  return tr;
}

/** Replaces the current hit and goes past it, also when the new words hold the old ones. */
export function replacingOne(state, words) {
  const { hits, at } = finding(state);
  if (at < 0) return null;
  const tr = replacing(state, [hits[at]], words);
  return tr.setMeta(key, { past: tr.mapping.map(hits[at].to) });
}

function contentOf({ doc, schema }, hits, words) {
  let content = Fragment.empty;
  let done = hits[0].from;
  for (const { from, to } of hits) {
    content = content.append(doc.slice(done, from).content);
    if (words) content = content.append(Fragment.from(schema.text(words, doc.nodeAt(from).marks)));
    done = to;
  }
  return content;
}

function byBlock(doc, hits) {
  const groups = [];
  let end = -1;
  for (const hit of hits) {
    if (hit.from > end) {
      groups.push([]);
      end = doc.resolve(hit.from).end();
    }
    groups.at(-1).push(hit);
  }
  return groups;
}

function apply(tr, was, _before, { doc, selection }) {
  const asked = tr.getMeta(key);
  if (asked && "pattern" in asked) {
    const hits = asked.pattern ? hitsOf(doc, asked.pattern) : [];
    return { pattern: asked.pattern, hits, at: firstFrom(hits, selection.from) };
  }
  if (!was.pattern || (!tr.docChanged && !asked)) return was;
  if (!tr.docChanged) return { ...was, at: asked.at };
  const hits = hitsOf(doc, was.pattern);
  const place = was.at < 0 ? 0 : tr.mapping.map(was.hits[was.at].from);
  return { ...was, hits, at: firstFrom(hits, asked?.past ?? place) };
}

function firstFrom(hits, place) {
  const found = hits.findIndex(({ from }) => from >= place);
  return found < 0 && hits.length ? 0 : found;
}

function marksOf(doc, { hits, at }) {
  if (!hits.length) return null;
  const first = Math.max(0, at - MARKED);
  const marks = hits.slice(first, at + MARKED + 1).map(({ from, to }, index) => {
    const isHere = first + index === at;
    return Decoration.inline(from, to, { class: isHere ? "found found--here" : "found" });
  });
  return DecorationSet.create(doc, marks);
}
