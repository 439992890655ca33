/** Today's number never counts a word twice, whichever of two messages comes first. */

import assert from "node:assert/strict";
import test from "node:test";

import { TodaysWords } from "../editor/todays-words.js";

const save = { typed: 3 };

test("words are shown while they are typed, sent, acknowledged and counted", () => {
  const today = new TodaysWords(10);
  today.waiting = [save, undefined, null];
  assert.equal(today.shown, 13);
  today.acknowledged(save);
  today.waiting = [{ typed: 0 }];
  assert.equal(today.shown, 13);
  today.counted(13);
  assert.equal(today.shown, 13);
});

test("the ledger's number may come before the answer to the save it counts", () => {
  const today = new TodaysWords(10);
  today.waiting = [{ typed: 1 }, save];
  today.counted(13, save);
  assert.equal(today.shown, 14);
  today.acknowledged(save);
  today.waiting = [{ typed: 1 }];
  assert.equal(today.shown, 14);
});

test("a number that another chapter brought does not count the save in flight", () => {
  const today = new TodaysWords(10);
  today.waiting = [save];
  today.counted(25);
  assert.equal(today.shown, 28);
  today.acknowledged(save);
  today.waiting = [];
  assert.equal(today.shown, 28);
});
