/** Which texts become this device's copy of a chapter: those the server has, and no other. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Copies } from "../editor/copies.js";

const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 8);
const base = (revision, text) => ({ revision, hash: hash(text) });
const idle = (revision, text) => ({ name: "CLEAN", base: base(revision, text), request: null, savedAt: 1 });
const sending = (on, content) => ({ name: "SAVING", base: on, request: { base: on, body: JSON.stringify({ content }) }, savedAt: 1 });

class Shelf {
  isOpen = true; rows = []; room = true;

  async put(store, ids, value) {
    if (this.room) this.rows.push([store, ...ids, value.base, value.content]);
    return this.room;
  }
}

function begin() {
  const shelf = new Shelf();
  return [shelf, new Copies("one", shelf, () => ({ title: "One" }))];
}

test("an opened chapter is kept once", async () => {
  const [shelf, copies] = begin();
  const state = idle(1, "<p>a</p>");
  copies.note(state, () => "<p>a</p>");
  await copies.note(state, () => "<p>a</p>");
  await copies.note({ ...state }, () => assert.fail("asked for the text again"));
  assert.deepEqual(shelf.rows, [["copies", "one", `1-${hash("<p>a</p>")}`, "<p>a</p>"]]);
});

test("what was acknowledged is kept while writing goes on", async () => {
  const [shelf, copies] = begin();
  const asked = sending(base(1, "<p>a</p>"), "<p>ab</p>");
  await copies.note(asked, () => "<p>ab</p>");
  assert.deepEqual(shelf.rows, []);
  await copies.note({ ...asked, name: "DIRTY", request: null, base: base(2, "<p>ab</p>") }, () => "<p>abc</p>");
  assert.deepEqual(shelf.rows.map((row) => row[3]), ["<p>ab</p>"]);
});

test("a text the server has in another form is not kept", async () => {
  const [shelf, copies] = begin();
  await copies.note(idle(1, "<p>tidied</p>"), () => "<p>mine</p>");
  assert.deepEqual(shelf.rows, []);
  await copies.note(idle(1, "<p>tidied</p>"), () => "<p>tidied</p>");
  assert.equal(shelf.rows.length, 1);
});

test("an empty chapter is kept in the form the server has", async () => {
  for (const stored of ["", "<p></p>"]) {
    const [shelf, copies] = begin();
    await copies.note(idle(1, stored), () => "");
    assert.deepEqual(shelf.rows.map((row) => row[3]), [stored]);
  }
});

test("a copy that did not fit is tried again", async () => {
  const [shelf, copies] = begin();
  shelf.room = false;
  await copies.note(idle(1, "<p>a</p>"), () => "<p>a</p>");
  shelf.room = true;
  await copies.note(idle(1, "<p>a</p>"), () => "<p>a</p>");
  assert.equal(shelf.rows.length, 1);
});
