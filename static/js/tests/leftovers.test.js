/** What an acknowledgement left behind goes after a day; what the server may lack never does. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { withoutLeftovers } from "../editor/leftovers.js";

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const asked = (content) => ({ key: "k", body: JSON.stringify({ content }) });

class Shelf {
  copies = { one: "<p>a</p>" }; gone = []; refuses = false;

  constructor(rows) { this.rows = rows; }
  async all() { return this.rows; }
  async get(_, [chapter]) { return chapter in this.copies ? { content: this.copies[chapter] } : null; }
  async delete(_, [, tab]) {
    if (!this.refuses) this.gone.push(tab);
    return !this.refuses;
  }
}

const draft = (tab, hours, content, request = null, chapter = "one") =>
  ({ chapter, tab, at: NOW - hours * HOUR, value: { content, request } });

test("a draft of yesterday that the server has is taken away, and nothing else", async () => {
  const shelf = new Shelf([
    draft("known", 25, "<p>a</p>"), draft("known, and asked for", 25, "<p>a</p>", asked("<p>a</p>")),
    draft("of today", 23, "<p>a</p>"), draft("other words", 900, "<p>b</p>"),
    draft("another text under way", 900, "<p>a</p>", asked("<p>ab</p>")), draft("no copy here", 900, "<p>a</p>", null, "two"),
  ]);
  const stays = await withoutLeftovers(shelf, NOW);
  assert.deepEqual(shelf.gone, ["known", "known, and asked for"]);
  assert.deepEqual(stays.map(({ tab }) => tab), ["of today", "other words", "another text under way", "no copy here"]);
});

test("what cannot be taken away is still there to be sent", async () => {
  const shelf = new Shelf([draft("known", 25, "<p>a</p>")]);
  shelf.refuses = true;
  assert.equal((await withoutLeftovers(shelf, NOW)).length, 1);
});
