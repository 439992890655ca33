import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { EditorState, history, undo } from "../../vendor/editor.js";
import { findPassage, Reading } from "../editor/comment-find.js";
import { commentMarks, marking, marksIn, Page } from "../editor/comment-marks.js";
import { schema } from "../editor/schema.js";
import { toHtml } from "../editor/serialise.js";

const cases = JSON.parse(readFileSync(new URL("../../../stories/tests/anchor-cases.json", import.meta.url), "utf8"));
const read = (blocks) => new Reading(blocks.map(([id, text]) => ({ id, text })));

function anchorOf(reading, words, nth = 0) {
  let at = -1;
  for (let time = 0; time <= nth; time += 1) at = reading.text.indexOf(words, at + 1);
  return reading.anchor(at, at + words.length);
}

for (const { name, before, passage, nth, after, found, paragraph } of cases) {
  test(`finds a passage like the server: ${name}`, () => {
    const now = read(after);
    const span = findPassage(now, anchorOf(read(before), passage, nth));
    assert.equal(span && now.text.slice(...span), found);
    if (span) assert.equal(now.paragraphOf(span[0]), paragraph);
  });
}

const p = (b, words) => schema.node("paragraph", { b }, words ? [schema.text(words)] : []);
const doc = schema.node("doc", null, [
  p("a", "It was late."),
  schema.node("bullet_list", { b: "l" }, [schema.node("list_item", { b: "i" }, [p("b", "Tom went home.")])]),
  p("c", "Nobody saw him."),
]);
const textOf = (state, { from, to }) => state.doc.textBetween(from, to, "\n");

function desk(words) {
  const page = new Page(doc);
  let state = EditorState.create({ doc, plugins: [history(), commentMarks()] });
  const dispatch = (tr) => { state = state.apply(tr); };
  const at = page.reading.text.indexOf(words);
  dispatch(marking(state, [{ id: "one", ...page.find(page.reading.anchor(at, at + words.length)) }]));
  return { get state() { return state; }, dispatch };
}

test("a mark stands at its words, in lists and across blocks, and is no part of the text", () => {
  const { state } = desk("went home.\nNobody");
  const [mark] = marksIn(state);
  assert.equal(textOf(state, mark), "went home.\nNobody");
  assert.deepEqual(new Page(state.doc).anchor(mark).quote, "went home.\nNobody");
  assert.equal(new Page(state.doc).anchor(mark).block, "b");
  assert.equal(toHtml(state.doc), toHtml(doc));
});

test("a mark follows what is typed before it, and what is typed in it", () => {
  const here = desk("went home");
  here.dispatch(here.state.tr.insertText("Look: ", 1));
  const [{ from }] = marksIn(here.state);
  here.dispatch(here.state.tr.insertText("slowly ", from + 5));
  assert.equal(textOf(here.state, marksIn(here.state)[0]), "went slowly home");
});

test("a passage that is deleted has no mark, and is found again when it comes back", () => {
  const here = desk("went home");
  const anchor = new Page(here.state.doc).anchor(marksIn(here.state)[0]);
  const [{ from, to }] = marksIn(here.state);
  here.dispatch(here.state.tr.delete(from, to));
  assert.equal(marksIn(here.state).length, 0);
  assert.equal(new Page(here.state.doc).find(anchor), null);
  undo(here.state, here.dispatch);
  assert.equal(textOf(here.state, new Page(here.state.doc).find(anchor)), "went home");
});
