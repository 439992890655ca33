/** What typing turns into: headings, quotations, lists, scene breaks; curly quotes and dashes when switched on. */

import {
  InputRule, inputRules, TextSelection, textblockTypeInputRule, wrappingInputRule,
} from "../../vendor/editor.js";
import { proper } from "./punctuation.js";
import { schema } from "./schema.js";

const { nodes } = schema;

/** Only what ends in one of these can become another sign. */
const SIGNS = /[^]*["'.,;:!?\-s\s]$/;

/** @param {() => boolean} isSmart @param {() => string} language of the text, as in `lang` */
export function typingRules(isSmart, language) {
  return [inputRules({ rules: [...blockRules(), new InputRule(SIGNS, smart(isSmart, language))] })];
}

function blockRules() {
  return [
    textblockTypeInputRule(/^#\s$/, nodes.heading2),
    textblockTypeInputRule(/^##\s$/, nodes.heading3),
    textblockTypeInputRule(/^###\s$/, nodes.heading4),
    wrappingInputRule(/^>\s$/, nodes.blockquote),
    wrappingInputRule(/^[-+]\s$/, nodes.bullet_list),
    wrappingInputRule(/^1[.)]\s$/, nodes.ordered_list),
    new InputRule(/^(?:\* \* \*|\*\*\*|---|[—–]-)$/, toSceneBreak),
  ];
}

/** The line becomes the break, and writing goes on in a new paragraph below it. */
function toSceneBreak(state, match, start) {
  const $start = state.doc.resolve(start);
  if ($start.parent.type !== nodes.paragraph || $start.parent.content.size > match[0].length) return null;
  return sceneBreakAt(state, $start);
}

export function sceneBreakAt(state, $at) {
  const index = $at.index(-1);
  if (!$at.node(-1).canReplaceWith(index, index + 1, nodes.scene_break)) return null;
  const from = $at.before();
  const tr = state.tr.replaceWith(from, $at.after(), [nodes.scene_break.create(), nodes.paragraph.create()]);
  return tr.setSelection(TextSelection.create(tr.doc, from + 2)).scrollIntoView();
}

function smart(isSmart, language) {
  return (state, match, start, end) => {
    const change = isSmart() ? proper(match[0], language()) : null;
    return change && state.tr.insertText(change.sign, start + match[0].length - change.back, end);
  };
}
