/** Marks the block the caret is in, so that focus mode can dim all others in CSS alone. */

import { Decoration, DecorationSet, Plugin } from "../../vendor/editor.js";

export function hereMark() {
  return new Plugin({
    props: {
      decorations({ doc, selection: { $head } }) {
        if ($head.depth === 0) return null;
        return DecorationSet.create(doc, [Decoration.node($head.before(1), $head.after(1), { class: "is-here" })]);
      },
    },
  });
}
