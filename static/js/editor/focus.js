/**
 * Marks the block the caret is in, so that focus mode can dim all others in CSS alone, and where the writer wants no
 * more than her sentence, that sentence.
 */

import { Decoration, DecorationSet, Plugin } from "../../vendor/editor.js";

/** @param {() => boolean} isNarrow is it the sentence that counts? */
export function hereMark(isNarrow) {
  return new Plugin({
    props: {
      decorations({ doc, selection: { $head } }) {
        if ($head.depth === 0) return null;
        const marks = [Decoration.node($head.before(1), $head.after(1), { class: "is-here" })];
        if (isNarrow() && $head.parent.isTextblock) {
          const { from, to } = sentenceAt($head.parent.textBetween(0, $head.parent.content.size, null, "\ufffc"), $head.parentOffset);
          marks.push(Decoration.inline($head.start() + from, $head.start() + to, { class: "is-sentence" }));
        }
        return DecorationSet.create(doc, marks);
      },
    },
  });
}

/**
 * @param {string} text of one paragraph @param {number} caret
 * @returns {{from: number, to: number}} the sentence the caret is in, or at the end of; where browsers cannot tell, all of it
 */
export function sentenceAt(text, caret) {
  const whole = { from: 0, to: text.length };
  if (!globalThis.Intl?.Segmenter) return whole;
  for (const { index, segment } of new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text)) {
    if (caret < index + segment.length) return { from: index, to: index + segment.length };
    whole.from = index;
  }
  return whole;
}
