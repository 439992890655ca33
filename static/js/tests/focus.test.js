import assert from "node:assert/strict";
import { test } from "node:test";

import { sentenceAt } from "../editor/focus.js";

const TEXT = "It rained. “Come in,” she said. He did";
const at = (caret) => { const { from, to } = sentenceAt(TEXT, caret); return TEXT.slice(from, to).trim(); };

test("the sentence around the caret is found, also at its edges", () => {
  assert.equal(at(0), "It rained.");
  assert.equal(at(10), "It rained.");
  assert.equal(at(11), "“Come in,” she said.");
  assert.equal(at(30), "“Come in,” she said.");
  assert.equal(at(TEXT.length), "He did");
});

test("an empty paragraph has an empty sentence", () => {
  assert.deepEqual(sentenceAt("", 0), { from: 0, to: 0 });
});
