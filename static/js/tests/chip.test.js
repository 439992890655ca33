import assert from "node:assert/strict";
import { test } from "node:test";

import { chipOf, momentOf } from "../editor/chip.js";
import { initial } from "../editor/machine.js";

const retrying = { ...initial(), gate: null, name: "OFFLINE", online: false, tries: 1, unsavedSince: 0, seq: 1 };

test("the chip never claims a journal that does not last, and turns amber after a minute", () => {
  assert.deepEqual(chipOf(retrying, 59_000), { key: "retrying", tone: "calm", rescue: false });
  assert.deepEqual(chipOf(retrying, 60_000), { key: "retrying", tone: "amber", rescue: true });
  assert.deepEqual(chipOf({ ...retrying, durable: true }, 60_000), { key: "offline", tone: "calm", rescue: false });
  const buffered = { ...retrying, name: "BUFFERED", tries: 0 };
  assert.equal(chipOf(buffered, 1_000).key, "editing");
  assert.equal(chipOf({ ...buffered, durable: true }, 1_000).key, "device");
});

test("online and silent, the server's lack of text is said even when this device has it", () => {
  const state = { ...retrying, name: "RETRY", online: true, durable: true };
  assert.deepEqual(chipOf(state, 60_000), { key: "retrying", tone: "amber", rescue: true });
});

test("a tab that reads along is calm about it; one that cannot read is not", () => {
  const reader = { ...initial(), name: "READONLY", gate: "READONLY", reason: "open_elsewhere" };
  assert.equal(chipOf(reader, 0).tone, "calm");
  assert.equal(chipOf({ ...reader, reason: "unreadable" }, 0).tone, "red");
});

test("a save of another day is not said with a time that looks like today's", () => {
  const now = new Date(2026, 10, 21, 16, 30).getTime();
  assert.equal(momentOf(new Date(2026, 10, 21, 9, 5).getTime(), now, "en-gb"), "09:05");
  assert.equal(momentOf(new Date(2026, 10, 20, 20, 29).getTime(), now, "en-gb"), "20 Nov");
  assert.equal(momentOf(new Date(2025, 10, 21, 16, 30).getTime(), now, "en-gb"), "21 Nov 2025");
});
