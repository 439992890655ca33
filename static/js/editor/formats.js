/** What the menus offer: marks for a selection, kinds of block for the line. */

import { lift, liftListItem, redo, setBlockType, toggleMark, undo, wrapIn, wrapInList } from "../../vendor/editor.js";
import { schema } from "./schema.js";
import { sceneBreakAt } from "./typing-rules.js";

const { nodes, marks } = schema;

/** @typedef {{name: string, sign: string, run: (state: any, dispatch?: any) => boolean, isOn?: (state: any) => boolean}} Format */

const markFormat = (name, sign) => ({
  name, sign, run: toggleMark(marks[name]), isOn: (state) => hasMark(state, marks[name]),
});

/** @type {Format[]} */
export const MARKS = [
  markFormat("strong", "B"), markFormat("em", "I"), markFormat("underline", "U"), markFormat("strike", "S"),
  markFormat("small_caps", "Sc"), markFormat("code", "<>"),
];

/** @type {Format[]} */
export const BLOCKS = [
  block("paragraph", "¶"), block("heading2", "H"), block("heading3", "h"),
  wrapping("blockquote", "❝", wrapIn(nodes.blockquote), lift),
  wrapping("bullet_list", "•", wrapInList(nodes.bullet_list), liftListItem(nodes.list_item)),
  wrapping("ordered_list", "1.", wrapInList(nodes.ordered_list), liftListItem(nodes.list_item)),
  { name: "scene_break", sign: "⁂", run: insertSceneBreak },
];

/** @type {Format[]} */
export const STEPS = [{ name: "undo", sign: "↶", run: undo }, { name: "redo", sign: "↷", run: redo }];

export function hasMark({ doc, storedMarks, selection }, type) {
  const { from, to, empty, $from } = selection;
  return empty ? Boolean(type.isInSet(storedMarks ?? $from.marks())) : doc.rangeHasMark(from, to, type);
}

/** Set, change or (without an address) take away the link of the selection. */
export function setLink(href) {
  return (state, dispatch) => {
    const { from, to } = state.selection;
    const tr = state.tr.removeMark(from, to, marks.link);
    dispatch?.(href ? tr.addMark(from, to, marks.link.create({ href })) : tr);
    return true;
  };
}

export function linkAt({ doc, selection: { from, to } }) {
  let href = "";
  doc.nodesBetween(from, to, (node) => { href ||= marks.link.isInSet(node.marks)?.attrs.href ?? ""; });
  return href;
}

function block(name, sign) {
  const type = nodes[name];
  return { name, sign, run: setBlockType(type), isOn: ({ selection }) => selection.$from.parent.type === type };
}

function wrapping(name, sign, wrap, unwrap) {
  const isOn = ({ selection: { $from } }) => {
    for (let depth = $from.depth; depth > 0; depth -= 1) if ($from.node(depth).type === nodes[name]) return true;
    return false;
  };
  return { name, sign, isOn, run: (state, dispatch) => (isOn(state) ? unwrap : wrap)(state, dispatch) };
}

/** In an empty line the line becomes the break; elsewhere it follows the paragraph. */
function insertSceneBreak(state, dispatch) {
  const { $from } = state.selection;
  if (!$from.parent.isTextblock) return false;
  const isEmpty = $from.parent.content.size === 0;
  const tr = isEmpty ? sceneBreakAt(state, $from) : state.tr.insert($from.after(), nodes.scene_break.create());
  if (!tr) return false;
  dispatch?.(tr.scrollIntoView());
  return true;
}
