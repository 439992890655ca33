import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { EditorState, history, TextSelection, undo } from "../../vendor/editor.js";
import { blockIds } from "../editor/blockids.js";
import { changeOf } from "../editor/causes.js";
import { finding, findMarks, lookFor, replacing, replacingOne, stepTo } from "../editor/find-state.js";
import { hitsOf, patternOf } from "../editor/find-words.js";
import { schema } from "../editor/schema.js";
import { toHtml } from "../editor/serialise.js";

const cases = JSON.parse(readFileSync(new URL("../../../stories/tests/find-cases.json", import.meta.url), "utf8"));

for (const { why, text, find, case: matchCase, whole: wholeWords, hits } of cases) {
  test(`finds like the server: ${why}`, () => {
    const found = Array.from(text.matchAll(patternOf(find, { matchCase, wholeWords })), (m) => [m.index, m.index + m[0].length]);
    assert.deepEqual(found, hits);
  });
}

const text = (words, ...marks) => schema.text(words, marks.map((name) => schema.mark(name)));
const p = (b, ...inline) => schema.node("paragraph", { b }, inline);
const doc = schema.node("doc", null, [
  p("a", text("one c"), text("at", "em"), text(" two")),
  p("b", text("Cat"), schema.node("hard_break"), text("cat")),
  schema.node("bullet_list", { b: "c" }, [schema.node("list_item", { b: "d" }, [p("e", text("c", "strong"), text("at cat"))])]),
]);
const HTML = toHtml(doc);

function desk() {
  let state = EditorState.create({ doc, plugins: [history(), blockIds(() => "new"), findMarks()] });
  const causes = [];
  return {
    get state() { return state; },
    get found() { return finding(state); },
    get html() { return toHtml(state.doc); },
    causes,
    dispatch(tr) {
      const before = state.doc;
      state = state.apply(tr);
      if (tr.docChanged) causes.push(changeOf(tr, before, state.doc));
    },
    look(words, options) { this.dispatch(lookFor(state, patternOf(words, options))); },
    step(by) { this.dispatch(stepTo(state, by)); },
    replaceAll(words) { this.dispatch(replacing(state, finding(state).hits, words)); },
    undo() { undo(state, (tr) => this.dispatch(tr)); },
  };
}

test("hits reach over marks, not over breaks, and stand where the text stands", () => {
  const hits = hitsOf(doc, patternOf("cat"));
  assert.deepEqual(hits.map(({ from, to }) => doc.textBetween(from, to)), ["cat", "Cat", "cat", "cat", "cat"]);
  assert.equal(hitsOf(doc, patternOf("catcat")).length, 0);
});

test("steps go round, forwards and backwards", () => {
  const page = desk();
  page.look("cat");
  assert.equal(page.found.at, 0);
  page.step(-1);
  assert.equal(page.found.at, 4);
  page.step(1);
  assert.equal(page.found.at, 0);
});

test("looking begins at the caret", () => {
  const page = desk();
  const last = hitsOf(doc, patternOf("cat")).at(-1);
  page.dispatch(page.state.tr.setSelection(TextSelection.create(doc, last.from)));
  page.look("cat");
  assert.equal(page.found.at, 4);
});

test("replacing all is one step to undo, keeps marks and ids, and nothing of it is typed", () => {
  const page = desk();
  page.look("cat");
  page.replaceAll("two dogs");
  const all = HTML.replace("c<em>at</em>", "two dogs").replace("Cat<br>cat", "two dogs<br>two dogs")
    .replace("<strong>c</strong>at cat", "<strong>two dogs</strong> two dogs");
  assert.equal(page.html, all);
  assert.deepEqual(page.causes.map(({ cause, words }) => [cause, words]), [["replaced", 5]]);
  page.undo();
  assert.equal(page.html, HTML);
  assert.deepEqual(page.causes.map(({ cause }) => cause), ["replaced", "undone"]);
});

test("an empty replacement takes words out", () => {
  const page = desk();
  page.look("cat", { matchCase: true });
  page.replaceAll("");
  assert.equal(page.state.doc.textContent, "one  twoCat\n ");
  assert.deepEqual(page.causes.map(({ cause }) => cause), ["removed"]);
});

test("one is replaced, and the next one is at hand, past what the new words hold", () => {
  const page = desk();
  page.look("cat");
  page.dispatch(replacingOne(page.state, "concatenate"));
  const { hits, at } = page.found;
  assert.equal(page.state.doc.textBetween(1, 16), "one concatenate");
  assert.deepEqual([hits.length, at, page.state.doc.textBetween(hits[at].from, hits[at].to)], [5, 1, "Cat"]);
  page.step(-2);
  page.dispatch(replacingOne(page.state, "dog"));
  assert.equal(page.found.at, 0, "after the last comes the first");
});

test("what reads so already stays as it is, and makes no step", () => {
  const page = desk();
  page.look("cat");
  const tr = replacing(page.state, page.found.hits.filter((_, index) => index === 2), "cat");
  assert.equal(tr.docChanged, false);
});

test("typing keeps the marks where the words are", () => {
  const page = desk();
  page.look("two");
  page.dispatch(page.state.tr.insertText("cat ", 1));
  assert.deepEqual(page.found.hits.map(({ from }) => from), [13]);
  page.dispatch(page.state.tr.insertText("two ", 1));
  assert.deepEqual([page.found.hits.length, page.found.at], [2, 1], "the current one stays the current one");
});

test("looking for nothing forgets everything", () => {
  const page = desk();
  page.look("cat");
  page.dispatch(lookFor(page.state, null));
  assert.deepEqual(page.found.hits, []);
});

test("ten thousand places in a long chapter are replaced at once", () => {
  const blocks = Array.from({ length: 500 }, (_, n) => p(`b${n}`, text("a cat ".repeat(20))));
  const long = schema.node("doc", null, blocks);
  const state = EditorState.create({ doc: long, plugins: [history(), findMarks()] });
  const hits = hitsOf(long, patternOf("cat"));
  assert.equal(hits.length, 10_000);
  const tr = replacing(state, hits, "dog");
  assert.equal(tr.steps.length, 500);
  assert.equal(hitsOf(state.apply(tr).doc, patternOf("cat")).length, 0);
});
