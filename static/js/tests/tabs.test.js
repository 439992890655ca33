import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Tabs } from "../editor/tabs.js";

const usual = Object.getOwnPropertyDescriptor(globalThis, "navigator");
afterEach(() => {
  if (usual) Object.defineProperty(globalThis, "navigator", usual);
  else delete globalThis.navigator;
});

/** A browser whose lock manager answers in the order it was asked, but only once `answer` is called. */
function slowLocks({ isFree }) {
  const waiting = [];
  const locks = {
    request: (name, options, held) => new Promise((resolve) => { waiting.push(() => { if (isFree) resolve(held()); }); }),
    query: () => new Promise((resolve) => { waiting.push(resolve); locks.isAsked(); }),
  };
  const asked = new Promise((resolve) => { locks.isAsked = resolve; });
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  return { asked, answer: () => waiting.forEach((one) => one()) };
}

for (const isFree of [true, false]) {
  test(`a busy machine ${isFree ? "hands over a free chapter late" : "says late that another tab writes"}`, async () => {
    const { asked, answer } = slowLocks({ isFree });
    const tabs = new Tabs({ chapterId: "one", onTurn: () => assert.fail("not a reader"), onLost() {}, onAsked() {}, onSaved() {} });
    const entered = tabs.enter();
    await asked;
    answer();
    assert.equal(await entered, isFree);
    tabs.close();
  });
}
