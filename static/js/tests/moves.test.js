import assert from "node:assert/strict";
import { test } from "node:test";

import { EditorState, Slice, TextSelection } from "../../vendor/editor.js";
import { ActivityMeter, netOf, sumActivity } from "../editor/activity.js";
import { changeOf } from "../editor/causes.js";
import { markOf } from "../editor/moves.js";
import { schema } from "../editor/schema.js";

const docOf = (...texts) => schema.node("doc", null, texts.map((words) => schema.node("paragraph", null, schema.text(words))));

/** Cut, then paste elsewhere, as an editor's view does both; returns the two changes. */
function carried(from, range, to, at) {
  let desk = EditorState.create({ doc: from });
  desk = desk.apply(desk.tr.setSelection(TextSelection.create(from, ...range)));
  const slice = desk.selection.content();
  const cut = desk.tr.deleteSelection().setMeta("uiEvent", "cut");
  const other = EditorState.create({ doc: to });
  const selected = other.apply(other.tr.setSelection(TextSelection.create(to, ...at)));
  const paste = selected.tr.replaceSelection(slice).setMeta("paste", true).setMeta("uiEvent", "paste");
  return [changeOf(cut, from, cut.doc), changeOf(paste, to, paste.doc)];
}

test("what was cut and what is pasted bear the same mark", () => {
  const [cut, paste] = carried(docOf("one two three", "four five"), [5, 20], docOf("end"), [4, 4]);
  assert.deepEqual([cut.cause, paste.cause], ["cut", "pasted"]);
  assert.equal(cut.move.mark, markOf("two three\nfour"));
  assert.equal(paste.move.mark, cut.move.mark);
});

test("words cut in their middle keep their mark, whatever they are joined to", () => {
  const [cut, paste] = carried(docOf("hello world wide"), [4, 10], docOf("fast end"), [5, 5]);
  assert.equal(cut.move.mark, paste.move.mark);
});

test("a part of what was cut has another mark", () => {
  assert.notEqual(markOf("one two three"), markOf("one two"));
  assert.equal(markOf(" one\n two"), markOf("one two"));
});

test("typing bears no mark", () => {
  const { tr, doc } = EditorState.create({ doc: docOf("one") });
  const typed = tr.insertText(" two", 4);
  assert.equal(changeOf(typed, doc, typed.doc).move, null);
});

test("a pasted slice in place of a selection is marked by what was pasted", () => {
  const to = docOf("here stands nothing yet");
  const desk = EditorState.create({ doc: to });
  const slice = new Slice(docOf("a b c d e f").content, 1, 1);
  const paste = desk.tr.replace(1, 5, slice).setMeta("paste", true);
  const { words, move } = changeOf(paste, to, paste.doc);
  assert.equal(words, 5);
  assert.equal(move.mark, markOf("a b c d e f"));
});

test("the twin on the server makes the same marks", () => {
  assert.equal(markOf("one two three"), "7825d3d7-3");
});

test("moves are handed over once, in their order, also those of an older record", () => {
  const meter = new ActivityMeter();
  meter.note("cut", 2, 0, { cause: "cut", words: 2, mark: "a" });
  const first = meter.take();
  meter.note("pasted", 2, 10, { cause: "pasted", words: 2, mark: "a" });
  const both = sumActivity(first, meter.take());
  assert.deepEqual(both.moves.map(({ cause }) => cause), ["cut", "pasted"]);
  assert.equal(netOf(both), 0);
  assert.deepEqual(meter.peek().moves, []);
  const { moves, applied, ...older } = first;
  assert.equal(sumActivity(older, first).cut, 4);
  assert.equal(sumActivity(older, first).applied, 0);
});

test("the time at work is the same, however often it is handed over", () => {
  const sums = [1, 3, 50].map((every) => {
    const meter = new ActivityMeter();
    let sum = 0;
    for (let stroke = 0; stroke <= 300; stroke += 1) {
      meter.note("typed", 0, stroke * 250);
      if (stroke % every === 0) sum += meter.take().active_ms;
    }
    return sum;
  });
  assert.deepEqual(sums, [75_000, 75_000, 75_000]);
});
