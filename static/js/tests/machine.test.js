import assert from "node:assert/strict";
import { test } from "node:test";

import { noActivity } from "../editor/activity.js";
import { initial, isUnsaved, LIMIT, PAUSE, step, wakeAt } from "../editor/machine.js";
import { World, dice } from "./world.js";

const BASE = { revision: 1, hash: "00000000" };

/** Runs events, answering captures and the journal at once, as the session does. */
function run(state, events, text = "text") {
  const done = [];
  const queue = [...events];
  while (queue.length) {
    const [next, effects] = step(state, queue.shift());
    state = next;
    for (const effect of effects) {
      done.push(effect);
      queue.unshift(...echo(effect, text, state));
    }
  }
  return [state, done];
}

let keys = 0;
function echo(effect, content, state) {
  if (effect.do === "recover") return [{ type: "recovered" }];
  if (effect.do === "capture") {
    const key = `key-${(keys += 1)}`;
    return [{ type: "captured", for: effect.for, seq: state.seq, content, key, activity: { ...noActivity(), typed: 1 } }];
  }
  if (effect.do !== "journal") return [];
  return [{ type: "journaled", seq: effect.entry.seq, durable: false, key: effect.entry.request?.key }];
}

const open = () => run(initial(), [{ type: "loaded", same: true, base: BASE }])[0];
const edit = (now) => ({ type: "edited", now });
const tick = (now) => ({ type: "tick", now });
const sends = (effects) => effects.filter((effect) => effect.do === "send");
function saving() {
  const [state, effects] = run(open(), [edit(0), tick(PAUSE)]);
  return [state, sends(effects)[0].request];
}
const answer = (request, status, body = null, more = {}) =>
  ({ type: "answered", key: request.key, status, body, now: 5_000, random: 0.5, ...more });

test("a text that does not come back the same is never saved", () => {
  const [state, effects] = run(initial(), [{ type: "loaded", same: false, base: BASE }, edit(0), tick(99_999), { type: "save_now", now: 1 }]);
  assert.equal(state.name, "READONLY");
  assert.deepEqual(effects, []);
});

test("a pause sends the text within two seconds, with base and key in the body", () => {
  const [state, request] = saving();
  assert.equal(state.name, "SAVING");
  assert.ok(PAUSE <= 2_000);
  const body = JSON.parse(request.body);
  assert.equal(body.base_revision, "1-00000000");
  assert.equal(body.save_id, request.key);
  assert.equal(body.activity.typed, 1);
});

test("typing without a pause is sent within ten seconds", () => {
  let state = open();
  let sent = [];
  for (let now = 0; now <= 10_000 && !sent.length; now += 200) {
    const [next, effects] = run(state, [edit(now), tick(now)]);
    [state, sent] = [next, sends(effects)];
  }
  assert.equal(sent.length, 1);
  assert.ok(LIMIT < 10_000);
});

test("newer typing waits for the outcome and goes out on the new base", () => {
  const [first, request] = saving();
  const [typed, early] = run(first, [edit(2_000), tick(4_900)]);
  assert.deepEqual(sends(early), []);
  const [state, effects] = run(typed, [answer(request, 200, { revision: 2, hash: "abcdef0123" })]);
  const [second] = sends(effects);
  assert.equal(state.name, "SAVING");
  assert.equal(JSON.parse(second.request.body).base_revision, "2-abcdef01");
});

test("an unknown outcome is repeated with the same bytes, key and base", () => {
  const [first, request] = saving();
  const [lost] = run(first, [edit(2_000), { type: "lost", key: request.key, now: 3_000, random: 0.9 }]);
  assert.equal(lost.name, "RETRY");
  const [, effects] = run(lost, [tick(wakeAt(lost)), tick(60_000)]);
  assert.deepEqual(sends(effects), [{ do: "send", request }]);
});

test("Retry-After is honoured even when the network comes back", () => {
  const [first, request] = saving();
  const [busy] = run(first, [answer(request, 503, null, { retryAfter: 7_000, random: 0 })]);
  const [, early] = run(busy, [{ type: "online", now: 6_000 }, tick(11_999)]);
  assert.deepEqual(sends(early), []);
  assert.equal(sends(run(busy, [tick(12_000)])[1]).length, 1);
});

test("the network coming back ends the wait at once", () => {
  const [first, request] = saving();
  const [away] = run(first, [{ type: "offline" }, { type: "lost", key: request.key, now: 3_000, random: 0.99 }]);
  assert.equal(away.name, "OFFLINE");
  assert.equal(sends(run(away, [{ type: "online", now: 3_001 }])[1]).length, 1);
});

test("an expired sign-in freezes the request until the same writer is back", () => {
  const [first, request] = saving();
  const [asked] = run(first, [answer(request, 403, { code: "not_authenticated" }), edit(6_000), tick(90_000)]);
  assert.equal(asked.name, "AUTH");
  const [, effects] = run(asked, [{ type: "visible", now: 91_000 }, { type: "user", is: "same" }]);
  assert.deepEqual(effects.map((effect) => effect.do), ["check_user", "send"]);
  assert.equal(effects[1].request, request);
  const [other, none] = run(asked, [{ type: "user", is: "other" }]);
  assert.equal(other.name, "BLOCKED");
  assert.deepEqual(sends(none), []);
  const [waiting, asks] = run(other, [{ type: "save_now", now: 92_000 }, { type: "visible", now: 93_000 }]);
  assert.deepEqual(asks.map((effect) => effect.do), ["check_user", "check_user"]);
  assert.equal(sends(run(waiting, [{ type: "user", is: "same" }])[1])[0].request, request);
});

test("a refusal stops and asks; trying again uses a new key and keeps the activity", () => {
  const [first, request] = saving();
  const [stopped] = run(first, [answer(request, 413, { detail: "Too long." }), edit(6_000), tick(60_000)]);
  assert.equal(stopped.name, "BLOCKED");
  assert.equal(stopped.reason, "Too long.");
  const [again] = sends(run(stopped, [{ type: "save_now", now: 61_000 }])[1]);
  assert.notEqual(again.request.key, request.key);
  assert.equal(JSON.parse(again.request.body).activity.typed, 2);
});

function conflicted() {
  const [first, request] = saving();
  return run(first, [answer(request, 412, {}), { type: "head", now: 5_100, seq: 1, head: { revision: 7, hash: "77777777", content: "<p>x</p>" }, merge: { clashes: 0, parts: [] } }]);
}

test("a conflict freezes saving while typing goes on", () => {
  const [state, effects] = conflicted();
  assert.equal(state.name, "CONFLICT");
  assert.ok(effects.some((effect) => effect.do === "fetch_merge"));
  const [typed, none] = run(state, [edit(6_000), tick(60_000), { type: "save_now", now: 61_000 }]);
  assert.equal(typed.name, "CONFLICT");
  assert.deepEqual(sends(none), []);
});

test("keep mine saves on the other's revision once theirs is kept, with the activity still attached", () => {
  const [asked, keeping] = run(conflicted()[0], [{ type: "chosen", choice: "mine" }]);
  assert.deepEqual(keeping.map((effect) => effect.do), ["keep"]);
  const [state, effects] = run(asked, [{ type: "kept", seq: 1, now: 6_000 }]);
  const body = JSON.parse(sends(effects)[0].request.body);
  assert.equal(body.base_revision, "7-77777777");
  assert.equal(body.activity.typed, 2);
  assert.equal(state.name, "SAVING");
});

test("keep theirs shows theirs only after the server has mine, all of it", () => {
  const [asked, first] = run(conflicted()[0], [{ type: "chosen", choice: "theirs" }]);
  assert.deepEqual(first.map((effect) => effect.do), ["keep"]);
  const [more, again] = run(asked, [edit(6_000), { type: "kept", seq: first[0].seq, now: 6_100 }]);
  assert.deepEqual(again.map((effect) => effect.do), ["keep"]);
  const [state, last] = run(more, [{ type: "kept", seq: again[0].seq, now: 6_200 }]);
  assert.equal(last[0].do, "show");
  assert.equal(state.name, "CLEAN");
  assert.equal(state.base.revision, 7);
});

test("when keeping fails, nothing is replaced", () => {
  const [asked] = run(conflicted()[0], [{ type: "chosen", choice: "chapter" }]);
  const [state, effects] = run(asked, [{ type: "keep_failed", reason: "no" }]);
  assert.equal(state.name, "CONFLICT");
  assert.equal(state.conflict.failed, "no");
  assert.deepEqual(effects, []);
});

test("a change elsewhere is taken over only by a clean editor", () => {
  const [asked, effects] = run(open(), [{ type: "elsewhere", revision: 2 }]);
  assert.deepEqual(effects, [{ do: "fetch_head" }]);
  const head = { revision: 2, hash: "22222222", content: "<p>y</p>" };
  assert.equal(run(asked, [{ type: "head", head, now: 1 }])[1][0].do, "show");
  assert.deepEqual(run(asked, [edit(0), { type: "head", head, now: 1 }])[1], []);
});

test("10,000 random events hold every promise, then come to rest", () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const world = new World(dice(seed));
    for (let i = 0; i < 10_000; i += 1) world.anything();
    world.heal();
    assert.ok(["CLEAN", "CONFLICT", "BLOCKED", "AUTH"].includes(world.state.name), `${world.state.name} at seed ${seed}`);
    assert.ok(world.saves > 40, `only ${world.saves} saves at seed ${seed}`);
    assert.equal(isUnsaved(world.state), world.state.name !== "CLEAN");
  }
});
