import assert from "node:assert/strict";
import { test } from "node:test";

import { CONFLICT_EVENTS, enterConflict, fetchHeadWhenDue } from "../editor/conflict-steps.js";
import { initial } from "../editor/machine.js";
import { asksTheSame, fold, looksTheSame } from "../editor/merge-parts.js";

const HEAD = { revision: 7, hash: "77777777", content: "<p>theirs</p>" };
const CLASH = { kind: "clash", html: "", mine: "<p>mine</p>", theirs: "<p>theirs</p>" };
const merge = (...parts) => ({ parts, clashes: parts.filter(({ kind }) => kind === "clash").length, isBaseKnown: true });
const clashing = (mine = CLASH.mine) => merge({ ...CLASH, mine });
const base = { revision: 1, hash: "11111111" };

/** In conflict, with the merge on the screen. */
function asked(shown = clashing()) {
  const [begun] = enterConflict({ ...initial(), base, seq: 3, savedSeq: 2 });
  return CONFLICT_EVENTS.head(begun, { head: HEAD, merge: shown, seq: 3, now: 10 })[0];
}
const choose = (state, choice, choices) => CONFLICT_EVENTS.chosen(state, { choice, choices });
const kept = (state, seq = 3) => CONFLICT_EVENTS.kept(state, { seq, now: 20 });
const final = (shown, seq = 3, head = HEAD) => ({ head, merge: shown, merged: "<p>both</p>", seq, final: true, now: 30 });
const named = (effects) => effects.map((effect) => effect.do);

test("a conflict asks the server to join both texts, and saves nothing", () => {
  const [state, effects] = enterConflict({ ...initial(), base, seq: 3 });
  assert.deepEqual(effects, [{ do: "fetch_merge" }]);
  assert.equal(state.conflict.merge, null);
  assert.deepEqual(choose(state, "merged"), [state, []], "nothing can be chosen before it is shown");
});

test("together: both are kept first, then joined anew, then saved on top of the other's revision", () => {
  const [choosing, first] = choose(asked(), "merged", ["mine"]);
  assert.deepEqual(first, [{ do: "keep", choice: "merged", seq: 3 }]);
  const [safe, second] = kept(choosing);
  assert.deepEqual(second, [{ do: "fetch_merge", choices: ["mine"], final: true }]);
  const [state, last] = CONFLICT_EVENTS.head(safe, final(clashing()));
  assert.deepEqual(last, [{ do: "show", head: { content: "<p>both</p>" }, isOwn: true }, { do: "capture", for: "save" }]);
  assert.deepEqual([state.gate, state.base.revision, state.seq], [null, 7, 4]);
  assert.ok(state.seq > state.savedSeq, "it is not saved before the server says so");
});

test("what is typed meanwhile is kept and joined as well", () => {
  const [choosing] = choose(asked(), "merged", ["both"]);
  assert.deepEqual(kept({ ...choosing, seq: 4 })[1], [{ do: "keep", choice: "merged", seq: 4 }]);
  const [, effects] = CONFLICT_EVENTS.head({ ...kept(choosing)[0], seq: 5 }, final(clashing()));
  assert.deepEqual(effects, [{ do: "keep", choice: "merged", seq: 5 }]);
});

test("when the other side has moved again, the writer is shown it and asked again", () => {
  const waiting = kept(choose(asked(), "merged", ["mine"])[0])[0];
  const other = merge({ ...CLASH, theirs: "<p>new</p>" });
  for (const event of [final(other), final(clashing(), 3, { ...HEAD, revision: 8 })]) {
    const [state, effects] = CONFLICT_EVENTS.head(waiting, event);
    assert.deepEqual(effects, []);
    assert.deepEqual([state.gate, state.conflict.keeping, state.conflict.failed], ["CONFLICT", null, "clash_again"]);
    assert.equal(state.conflict.head, event.head);
  }
});

test("a choice stays when only the writer's own side of it has grown", () => {
  const waiting = kept(choose(asked(), "merged", ["mine"])[0])[0];
  assert.deepEqual(named(CONFLICT_EVENTS.head(waiting, final(clashing("<p>mine, longer</p>")))[1]), ["show", "capture"]);
});

test("a cut while joining leaves everything as it was and says so", () => {
  const waiting = kept(choose(asked(), "merged", [])[0])[0];
  const [state, effects] = CONFLICT_EVENTS.head_failed(waiting, { final: true, now: 40 });
  assert.deepEqual([effects, state.conflict.failed, state.conflict.keeping], [[], "keep_failed", null]);
  assert.equal(state.conflict.merge.clashes, 1);
});

test("what is shown follows the typing, and no late answer takes it back", () => {
  const typing = { ...asked(), seq: 5, journalAt: 100 };
  const [noted, first] = fetchHeadWhenDue(typing, 100);
  assert.deepEqual(named(first), ["capture"]);
  const [due, second] = fetchHeadWhenDue(noted, noted.retryAt);
  assert.deepEqual(second, [{ do: "fetch_merge" }]);
  const [newer] = CONFLICT_EVENTS.head(due, { head: HEAD, merge: clashing("<p>mine 5</p>"), seq: 5, now: 200 });
  const [late] = CONFLICT_EVENTS.head(newer, { head: HEAD, merge: clashing("<p>mine 4</p>"), seq: 4, now: 210 });
  assert.equal(late.conflict.merge.parts[0].mine, "<p>mine 5</p>");
});

test("nothing that is shown changes under a choice being carried out", () => {
  const [choosing] = choose(asked(), "theirs");
  const [state] = CONFLICT_EVENTS.head(choosing, { head: { ...HEAD, revision: 9 }, merge: merge(), seq: 9, now: 50 });
  assert.equal(state, choosing);
});

test("a head without a merge is no answer to a conflict", () => {
  const [begun] = enterConflict({ ...initial(), base, seq: 3 });
  assert.equal(CONFLICT_EVENTS.head(begun, { head: HEAD, now: 10 })[0], begun);
});

test("the same questions are those with the same other side", () => {
  assert.ok(asksTheSame(clashing(), clashing("<p>other</p>")));
  assert.ok(!asksTheSame(clashing(), merge()));
  assert.ok(!looksTheSame(clashing(), clashing("<p>other</p>")));
  assert.ok(looksTheSame(clashing(), clashing()));
});

test("an unchanged stretch is folded to a paragraph beside each change", () => {
  const inside = { isFirst: false, isLast: false };
  assert.deepEqual(fold(240, inside), { before: 1, hidden: 238, after: 1 });
  assert.deepEqual(fold(240, { isFirst: true, isLast: false }), { before: 0, hidden: 239, after: 1 });
  assert.deepEqual(fold(3, inside), { before: 3, hidden: 0, after: 0 });
  assert.deepEqual(fold(0, inside), { before: 0, hidden: 0, after: 0 });
});
