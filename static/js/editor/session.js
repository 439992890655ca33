/**
 * Carries out what the save machine asks for: the network, the clock, chance and the journal are here, the rules in
 * machine.js. Every write of the chapter's text goes through this one queue.
 */

import { newKey, request, Unreachable } from "../lib/http.js";
import { Courier } from "./courier.js";
import { askMerge, keepText } from "./keeping.js";
import { initial, isUnsaved, step, wakeAt } from "./machine.js";
import { Recovery } from "./recovery.js";
import { isReader } from "./recovery-steps.js";
import { Tabs } from "./tabs.js";

/** Browsers let a leaving page send about 64 kB. */
const KEEPALIVE = 60_000;
const AMBER_AFTER = 60_000;
/** So long a tab tries to save before it gives the chapter to another one. */
const LAST_SAVE = 2_500;

export class Session {
  state = initial();
  #timer = null;
  #keeping = null;

  /**
   * @param {{chapterId: string, storyId: string, userId: string, journal: any, meter: any, text: any, copyTitle: () => string,
   *          onState: (state: any) => void, onSaved: (activity: any, body: any) => void}} parts
   */
  constructor(parts) {
    Object.assign(this, parts);
    this.url = `/api/v1/chapters/${this.chapterId}`;
    const { chapterId, journal } = this;
    this.recovery = new Recovery({ url: this.url, chapterId, journal, html: () => this.text().html() });
    this.courier = new Courier({ vault: journal.vault, chapterId });
    this.tabs = new Tabs({
      chapterId,
      onTurn: () => this.dispatch({ type: "my_turn" }),
      onLost: () => this.dispatch({ type: "lock_lost" }),
      onAsked: () => this.#giveWay(),
      onSaved: (revision) => this.dispatch({ type: "elsewhere", revision }),
    });
  }

  get isUnsaved() {
    return isUnsaved(this.state);
  }

  dispatch(event) {
    const before = this.state;
    const [state, effects] = step(before, { now: Date.now(), ...event });
    this.state = state;
    if (state.base !== before.base) this.#noteBase(event, before);
    if (isReader(state) && !isReader(before)) this.journal.letGo();
    for (const effect of effects) this[`_${effect.do}`](effect);
    this.#schedule();
    this.onState(this.state);
  }

  close() {
    clearTimeout(this.#timer);
    this.tabs.close();
  }

  /** The page is hidden or left: everything goes out now. */
  leave() {
    this.dispatch({ type: "save_now" });
    this.dispatch({ type: "leaving" });
  }

  /** The text of `state.base`: to join texts by, should the server have let that revision go. */
  #noteBase({ type, entry, head }, { conflict, request }) {
    if (type === "loaded") this.baseContent = this.text().html();
    else if (type === "recovered") this.baseContent = entry.baseContent;
    else if (conflict) this.baseContent = conflict.head.content;
    else this.baseContent = type === "head" ? head.content : JSON.parse(request.body).content;
  }

  #schedule() {
    clearTimeout(this.#timer);
    const { tries, unsavedSince } = this.state;
    const amberAt = tries > 0 && unsavedSince ? unsavedSince + AMBER_AFTER : 0;
    const wakes = [wakeAt(this.state), amberAt > Date.now() ? amberAt : null].filter((at) => at !== null);
    if (!wakes.length) return;
    this.#timer = setTimeout(() => this.dispatch({ type: "tick" }), Math.max(0, Math.min(...wakes) - Date.now()));
  }

  async _recover() {
    const isFirst = this.tabs.isNew;
    if (!(await this.tabs.enter())) return this.dispatch({ type: "locked_out" });
    if (!isFirst) await this._fetch_head();
    this.dispatch({ type: "recovered", ...await this.recovery.look() });
    await this.#bringOthers();
  }

  /** What else this device keeps, of this chapter and of others. */
  async #bringOthers() {
    await this.recovery.handOver();
    await this.courier.run();
  }

  /** Draws what this device kept; none of it was typed just now. */
  _draft({ content }) {
    this.text().show(content);
  }

  /** @returns {Promise<boolean>} has another tab got the chapter? */
  async #giveWay() {
    this.dispatch({ type: "save_now" });
    const until = Date.now() + LAST_SAVE;
    while (this.isUnsaved && Date.now() < until) await moment();
    this.dispatch({ type: "lock_lost" });
    while (this.state.yielding) await moment();
    return isReader(this.state);
  }

  _capture({ for: reason }) {
    const activity = reason === "save" ? this.meter.take() : this.meter.peek();
    this.dispatch({ type: "captured", for: reason, seq: this.state.seq, content: this.text().html(), key: newKey(), activity });
  }

  async _journal({ entry }) {
    await this.journal.put(this.chapterId, { ...entry, baseContent: this.baseContent });
    this.dispatch({ type: "journaled", seq: entry.seq, durable: this.journal.durable, key: entry.request?.key });
  }

  async _forget({ seq }) {
    await this.journal.forget(this.chapterId, seq);
  }

  async _send({ request: { key, base, body, activity } }) {
    const headers = { "If-Match": `"${base.revision}-${base.hash}"`, "Idempotency-Key": key };
    const at = { key, random: Math.random() };
    let answer;
    try {
      const keepalive = new Blob([body]).size <= KEEPALIVE;
      answer = await request("PUT", `${this.url}/content`, { body, headers, keepalive });
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return this.dispatch({ type: "lost", ...at });
    }
    this.dispatch({ type: "answered", ...at, ...answer });
    if (!answer.ok || this.state.request?.key === key) return;
    this.onSaved(activity, answer.body);
    this.tabs.tellSaved(answer.body.revision);
    await this.#bringOthers();
  }

  async _fetch_head() {
    const answer = await this.#ask("GET", `${this.url}?as_html=true`);
    const base = /^(?:W\/)?"(\d+)-([0-9a-f]{8})"$/.exec(answer?.etag ?? "");
    if (!answer?.ok || !base) return this.dispatch({ type: "head_failed" });
    const head = { revision: Number(base[1]), hash: base[2], content: answer.body.content, savedAt: answer.body.updated_at };
    this.dispatch({ type: "head", head });
  }

  /** With `choices` for each clash, and `final`, this asks for the text they make of both. */
  async _fetch_merge({ choices, final = false }) {
    const { base, seq } = this.state;
    const answer = await askMerge(this.url, { content: this.text().html(), base, baseContent: this.baseContent, choices });
    this.dispatch(answer ? { type: "head", seq, final, ...answer } : { type: "head_failed", final });
  }

  /** The same key for the same text, so that trying again after a cut makes no second chapter. */
  async _keep({ choice, seq }) {
    const mine = this.text().html();
    const isSame = this.#keeping?.choice === choice && this.#keeping.mine === mine;
    this.#keeping = isSame ? this.#keeping : { choice, mine, key: newKey() };
    const theirs = this.state.conflict.head.content;
    const kept = await keepText(this, { ...this.#keeping, theirs, title: this.copyTitle() });
    this.dispatch(kept ? { type: "kept", seq } : { type: "keep_failed", reason: "keep_failed" });
  }

  /** A text of the writer's `own` making keeps what was counted of it. */
  _show({ head, isOwn = false }) {
    if (!isOwn) this.meter.take();
    this.text().show(head.content);
  }

  async _check_user() {
    const answer = await this.#ask("GET", "/api/v1/auth/me");
    if (!answer?.ok) return this.dispatch({ type: "user", is: "none" });
    this.dispatch({ type: "user", is: answer.body?.id === this.userId ? "same" : "other" });
  }

  async #ask(method, url) {
    try {
      return await request(method, url);
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    }
  }
}

const moment = () => new Promise((resolve) => { setTimeout(resolve, 40); });
