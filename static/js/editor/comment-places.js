/** What a comment is about, in the open text: the selected words, told to the server, and gone to again. */

import { TextSelection } from "../../vendor/editor.js";

/** Here the panel lies over the text. */
const OVER_TEXT = "(max-width: 61.99rem)";

/** The selected words; without a selection the paragraph of the caret. */
export function passageAt({ selection: { empty, from, to, $from } }) {
  if (!empty) return { from, to };
  return $from.parent.isTextblock ? { from: $from.start(), to: $from.end() } : null;
}

/** The anchor as the server counts: in characters, where a sign beyond the first plane is one. */
export function told(reading, anchor) {
  const block = reading.text.slice(reading.starts[anchor.paragraph] ?? 0);
  const start = [...block.slice(0, anchor.start ?? 0)].length;
  const whole = (text) => text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return { ...anchor, start, prefix: whole(anchor.prefix), suffix: whole(anchor.suffix) };
}

/** Selects the passage in the text. */
export function goTo(text, fold, { from, to }) {
  if (matchMedia(OVER_TEXT).matches) fold.open = false;
  const { state, dispatch } = text.view;
  text.focus();
  dispatch.call(text.view, state.tr.setSelection(TextSelection.create(state.doc, from, to)).scrollIntoView());
}
