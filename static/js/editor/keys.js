/** Keys inside the text. Keys of the page (save, chapters, focus) are in page-keys.js. */

import {
  baseKeymap, chainCommands, exitCode, keymap, liftListItem, redo, sinkListItem, splitListItem, toggleMark, undo, undoInputRule,
} from "../../vendor/editor.js";
import { schema } from "./schema.js";

const { nodes, marks } = schema;

const lineBreak = chainCommands(exitCode, (state, dispatch) => {
  if (!state.selection.$from.parent.inlineContent) return false;
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create(), true).scrollIntoView());
  return true;
});

export function keys() {
  return [
    keymap({
      "Mod-b": toggleMark(marks.strong), "Mod-i": toggleMark(marks.em), "Mod-u": toggleMark(marks.underline),
      "Mod-z": undo, "Mod-y": redo, "Shift-Mod-z": redo, "Shift-Enter": lineBreak,
      Backspace: undoInputRule, Enter: splitListItem(nodes.list_item),
      "Mod-]": sinkListItem(nodes.list_item), "Mod-[": liftListItem(nodes.list_item),
    }),
    keymap(baseKeymap),
  ];
}
