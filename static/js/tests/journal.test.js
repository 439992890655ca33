import assert from "node:assert/strict";
import { test } from "node:test";

import { noActivity } from "../editor/activity.js";
import { LastingJournal } from "../editor/journal.js";
import { initial, step } from "../editor/machine.js";
import { Session } from "../editor/session.js";

const CHAPTER = "c1";
const settled = (wait = 25) => new Promise((resolve) => { setTimeout(resolve, wait); });
/** Waits for what will come, on a busy machine too; what never comes the assertions tell. */
async function until(isSo) {
  for (const end = Date.now() + 2_000; !isSo() && Date.now() < end;) await settled(5);
}

/** Answers like lib/vault.js, later, and the first write the latest. */
class Drawer {
  rows = new Map(); isOpen = true; isBroken = false; trouble = null; wait = 30; done = [];
  async open() { return this.isOpen; }
  async put(_, [, tab], value) {
    this.wait = Math.max(0, this.wait - 14);
    await new Promise((resolve) => { setTimeout(resolve, this.wait); });
    this.done.push(`put ${value.seq}`);
    if (!this.isBroken) this.rows.set(tab, structuredClone(value));
    return !this.isBroken;
  }
  async all() { return [...this.rows].map(([tab, value]) => ({ tab, value })); }
  async delete(_, [, tab]) { return this.rows.delete(tab); }
}

const BASE = { revision: 1, hash: "00000001" };
const entry = (seq, more = {}) =>
  ({ seq, content: `text ${seq}`, base: BASE, baseContent: "", request: null, activity: noActivity(), at: seq, ...more });

test("an older text never lands on a newer one, however slow its writing is", async () => {
  const drawer = new Drawer();
  const journal = new LastingJournal(drawer, "here");
  await Promise.all([journal.put(CHAPTER, entry(1)), journal.put(CHAPTER, entry(2)), journal.put(CHAPTER, entry(3))]);
  assert.equal(drawer.rows.get("here").seq, 3);
  assert.ok(journal.durable);
});

test("only what was acknowledged is forgotten", async () => {
  const drawer = new Drawer();
  const journal = new LastingJournal(drawer, "here");
  await journal.put(CHAPTER, entry(4));
  await journal.forget(CHAPTER, 3);
  assert.equal(drawer.rows.size, 1);
  await journal.forget(CHAPTER, 4);
  assert.equal(drawer.rows.size, 0);
});

test("what a dead tab left stays until this one has it on disk", async () => {
  const drawer = new Drawer();
  drawer.rows.set("dead", entry(7)).set("older", entry(2));
  const journal = new LastingJournal(drawer, "here");
  const { entry: found, older } = await journal.find(CHAPTER);
  assert.equal(found.seq, 7);
  assert.deepEqual(older, [{ tab: "older", content: "text 2" }]);
  drawer.isBroken = true;
  await journal.put(CHAPTER, entry(8));
  assert.deepEqual([...drawer.rows.keys()], ["dead", "older"]);
  assert.ok(!journal.durable);
  drawer.isBroken = false;
  await journal.put(CHAPTER, entry(8));
  assert.deepEqual([...drawer.rows.keys()], ["older", "here"]);
});

test("a tab that gave the chapter up forgets nothing of it", async () => {
  const drawer = new Drawer();
  const journal = new LastingJournal(drawer, "here");
  await journal.put(CHAPTER, entry(4));
  await journal.letGo();
  await journal.forget(CHAPTER, 9);
  assert.equal(drawer.rows.size, 1);
});

/** A session with a text, a drawer and a server that are all in this test's hands. */
class Desk {
  html = "<p>start</p>"; sent = []; answers = []; drawer = new Drawer();

  constructor({ drawer = this.drawer } = {}) {
    this.drawer = drawer;
    globalThis.fetch = (url, options) => this.serve(url, options);
    this.session = new Session({
      chapterId: CHAPTER, storyId: "s1", userId: "u1", journal: new LastingJournal(drawer, "here"),
      meter: { take: noActivity, peek: noActivity, note() {} },
      text: () => ({ html: () => this.html, show: (html) => { this.html = html; } }),
      copyTitle: () => "Copy", onState() {}, onSaved() {},
    });
  }

  async open(same = true) {
    this.session.dispatch({ type: "loaded", same, base: BASE });
    await settled();
  }

  async save(html) {
    this.html = html;
    this.session.dispatch({ type: "edited" });
    this.session.dispatch({ type: "save_now" });
    await settled();
  }

  async serve(url, { method, headers, body, keepalive }) {
    this.drawer.done.push(method === "PUT" ? "sent" : method);
    this.sent.push({ url, method, headers, body: body && JSON.parse(body), bytes: body, keepalive });
    const [status, answer] = this.answers.shift() ?? [200, { revision: 2, hash: "0000000200" }];
    if (status === 0) throw new TypeError("cut");
    return new Response(JSON.stringify(answer), { status });
  }

  close() { this.session.close(); }
}

test("the text is on disk before it is sent, and leaves it with the answer", async () => {
  const desk = new Desk();
  await desk.open();
  await desk.save("<p>one</p>");
  await until(() => desk.sent.length && desk.drawer.rows.size === 0 && desk.session.state.name === "CLEAN");
  assert.deepEqual(desk.drawer.done, ["put 1", "sent"]);
  assert.equal(desk.sent[0].headers["If-Match"], '"1-00000001"');
  assert.equal(desk.sent[0].body.base_revision, "1-00000001");
  assert.equal(desk.sent[0].headers["Idempotency-Key"], desk.sent[0].body.save_id);
  assert.equal(desk.drawer.rows.size, 0);
  assert.equal(desk.session.state.name, "CLEAN");
  desk.close();
});

test("a broken journal keeps no text from the server", async () => {
  const desk = new Desk();
  desk.drawer.isBroken = true;
  await desk.open();
  await desk.save("<p>one</p>");
  await until(() => desk.sent.length && desk.session.state.name === "CLEAN");
  assert.equal(desk.session.state.name, "CLEAN");
  assert.ok(!desk.session.state.durable);
  desk.close();
});

test("a cut is answered by the same bytes under the same key, in the next life of the page as well", async () => {
  const desk = new Desk();
  desk.answers = [[0], [0]];
  await desk.open();
  await desk.save("<p>one</p>");
  await until(() => desk.sent.length === 1 && desk.session.state.name === "RETRY");
  desk.session.dispatch({ type: "online" });
  await until(() => desk.sent.length === 2 && desk.session.state.name === "RETRY");
  desk.close();
  const again = new Desk({ drawer: desk.drawer });
  await again.open();
  await until(() => again.sent.length && again.session.state.name === "CLEAN");
  assert.equal(again.html, "<p>one</p>");
  const [first, second, third] = [...desk.sent, ...again.sent];
  assert.deepEqual([second.bytes, third.bytes], [first.bytes, first.bytes]);
  assert.deepEqual([second.headers, third.headers], [first.headers, first.headers]);
  assert.equal(again.session.state.name, "CLEAN");
  again.close();
});

test("a text that did not load the same is never sent, whatever happens", async () => {
  const desk = new Desk();
  await desk.open(false);
  await desk.save("");
  desk.session.leave();
  await settled();
  assert.deepEqual(desk.sent, []);
  assert.deepEqual(desk.drawer.done, []);
  desk.close();
});

test("nothing typed before it is known what was kept can be saved", () => {
  const [state, effects] = step({ ...initial(), gate: "RECOVERING", base: BASE }, { type: "edited", now: 1 });
  assert.deepEqual([state.seq, effects], [0, []]);
});

test("kept text is saved upon the revision it was written on, and older ones become versions", async () => {
  const drawer = new Drawer();
  drawer.rows.set("dead", entry(7, { base: { revision: 5, hash: "00000005" } })).set("older", entry(2));
  const desk = new Desk({ drawer });
  desk.answers = [[201, {}], [200, { revision: 6, hash: "0000000600" }]];
  await desk.open();
  await until(() => desk.sent.length === 2 && drawer.rows.size === 0);
  const [put] = desk.sent.filter(({ method }) => method === "PUT");
  assert.equal(put.body.content, "text 7");
  assert.equal(put.headers["If-Match"], '"5-00000005"');
  const [post] = desk.sent.filter(({ method }) => method === "POST");
  assert.deepEqual(post.body, { content: "text 2", reason: "conflict" });
  assert.equal(post.headers["Idempotency-Key"], "older");
  assert.equal(drawer.rows.size, 0);
  desk.close();
});

test("kept text that the server has already is forgotten without a save", async () => {
  const drawer = new Drawer();
  drawer.rows.set("dead", entry(7, { content: "<p>start</p>" }));
  const desk = new Desk({ drawer });
  await desk.open();
  await until(() => drawer.rows.size === 0);
  assert.deepEqual(desk.sent, []);
  assert.equal(drawer.rows.size, 0);
  desk.close();
});

test("a page that is left sends without waiting for the disk, and a short text outlives it", async () => {
  for (const [html, outlives] of [["<p>short</p>", true], [`<p>${"long ".repeat(20_000)}</p>`, false]]) {
    const desk = new Desk();
    await desk.open();
    desk.html = html;
    desk.session.dispatch({ type: "edited" });
    desk.session.leave();
    const [{ body, keepalive }] = desk.sent;
    assert.equal(body.content, html);
    assert.equal(keepalive, outlives);
    await until(() => desk.session.state.name === "CLEAN");
    desk.close();
  }
});
