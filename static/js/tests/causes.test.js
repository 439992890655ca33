import assert from "node:assert/strict";
import { test } from "node:test";

import { EditorState, Fragment, history, redo, Selection, Slice, TextSelection, undo } from "../../vendor/editor.js";
import { ActivityMeter, netOf } from "../editor/activity.js";
import { blockIds } from "../editor/blockids.js";
import { changeOf } from "../editor/causes.js";
import { schema } from "../editor/schema.js";
import { toHtml } from "../editor/serialise.js";
import { wordsOf } from "../editor/words.js";
import { dice } from "./world.js";

const paragraph = (words) => schema.node("paragraph", null, words ? [schema.text(words)] : []);
const docOf = (...texts) => schema.node("doc", null, texts.map(paragraph));

class Desk {
  constructor(doc) {
    let ids = 0;
    this.state = EditorState.create({ doc, plugins: [history({ newGroupDelay: 0 }), blockIds(() => `id${(ids += 1)}`)] });
    this.start = wordsOf(doc);
    this.meter = new ActivityMeter();
    this.now = 0;
  }
  dispatch = (tr) => {
    const before = this.state.doc;
    this.state = this.state.applyTransaction(tr).state;
    const { cause, words } = changeOf(tr, before, this.state.doc);
    if (tr.docChanged) this.meter.note(cause, words, (this.now += 200));
  };
  type(text) { for (const sign of text) this.dispatch(this.state.tr.insertText(sign)); }
  backspace(times) {
    for (let i = 0; i < times; i += 1) {
      const { from } = this.state.selection;
      this.dispatch(this.state.tr.delete(from - 1, from));
    }
  }
}

test("one two three, less three, is typed 3 and removed 1, whenever it is saved", () => {
  for (const saveEvery of [1, 2, 5, 1000]) {
    const desk = new Desk(docOf(""));
    const total = { typed: 0, removed: 0 };
    const save = () => {
      const { typed, removed } = desk.meter.take();
      total.typed += typed;
      total.removed += removed;
    };
    let strokes = 0;
    const maybeSave = () => { if ((strokes += 1) % saveEvery === 0) save(); };
    for (const sign of "one two three") { desk.type(sign); maybeSave(); }
    for (let i = 0; i < "three".length; i += 1) { desk.backspace(1); maybeSave(); }
    save();
    assert.deepEqual(total, { typed: 3, removed: 1 }, `saving every ${saveEvery}`);
  }
});

test("each way of changing text has its own cause", () => {
  const desk = new Desk(docOf("one two three"));
  desk.dispatch(desk.state.tr.insertText(" four five", 14).setMeta("paste", true).setMeta("uiEvent", "paste"));
  desk.dispatch(desk.state.tr.delete(1, 5).setMeta("uiEvent", "cut"));
  undo(desk.state, desk.dispatch);
  undo(desk.state, desk.dispatch);
  redo(desk.state, desk.dispatch);
  desk.dispatch(desk.state.tr.insertText("twenty two", 5, 8).setMeta("origin", "replace"));
  const { pasted, cut, restored, undone, replaced, typed, removed } = desk.meter.peek();
  assert.deepEqual({ pasted, cut, restored, undone, replaced, typed, removed },
    { pasted: 2, cut: 1, restored: 3, undone: 2, replaced: 1, typed: 0, removed: 0 });
});

test("the time at work leaves out long pauses and begins with the change", () => {
  const meter = new ActivityMeter();
  meter.note("typed", 1, 1_000_000);
  meter.note("typed", 0, 1_004_000);
  meter.note("typed", 1, 1_400_000);
  const { active_ms, since, typed } = meter.take();
  assert.equal(active_ms, 4_000);
  assert.equal(since, new Date(1_000_000).toISOString());
  assert.equal(typed, 2);
  meter.note("typed", 0, 1_401_000);
  assert.equal(meter.peek().since, new Date(1_400_000).toISOString());
  assert.equal(meter.peek().active_ms, 1_000);
});

test("whatever happens, the causes add up to what the text gained", () => {
  for (const seed of [11, 12, 13]) {
    const random = dice(seed);
    const pick = (items) => items[Math.floor(random() * items.length)];
    const desk = new Desk(docOf("one two", "", "It was a dark-ish night—stormy, 日本語 and 3.14.", "end"));
    const at = () => Math.floor(random() * (desk.state.doc.content.size + 1));
    const near = () => Selection.near(desk.state.doc.resolve(at()));
    const metas = [["uiEvent", "cut"], ["uiEvent", "drop"], ["paste", true], ["origin", "replace"], ["none", 1]];
    const deeds = [
      () => desk.dispatch(desk.state.tr.setSelection(near())),
      () => desk.type(pick([" ", "a", "-", "'", "語", "one two", "."])),
      () => desk.dispatch(desk.state.tr.setSelection(near()).insertText(pick(["x y", "z", " -- "])).setMeta(...pick(metas))),
      () => { const range = [at(), at()].sort((a, b) => a - b); desk.dispatch(desk.state.tr.deleteRange(range[0], Math.min(range[1], range[0] + 9)).setMeta(...pick(metas))); },
      () => { const { $from } = near(); if ($from.parent.isTextblock) desk.dispatch(desk.state.tr.split($from.pos)); },
      () => { const { from } = TextSelection.near(desk.state.doc.resolve(at())); desk.dispatch(desk.state.tr.replaceWith(from, from, schema.node("scene_break")).setMeta(...pick(metas))); },
      () => undo(desk.state, desk.dispatch),
      () => redo(desk.state, desk.dispatch),
    ];
    for (let i = 0; i < 1_500; i += 1) {
      pick(deeds)();
      assert.equal(netOf(desk.meter.peek()), wordsOf(desk.state.doc) - desk.start, `seed ${seed}, deed ${i}`);
    }
    assertUniqueIds(desk.state.doc);
  }
});

function assertUniqueIds(doc) {
  const seen = new Set();
  doc.descendants((node) => {
    if (!node.attrs.b) return;
    assert.ok(!seen.has(node.attrs.b), `two blocks are called ${node.attrs.b}`);
    seen.add(node.attrs.b);
  });
}

test("opening names no block; editing names the block that was edited", () => {
  const desk = new Desk(docOf("one", "two", "three"));
  assert.equal(toHtml(desk.state.doc), "<p>one</p><p>two</p><p>three</p>");
  desk.dispatch(desk.state.tr.insertText("!", 9));
  assert.equal(toHtml(desk.state.doc), '<p>one</p><p data-b="id1">two!</p><p>three</p>');
});

test("a split keeps the id at the first half and gives the second its own", () => {
  const desk = new Desk(docOf("one two"));
  desk.dispatch(desk.state.tr.insertText("a ", 1));
  desk.dispatch(desk.state.tr.split(6));
  assert.equal(toHtml(desk.state.doc), '<p data-b="id1">a one</p><p data-b="id2"> two</p>');
});

test("pasted blocks are named as one, those within others too, and keep the names they bring", () => {
  const desk = new Desk(docOf("Before."));
  const [plugin] = desk.state.plugins.filter(({ props }) => props.transformPasted);
  const list = schema.node("bullet_list", null, [schema.node("list_item", null, [paragraph("one")])]);
  const named = schema.node("paragraph", { b: "mine" }, [schema.text("two")]);
  const { content, openStart, openEnd } = plugin.props.transformPasted(new Slice(Fragment.from([list, named]), 0, 1));
  const html = toHtml(schema.node("doc", null, content));
  assert.equal(html, '<ul data-b="id3"><li data-b="id2"><p data-b="id1">one</p></li></ul><p data-b="mine">two</p>');
  assert.deepEqual([openStart, openEnd], [0, 1]);
});
