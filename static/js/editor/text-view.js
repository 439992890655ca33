/**
 * The text itself: a ProseMirror view in place of the rendered prose, and the load barrier before it.
 */

import { DOMParser, EditorState, EditorView, history } from "../../vendor/editor.js";
import { blank } from "./blank.js";
import { blockIds } from "./blockids.js";
import { changeOf } from "./causes.js";
import { hereMark } from "./focus.js";
import { keys } from "./keys.js";
import { tidied } from "./paste.js";
import { schema } from "./schema.js";
import { keptHtml, toHtml } from "./serialise.js";
import { typingRules } from "./typing-rules.js";
import { changedBlocks, wordsBetween, wordsOf } from "./words.js";

/** The caret keeps clear of the quiet line. */
const EDGES = { top: 16, bottom: 120, left: 0, right: 0 };

const parser = DOMParser.fromSchema(schema);

/** @param {ParentNode} element @returns {import("prosemirror-model").Node} */
export function parse(element) {
  return parser.parse(element, { preserveWhitespace: "full" });
}

export function parseHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return parse(template.content);
}

/**
 * Would saving what was loaded, untouched, give back the very same text? The hash is the server's, so this also
 * notices a page that an extension or a cache has altered; browsers offer hashing on https and localhost only.
 */
export async function isSameText(doc, loaded, hash) {
  const own = toHtml(doc);
  if (loaded === "<p></p>" && own === "") return true;
  if (own !== loaded) return false;
  return !globalThis.crypto?.subtle || (await hashOf(own)).startsWith(hash);
}

/** @returns {Promise<string>} as the server writes it: SHA-256 in lower-case hex */
export async function hashOf(html) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(html));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class TextView {
  /**
   * @param {HTMLElement} mount the rendered prose
   * @param {{doc: any, isSmart: () => boolean, isNarrow?: () => boolean, onChange: (change: {cause: string, words: number}) => void, onState: () => void,
   *          plugins?: any[]}} options
   */
  constructor(mount, { doc, isSmart, isNarrow = () => false, onChange, onState, plugins = [] }) {
    this.mount = mount;
    this.onChange = onChange;
    this.onState = onState;
    this.words = wordsOf(doc);
    this.isEditable = false;
    const label = mount.getAttribute("aria-label");
    this.view = new EditorView({ mount }, {
      state: EditorState.create({
        doc,
        plugins: [...typingRules(isSmart, () => mount.lang || navigator.language), ...keys(), history(), blockIds(), hereMark(isNarrow), blank(mount.dataset.begin), ...plugins],
      }),
      editable: () => this.isEditable,
      attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label, spellcheck: mount.getAttribute("spellcheck") ?? "true" },
      scrollThreshold: EDGES, scrollMargin: EDGES,
      transformPastedHTML: tidied,
      transformPastedText: (text) => text.replace(/\t/g, " "),
      dispatchTransaction: (transaction) => this.#dispatch(transaction),
    });
  }

  /** While another tab writes, and until it is known what this device kept, the text is for reading. */
  setEditable(isEditable) {
    if (isEditable === this.isEditable) return;
    this.isEditable = isEditable;
    this.view.setProps({});
  }

  /** Something that the marks in the text depend on has changed. */
  redraw() {
    this.view.setProps({});
  }

  #dispatch(transaction) {
    const before = this.view.state.doc;
    if (transaction.docChanged && !this.isEditable && !transaction.getMeta("shown")) return;
    this.view.updateState(this.view.state.apply(transaction));
    const after = this.view.state.doc;
    if (before !== after) this.words += wordsBetween(before, after);
    if (before !== after && !transaction.getMeta("shown")) this.onChange(changeOf(transaction, before, after));
    this.onState();
  }

  html() {
    return toHtml(this.view.state.doc);
  }

  /** Put another text in place, touching only the blocks that differ, so that the caret stays where it can. */
  show(html) {
    const { state } = this.view;
    const doc = parseHtml(html);
    const { from, oldTo, newTo } = settled(state.doc, doc);
    if (from === oldTo && from === newTo) return;
    const at = (index) => { let pos = 0; for (let i = 0; i < index; i += 1) pos += state.doc.child(i).nodeSize; return pos; };
    const blocks = doc.content.content.slice(from, newTo);
    const tr = state.tr.replaceWith(at(from), at(oldTo), blocks);
    this.view.dispatch(tr.setMeta("addToHistory", false).setMeta("shown", true));
  }

  focus() {
    this.view.focus();
  }

  /** Leaves the text readable where the view was. */
  close() {
    const html = this.html();
    this.view.destroy();
    this.mount.innerHTML = html;
  }
}

/** Like `changedBlocks`, but for documents parsed apart, where equal blocks are not the same object. */
function settled(before, after) {
  const known = new Map(before.content.content.map((block) => [keptHtml(block), block]));
  const blocks = after.content.content.map((block) => known.get(keptHtml(block)) ?? block);
  return changedBlocks(before, { childCount: blocks.length, child: (index) => blocks[index] });
}
