/**
 * Writes down 2,000 transactions of the editor in two chapters over two evenings, with what it counted of each:
 * `node static/js/tests/recorder.js > analytics/tests/recordings/two-evenings.json`. A line is
 * [milliseconds, chapter, from, deleted, inserted, cause, words, mark], the text being paragraphs joined by "\n\n".
 */

import { EditorState, history, redo, Slice, TextSelection, undo } from "../../vendor/editor.js";
import { changeOf } from "../editor/causes.js";
import { schema } from "../editor/schema.js";
import { dice } from "./world.js";

const TRANSACTIONS = 2_000;
const VOCABULARY = "the salt wind came over a low hill and nobody said well-known things—so it was, 3.14 times; don’t ask 日本 why".split(" ");
const random = dice(2026);
const pick = (items) => items[Math.floor(random() * items.length)];
const paragraph = (words) => schema.node("paragraph", null, words ? [schema.text(words)] : []);
const textOf = (doc) => doc.content.content.map((block) => block.textContent).join("\n\n");

const lines = [];
let now = 0;
let clipboard = null;

class Desk {
  constructor(chapter) {
    this.chapter = chapter;
    this.state = EditorState.create({ doc: schema.node("doc", null, [paragraph("")]), plugins: [history({ newGroupDelay: 0 })] });
  }

  dispatch = (tr) => {
    const before = this.state.doc;
    this.state = this.state.apply(tr);
    if (!tr.docChanged || lines.length === TRANSACTIONS) return;
    const { cause, words, move } = changeOf(tr, before, this.state.doc);
    const [from, deleted, inserted] = spliceOf(textOf(before), textOf(this.state.doc));
    lines.push([now, this.chapter, from, deleted, inserted, cause, words, move?.mark ?? null]);
  };

  get size() { return this.state.doc.content.size; }
  caret() { return TextSelection.near(this.state.doc.resolve(Math.floor(random() * (this.size + 1)))); }
  goTo(selection) { this.dispatch(this.state.tr.setSelection(selection)); }
  insert(text, metas = {}) {
    const tr = this.state.tr.insertText(text);
    for (const [name, value] of Object.entries(metas)) tr.setMeta(name, value);
    this.dispatch(tr);
  }
  stretch(longest) {
    const { from } = this.caret();
    return TextSelection.between(this.state.doc.resolve(from), this.state.doc.resolve(Math.min(from + Math.ceil(random() * longest), this.size)));
  }
  erase(selection, origin) {
    if (selection.empty) return;
    this.goTo(selection);
    this.dispatch(this.state.tr.deleteSelection().setMeta("uiEvent", origin));
  }
}

function spliceOf(before, after) {
  const shortest = Math.min(before.length, after.length);
  let from = 0;
  while (from < shortest && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < shortest - from && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [from, before.length - from - end, after.slice(from, after.length - end)];
}

const DEEDS = [
  [60, (desk) => { for (const sign of `${pick(VOCABULARY)} `) { desk.insert(sign); now += 120 + Math.floor(random() * 200); } }],
  [4, (desk) => { if (desk.state.selection.$from.parent.isTextblock) desk.dispatch(desk.state.tr.split(desk.state.selection.from)); }],
  [10, (desk) => { for (let i = 0; i < 4; i += 1) { const { from, empty, $from } = desk.state.selection; if (empty && $from.parentOffset) desk.dispatch(desk.state.tr.delete(from - 1, from)); now += 90; } }],
  [5, (desk) => desk.goTo(desk.caret())],
  [5, (desk) => { const selection = desk.stretch(60); if (!selection.empty) { desk.goTo(selection); clipboard = selection.content(); desk.erase(selection, "cut"); } }],
  [6, (desk) => { if (clipboard) desk.dispatch(desk.state.tr.replaceSelection(clipboard).setMeta("paste", true).setMeta("uiEvent", "paste")); }],
  [2, (desk) => desk.dispatch(desk.state.tr.replaceSelection(new Slice(schema.node("doc", null, [paragraph("words from another book"), paragraph("and more of them")]).content, 1, 1)).setMeta("paste", true))],
  [3, (desk) => desk.erase(desk.stretch(30), "none")],
  [4, (desk) => undo(desk.state, desk.dispatch)],
  [2, (desk) => redo(desk.state, desk.dispatch)],
  [2, (desk) => { desk.goTo(desk.stretch(12)); desk.insert("replaced it", { origin: "replace" }); }],
  [2, (desk) => { desk.goTo(desk.stretch(12)); desk.insert("suggested words", { origin: "apply" }); }],
];

function deed() {
  let left = random() * DEEDS.reduce((sum, [weight]) => sum + weight, 0);
  return DEEDS.find(([weight]) => (left -= weight) < 0)?.[1] ?? DEEDS[0][1];
}

const desks = [new Desk(0), new Desk(1)];
let desk = desks[0];
while (lines.length < TRANSACTIONS) {
  deed()(desk);
  now += 150 + Math.floor(random() * 900);
  if (random() < 0.03) now += 1_000 * Math.floor(5 + random() * 100);
  if (random() < 0.006) now += 60_000 * Math.floor(6 + random() * 30);
  if (random() < 0.1) desk = pick(desks);
  if (lines.length >= TRANSACTIONS / 2 && now < 20 * 3_600_000) now += 21 * 3_600_000;
}
process.stdout.write(`[\n${lines.map((line) => JSON.stringify(line)).join(",\n")}\n]\n`);
