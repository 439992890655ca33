/** What typing turns into: headings, quotations, lists, scene breaks; curly quotes and dashes when switched on. */

import {
  InputRule, inputRules, TextSelection, textblockTypeInputRule, wrappingInputRule,
} from "../../vendor/editor.js";
import { schema } from "./schema.js";

const { nodes } = schema;

/** Opening and closing, double then single, by language. */
const QUOTES = { en: "“”‘’", de: "„“‚‘", fr: "«»‹›" };
const BEFORE_OPENING = String.raw`(?:^|[\s{[(<'"‘“„«—–-])`;

export function typingRules(isSmart) {
  return [inputRules({ rules: [...blockRules(), ...smartRules(isSmart)] })];
}

function blockRules() {
  return [
    textblockTypeInputRule(/^#\s$/, nodes.heading2),
    textblockTypeInputRule(/^##\s$/, nodes.heading3),
    textblockTypeInputRule(/^###\s$/, nodes.heading4),
    wrappingInputRule(/^>\s$/, nodes.blockquote),
    wrappingInputRule(/^[-+]\s$/, nodes.bullet_list),
    wrappingInputRule(/^1[.)]\s$/, nodes.ordered_list),
    new InputRule(/^(?:\* \* \*|\*\*\*|---|—-)$/, toSceneBreak),
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

function smartRules(isSmart) {
  const language = globalThis.document?.documentElement.lang.slice(0, 2);
  const [open, close, openSingle, closeSingle] = QUOTES[language] ?? QUOTES.en;
  const pairs = [
    [new RegExp(`${BEFORE_OPENING}(")$`), open], [/"$/, close],
    [new RegExp(`${BEFORE_OPENING}(')$`), openSingle], [/'$/, closeSingle],
    [/--$/, "—"], [/\.\.\.$/, "…"],
  ];
  return pairs.map(([pattern, sign]) => new InputRule(pattern, smart(sign, isSmart)));
}

function smart(sign, isSmart) {
  return (state, match, start, end) => {
    if (!isSmart()) return null;
    const lead = match[1] ? match[0].lastIndexOf(match[1]) : 0;
    return state.tr.insertText(sign, start + lead, end);
  };
}
