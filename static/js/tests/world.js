/** A server, a network, another writer's tab and an editor for the save machine, driven by chance. */
import assert from "node:assert/strict";

import { noActivity } from "../editor/activity.js";
import { initial, step, wakeAt } from "../editor/machine.js";
import { Disk } from "./disk.js";
import { hash, Server } from "./server.js";

export { dice } from "./dice.js";

export class World extends Server {
  now = 0; text = "start"; typed = 0; wire = []; bodies = new Map(); keys = 0;
  meter = 0; user = "same"; isReachable = true; dropped = 0;
  disk = new Disk(); state = initial();

  constructor(random) {
    super();
    this.random = random;
    this.send({ type: "loaded", same: true, base: { revision: 1, hash: hash("start").slice(0, 8) } });
  }

  send(event) {
    const before = this.state;
    const [state, effects] = step(before, event);
    if (before.request && state.request?.key === before.request.key) {
      assert.equal(state.base, before.base, "the base changed while an outcome was unknown");
    }
    this.state = state;
    for (const effect of effects) (effect.do === "send" ? this.transmit(effect) : this[effect.do](effect));
    if (this.state === state) this.check();
  }

  check() {
    assert.ok(this.wire.length <= 1, "two requests in flight");
    if (this.state.gate !== "READONLY") assert.equal(this.state.sending && this.state.awaits === null, this.wire.length === 1);
    this.checkActivity();
    const { base } = this.state;
    if (this.state.name === "CLEAN" && base?.revision === this.server.revision) {
      assert.equal(hash(this.server.text), hash(this.text), "CLEAN, but the texts differ");
    }
    if (this.state.name === "CLEAN") assert.ok(this.history.has(this.text), "CLEAN, but the server never had it");
  }

  get waiting() {
    const { carry, request } = this.state;
    const isServed = request && this.receipts.has(request.key);
    return (carry?.typed ?? 0) + (request && !isServed ? request.activity.typed : 0) + this.meter;
  }

  /** Every typed word is in the ledger, or waits in exactly one place, or went with a text the writer gave up. */
  checkActivity() {
    assert.equal(this.ledger + this.dropped + this.waiting, this.typed, "activity was lost or counted twice");
  }

  recover() { this.send({ type: "recovered", now: this.now }); }
  capture({ for: reason }) {
    const activity = { ...noActivity(), typed: this.meter };
    if (reason === "save") this.meter = 0;
    this.send({ type: "captured", for: reason, seq: this.state.seq, content: this.text, key: `k${(this.keys += 1)}`, activity, now: this.now });
  }
  journal({ entry }) {
    this.disk.put(entry, (durable) => this.send({ type: "journaled", seq: entry.seq, durable, key: entry.request?.key }));
  }
  forget({ seq }) { this.disk.forget(seq); }
  check_user() { this.userAsked = true; }
  fetch_head() { this.headAsked = true; }
  fetch_merge({ final = false }) { this.mergeAsked = { final, seq: this.state.seq, text: this.text }; }
  keep({ seq }) { this.keeping = { seq, text: this.text }; }
  show({ head, isOwn }) {
    const isKept = this.state.gate && this.disk.entry?.content === this.text;
    assert.ok(isKept || this.history.has(this.text), "typed text was replaced before the server had it");
    if (!isOwn) this.dropped = this.typed - this.ledger;
    if (!isOwn) this.meter = 0;
    this.text = head.content;
  }
  transmit({ request }) {
    const known = this.bodies.get(request.key);
    assert.ok(known === undefined || known === request.body, "a key went out with two bodies");
    this.bodies.set(request.key, request.body);
    this.wire.push(request);
  }

  type() {
    if (["LOADING", "RECOVERING", "READONLY"].includes(this.state.name)) return;
    this.typed += 1;
    this.meter += 1;
    this.text += ` w${this.typed}`;
    this.send({ type: "edited", now: this.now });
  }

  /** Something reaches the server or not, and its answer comes back or not. */
  deliver() {
    const request = this.wire.shift();
    if (!request) return;
    const at = { key: request.key, now: this.now, random: this.random() };
    const arrives = this.isReachable && this.random() < 0.9;
    const answer = arrives ? (this.random() < 0.1 ? [503, null] : this.serve(request)) : null;
    if (!answer || this.random() < 0.1) return this.send({ type: "lost", ...at });
    this.send({ type: "answered", status: answer[0], body: answer[1], retryAfter: answer[0] === 503 ? 2_000 : 0, ...at });
  }

  /** The other text joined with the one that was asked with; one clash, always the same one. */
  merged() {
    if (!this.mergeAsked) return;
    const { final, seq, text } = this.mergeAsked;
    this.mergeAsked = null;
    if (!this.isReachable) return this.send({ type: "head_failed", final, now: this.now });
    const { revision, text: theirs } = this.server;
    const merge = { clashes: 1, parts: [{ kind: "clash", html: "", mine: text, theirs }] };
    const head = { revision, hash: hash(theirs).slice(0, 8), content: theirs };
    this.send({ type: "head", now: this.now, head, merge, merged: `${theirs} | ${text}`, seq, final });
  }

  head() {
    this.merged();
    if (!this.headAsked) return;
    this.headAsked = false;
    if (!this.isReachable) return this.send({ type: "head_failed", now: this.now });
    const { revision, text } = this.server;
    this.send({ type: "head", now: this.now, head: { revision, hash: hash(text).slice(0, 8), content: text } });
  }

  finishKeeping() {
    if (!this.keeping) return;
    const { seq, text } = this.keeping;
    this.keeping = null;
    if (!this.isReachable) return this.send({ type: "keep_failed", reason: "unreachable" });
    this.history.add(text);
    this.send({ type: "kept", seq, now: this.now });
  }

  choose() {
    const choice = ["mine", "theirs", "chapter", "merged"][Math.floor(this.random() * 4)];
    this.send({ type: "chosen", choice });
  }

  anything() {
    if (this.random() < 0.6) this.disk.work();
    if ((this.keeping || this.mergeAsked) && this.random() < 0.3) return this.keeping ? this.finishKeeping() : this.merged();
    this.now += Math.floor(this.random() * 700);
    const dare = this.random() * 100;
    if (dare < 35) this.type();
    else if (dare < 60) this.send({ type: "tick", now: this.now });
    else if (dare < 78) this.deliver();
    else if (dare < 82) this.send({ type: "save_now", now: this.now });
    else if (dare < 86) this.head();
    else if (dare < 89) this.choose();
    else if (dare < 92) this.finishKeeping();
    else this.misfortune(dare);
  }

  /** Rare troubles, and their likelier ends. */
  misfortune(dare) {
    const share = (dare - 92) / 8;
    if (share < 0.02) this.write(`${this.server.text} e${this.server.revision}`);
    else if (share < 0.05) this.isReachable = false;
    else if (share < 0.08) this.isSignedIn = false;
    else if (share < 0.1) this.isFull = true;
    else if (share < 0.15) this.send({ type: "offline" });
    else if (share < 0.3) this.comeBack();
    else if (share < 0.5) this.isSignedIn = true;
    else if (share < 0.6) this.isFull = false;
    else if (share < 0.75) this.send({ type: "visible", now: this.now });
    else if (share < 0.85) this.send({ type: "elsewhere", revision: this.server.revision });
    else this.answerUser();
  }

  comeBack() {
    this.isReachable = true;
    this.send({ type: "online", now: this.now });
  }

  answerUser() {
    if (!this.userAsked) return;
    this.userAsked = false;
    this.send({ type: "user", is: this.isSignedIn ? this.user : "none" });
  }

  /** All is well again and nobody does anything: only timers run and answers arrive. */
  heal() {
    this.isReachable = this.isSignedIn = true;
    this.isFull = false;
    this.random = () => 0.5;
    this.send({ type: "online", now: this.now });
    for (let i = 0; i < 200; i += 1) {
      this.now = Math.max(this.now, wakeAt(this.state) ?? this.now);
      this.settle();
      this.send({ type: "tick", now: this.now });
      this.deliver();
      this.head();
      this.finishKeeping();
    }
  }
  settle() { this.disk.workAll(); }
}
