/**
 * A world in which the page dies, storage fails and tabs take turns. What this device kept comes back, and in the end
 * every word that was ever safe anywhere is in the server's history.
 */
import assert from "node:assert/strict";

import { initial } from "../editor/machine.js";
import { isReader } from "../editor/recovery-steps.js";
import { hash } from "./server.js";
import { World } from "./world.js";

const wordsOf = (text) => text.match(/\bw\d+/g) ?? [];

export class Perils extends World {
  crashes = 0;
  recoveries = 0;
  turns = 0;
  lost = new Set();
  isCounting = true;

  anything() {
    const dare = this.random();
    if (dare < 0.004) this.crash();
    else if (dare < 0.3) this.finishRecovery();
    else if (dare < 0.302) this.disk.isBroken = true;
    else if (dare < 0.31) this.disk.isBroken = false;
    else if (dare < 0.313) this.send({ type: "lock_lost" });
    else if (dare < 0.33) this.send({ type: "my_turn" });
    else if (dare < 0.34) this.leave();
    else super.anything();
  }

  send(event) {
    const wasReader = isReader(this.state);
    super.send(event);
    if (isReader(this.state) && !wasReader) this.giveUp();
  }

  check() {
    super.check();
    const { durable, journaledSeq, seq, savedSeq, gate } = this.state;
    if (!durable || journaledSeq !== seq || seq === savedSeq || gate === "READONLY" || this.disk.isBroken) return;
    assert.equal(this.disk.entry?.content, this.text, "said to be on this device, and is not");
  }

  /** The page may go at once: what is sent now need not be kept first. */
  leave() {
    this.isLeaving = true;
    this.send({ type: "leaving" });
    this.isLeaving = false;
  }

  transmit(effect) {
    const isKept = this.disk.entry?.request?.key === effect.request.key;
    assert.ok(isKept || !this.state.durable || this.isLeaving || this.disk.isBroken || this.bodies.has(effect.request.key), "sent before it was kept");
    super.transmit(effect);
  }

  /** A tab that was reading looks at the server first, if it answers. */
  recover() {
    this.isRecovering = true;
    this.headAsked = this.isReachable && this.random() < 0.7;
    this.head();
  }

  /** What was kept is shown, unless the server has it already. */
  finishRecovery() {
    if (!this.isRecovering || this.state.name !== "RECOVERING") return;
    this.isRecovering = false;
    this.disk.workAll();
    const entry = structuredClone(this.disk.entry);
    if (entry) this.recoveries += 1;
    this.isCounting = false;
    this.send({ type: "recovered", entry, isSame: entry?.content === this.text, durable: !this.disk.isBroken, now: this.now });
    this.rebalance();
    if (entry && !this.history.has(entry.content)) assert.equal(this.text, entry.content, "kept text was not brought back");
  }

  draft({ content }) {
    this.text = content;
  }

  /** Another tab of this browser takes the chapter; the answers under way find nobody. */
  giveUp() {
    this.turns += 1;
    const isSafe = this.history.has(this.text) || this.disk.entry?.content === this.text;
    assert.ok(isSafe, "a tab gave up what only it had");
    this.disk.letGo();
    this.abandon();
  }

  /** The page is gone; what it had sent may still arrive. It opens again with the server's text. */
  crash() {
    this.crashes += 1;
    const safe = [...this.history, this.disk.entry?.content ?? ""].join(" ");
    const known = new Set(wordsOf(safe));
    for (const word of wordsOf(this.text)) if (!known.has(word)) this.lost.add(word);
    this.disk.crash();
    this.abandon();
    this.isCounting = false;
    this.state = initial();
    this.isRecovering = false;
    this.text = this.server.text;
    this.send({ type: "loaded", same: true, base: { revision: this.server.revision, hash: hash(this.text).slice(0, 8) } });
    this.rebalance();
  }

  abandon() {
    for (const request of this.wire.splice(0)) if (this.random() < 0.5) this.serve(request);
    this.keeping = this.mergeAsked = null;
    this.headAsked = this.userAsked = false;
    this.meter = 0;
    this.rebalance();
  }

  checkActivity() {
    if (this.isCounting && !isReader(this.state)) super.checkActivity();
  }

  /** What was counted went with the page, or came back with what was kept. */
  rebalance() {
    this.isCounting = true;
    this.dropped = this.typed - this.ledger - this.waiting;
  }

  heal() {
    this.disk.isBroken = false;
    super.heal();
  }

  /** Nobody else wants the chapter any more. */
  settle() {
    super.settle();
    this.send({ type: "my_turn" });
    this.finishRecovery();
  }

  /** At rest: is every word in the history but those a crash caught before they were kept? */
  checkNothingIsMissing() {
    const there = new Set(wordsOf([...this.history, this.text].join(" ")));
    for (let number = 1; number <= this.typed; number += 1) {
      assert.ok(there.has(`w${number}`) || this.lost.has(`w${number}`), `w${number} is missing`);
    }
  }
}
