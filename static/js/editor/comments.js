/**
 * Comments in the open chapter: their marks in the text, their cards in the panel, and what is done with them. What the
 * server has is shown as saved; what failed says so and keeps its words in the field.
 */

import { newKey } from "../lib/http.js";
import { ask, reasonOf } from "./asking.js";
import { CardLists } from "./comment-lists.js";
import { marking, marksIn, Page } from "./comment-marks.js";
import { goTo, passageAt, told } from "./comment-places.js";

const SETTLE = 400;
const STALE = 412;
const LONGEST = 5_000; // the server's own limit (stories/services/comments.py)

export class Comments {
  #timer = null;

  /** @param {{host: HTMLElement, url: string, wording: any, text: any, signal: AbortSignal}} parts */
  constructor({ host, url, wording, text, signal }) {
    Object.assign(this, { host, url: `${url}/comments`, wording, text, panel: new CardLists(host, wording) });
    this.#listen(signal);
    this.#settle();
  }

  get isUnsaved() {
    return this.panel.cards.some((card) => card.isUnsaved);
  }

  get #state() {
    return this.text.view.state;
  }

  #listen(signal) {
    const button = this.host.querySelector("[data-comment-new]");
    button.hidden = false;
    button.addEventListener("click", () => this.begin(), { signal });
    this.host.addEventListener("comment", () => this.begin(), { signal });
    this.host.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    for (const list of Object.values(this.panel.lists)) {
      list.addEventListener("submit", (event) => this.#onSubmit(event), { signal });
      list.addEventListener("click", (event) => this.#onClick(event), { signal });
    }
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** A new comment on the selected words, or the one the caret is in. */
  begin() {
    const { selection, doc } = this.#state;
    const [here] = selection.empty ? marksIn(this.#state, selection.from, selection.to) : [];
    const known = here && this.panel.named(here.id);
    if (known) return this.panel.open(known);
    const passage = passageAt(this.#state);
    const anchor = passage && new Page(doc).anchor(passage);
    if (!anchor || anchor.quote.length > LONGEST) return this.panel.tell(anchor ? "comment_too_long" : "comment_nothing");
    const card = this.panel.add(anchor);
    this.#mark([{ id: card.name, ...passage }]);
    this.panel.open(card);
  }

  /** Called after every transaction. */
  update() {
    const { from, to } = this.#state.selection;
    const here = new Set(marksIn(this.#state, from, to).map(({ id }) => id));
    for (const card of this.panel.cards) card.isCurrent = here.has(card.name);
    if (marksIn(this.#state).length === this.panel.waiting.length) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), SETTLE);
  }

  #mark(marks, gone = []) {
    this.text.view.dispatch(marking(this.#state, marks, gone));
  }

  /** Gives each comment that waits its mark, where its passage is in the text, and takes those away that wait no more. */
  #settle() {
    const known = new Set(marksIn(this.#state).map(({ id }) => id));
    const { waiting } = this.panel;
    const unmarked = waiting.filter((card) => !known.has(card.name));
    const page = unmarked.length ? new Page(this.#state.doc) : null;
    const found = unmarked.map((card) => ({ card, place: page.find(card.anchor) }));
    for (const { card, place } of found) card.isLost = !place;
    const gone = [...known].filter((name) => !waiting.some((card) => card.name === name));
    const marks = found.filter(({ place }) => place).map(({ card, place }) => ({ id: card.name, ...place }));
    if (marks.length || gone.length) this.#mark(marks, gone);
  }

  /** Once the text is on the server: tells it which words the comments stand at now. */
  async tell() {
    const marks = marksIn(this.#state);
    const page = marks.length ? new Page(this.#state.doc) : null;
    for (const mark of marks) {
      const card = this.panel.named(mark.id);
      const anchor = card?.id ? page.anchor(mark) : null;
      if (!anchor || anchor.quote === card.anchor.quote || anchor.quote.length > LONGEST) continue;
      const answer = await this.#ask("PATCH", card.id, { json: { anchor: told(page.reading, anchor) } });
      if (answer?.ok) card.anchor = anchor;
    }
  }

  /** Sends all that is typed and not on the server. */
  save() {
    for (const card of this.panel.cards) if (card.isUnsaved && card.field.value.trim()) this.#save(card);
  }

  async #save(card) {
    if (card.isBusy) return;
    card.isBusy = true;
    const text = card.field.value;
    // When nobody answered, the very same is sent again, so that it is one comment however often it arrives.
    if (card.attempt?.text !== text) card.attempt = { text, key: newKey(), body: JSON.stringify(this.#bodyOf(card, text)) };
    const answer = await this.#ask(card.id ? "PATCH" : "POST", card.id, card.attempt);
    card.isBusy = false;
    if (answer) card.attempt = null;
    if (answer?.status === STALE) return this.#showBoth(card);
    if (!answer?.ok) return this.#failed(card, answer);
    const isHere = card.item.contains(document.activeElement);
    this.#taken(card, answer.body, text);
    if (isHere && !card.edit.open) this.text.focus();
  }

  #bodyOf(card, text) {
    if (card.id) return { text, version: Number(card.form.elements.version.value) };
    const page = new Page(this.#state.doc);
    const mark = marksIn(this.#state).find(({ id }) => id === card.name);
    return { text, anchor: told(page.reading, (mark && page.anchor(mark)) ?? card.anchor) };
  }

  #taken(card, body, text = null) {
    const before = card.name;
    card.take(body, text);
    const marks = marksIn(this.#state).filter(({ id }) => id === before);
    if (before !== card.name) this.#mark(marks.map((mark) => ({ ...mark, id: card.name })), [before]);
    this.panel.place(card);
    this.#settle();
  }

  /** The other words are shown; saving once more puts hers in their place. */
  async #showBoth(card) {
    const answer = await this.#ask("GET");
    const head = answer?.body?.comments?.find(({ id }) => id === card.id);
    if (!head) return this.#failed(card, answer);
    card.form.elements.version.value = head.version;
    card.say(`${this.wording.say("comment_clash")}\n${head.text}`);
  }

  async #act(card, act) {
    if (act === "save") return card.field.value.trim() ? this.#save(card) : card.field.focus();
    if (act === "delete") return this.#delete(card);
    const answer = await this.#ask("PATCH", card.id, { json: { resolved: act === "resolve" } });
    return answer?.ok ? this.#taken(card, answer.body) : this.#failed(card, answer);
  }

  async #delete(card) {
    const answer = card.id ? await this.#ask("DELETE", card.id) : { ok: true };
    if (!answer?.ok && answer?.status !== 404) return this.#failed(card, answer);
    this.panel.drop(card);
    this.#settle();
    this.text.focus();
  }

  #failed(card, answer) {
    card.say(this.wording.say("notes_failed", { reason: reasonOf(answer, this.wording) }));
  }

  #onSubmit(event) {
    event.preventDefault();
    this.#act(this.panel.holding(event.target), event.submitter?.value ?? "save");
  }

  #onClick(event) {
    const card = event.target.closest(".comment__quote") && this.panel.holding(event.target);
    if (!card) return;
    event.preventDefault();
    const mark = marksIn(this.#state).find(({ id }) => id === card.name);
    if (mark) goTo(this.text, this.panel.fold, mark);
  }

  #onKey(event) {
    const card = this.panel.cards.find(({ field }) => field === event.target);
    if (event.isComposing) return;
    if (event.key === "F2") {
      event.preventDefault();
      if (card) this.text.focus();
      else this.begin();
    } else if (card && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      this.#act(card, "save");
    } else if (card && event.key === "Escape") {
      event.stopImmediatePropagation(); // the fold stays open
      if (!card.isUnsaved && !card.id) this.#delete(card);
      else card.edit.open = card.isUnsaved;
      this.text.focus();
    }
  }

  #ask(method, id = "", sent = {}) {
    return ask(method, id ? `${this.url}/${id}` : this.url, sent);
  }
}
