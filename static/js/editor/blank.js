/**
 * A blank chapter says where to begin, and has the caret there as soon as it can be written in.
 */

import { Decoration, DecorationSet, Plugin } from "../../vendor/editor.js";

/** @param {string} [words] what stands in the blank text until something else does */
export function blank(words = "") {
  return new Plugin({
    props: {
      decorations({ doc }) {
        if (!words || !isBlank(doc)) return null;
        return DecorationSet.create(doc, [Decoration.node(0, doc.content.size, { class: "is-blank", "data-begin": words })]);
      },
    },
    view: (view) => new FirstCaret(view),
  });
}

/** @param {import("prosemirror-model").Node} doc */
function isBlank(doc) {
  return doc.childCount === 1 && doc.firstChild.type.name === "paragraph" && doc.firstChild.content.size === 0;
}

/** Once, and only where the writer has not gone elsewhere meanwhile. */
class FirstCaret {
  constructor(view) {
    this.update(view);
  }

  update(view) {
    if (this.isPlaced || !view.editable) return;
    this.isPlaced = true;
    if (isBlank(view.state.doc) && document.activeElement === document.body && !location.hash) view.focus();
  }
}
