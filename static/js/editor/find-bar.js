/**
 * The bar of find and replace (templates/stories/_chapter_find.html): Ctrl+F in the text opens it, Ctrl+F in the bar is
 * the browser's own. The text keeps its place; Escape goes back to it, the current hit selected.
 */

import { TextSelection } from "../../vendor/editor.js";
import { finding, lookFor, replacing, replacingOne, stepTo } from "./find-state.js";
import { patternOf } from "./find-words.js";

export { findMarks } from "./find-state.js";

export class FindBar {
  /** @param {HTMLElement} host @param {any} wording @param {any} text @param {AbortSignal} signal */
  constructor(host, wording, text, signal) {
    Object.assign(this, { host, wording, text });
    this.form = host.querySelector("[data-find]");
    this.fields = this.form.elements;
    this.status = this.form.querySelector("[data-find-count]");
    host.addEventListener("keydown", (event) => this.#onHostKey(event), { signal });
    this.form.addEventListener("keydown", (event) => this.#onBarKey(event), { signal });
    this.form.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.form.addEventListener("input", ({ target }) => { if (target !== this.fields.replacement) this.#look(); }, { signal });
    this.form.addEventListener("click", ({ target }) => this.#onClick(target.closest("button")), { signal });
    host.querySelector("[data-find-open]")?.addEventListener("click", ({ target }) => {
      target.closest("details").open = false;
      this.open();
    }, { signal });
  }

  get #view() {
    return this.text.view;
  }

  open() {
    const { from, to, $from, $to } = this.#view.state.selection;
    const selected = $from.sameParent($to) ? this.#view.state.doc.textBetween(from, to, "\n", "\n") : "";
    if (selected && selected.length <= this.fields.find.maxLength && !selected.includes("\n")) this.fields.find.value = selected;
    this.form.hidden = false;
    this.fields.find.focus();
    this.fields.find.select();
    this.#look();
  }

  close() {
    const { state } = this.#view;
    const { hits, at } = finding(state);
    const tr = lookFor(state, null);
    if (at >= 0) tr.setSelection(TextSelection.create(state.doc, hits[at].from, hits[at].to));
    this.form.hidden = true;
    this.#view.dispatch(tr);
    this.text.focus();
  }

  /** Called after every transaction. */
  update() {
    if (this.form.hidden) return;
    const { hits, at } = finding(this.#view.state);
    const isAny = hits.length > 0;
    for (const button of this.form.querySelectorAll("[data-step]")) button.disabled = !isAny;
    for (const button of this.form.querySelectorAll("[data-replace]")) button.disabled = !isAny || !this.text.isEditable;
    const { numbers } = this.wording;
    const values = { n: numbers.format(at + 1), all: numbers.format(hits.length) };
    const empty = this.fields.find.value ? this.wording.say("find_none") : "";
    this.#say(isAny ? this.wording.say("find_count", values) : empty);
  }

  #say(sentence) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  #look() {
    const { find, match_case: matchCase, whole_words: wholeWords } = this.fields;
    const options = { matchCase: matchCase.checked, wholeWords: wholeWords.checked };
    this.#view.dispatch(lookFor(this.#view.state, find.value ? patternOf(find.value, options) : null));
    this.#showHere();
  }

  #step(by) {
    const tr = stepTo(this.#view.state, by);
    if (!tr) return;
    this.#view.dispatch(tr);
    this.#showHere();
  }

  #replace(which) {
    const { state } = this.#view;
    const { hits } = finding(state);
    const words = this.fields.replacement.value;
    const tr = which === "all" ? replacing(state, hits, words) : replacingOne(state, words);
    if (!tr || !this.text.isEditable) return;
    this.#view.dispatch(tr);
    if (which === "all") this.#say(this.wording.count("find_replaced", hits.length));
    this.#showHere();
  }

  /** In the middle of the window, so that neither this bar nor the quiet line covers it. */
  #showHere() {
    this.#view.dom.querySelector(".found--here")?.scrollIntoView({ block: "center" });
  }

  #onClick(button) {
    if (button?.dataset.step) this.#step(Number(button.dataset.step));
    if (button?.dataset.replace) this.#replace(button.dataset.replace);
    if (button && "findClose" in button.dataset) this.close();
  }

  #onHostKey(event) {
    const { key, altKey, ctrlKey, metaKey, shiftKey, target } = event;
    const isInBar = this.form.contains(target);
    if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "f" && !isInBar) {
      event.preventDefault();
      this.open();
    } else if (key === "F3" && !this.form.hidden) {
      event.preventDefault();
      this.#step(shiftKey ? -1 : 1);
    } else if (key === "Escape" && !this.form.hidden && !event.isComposing && this.#view.dom.contains(target)) {
      event.stopPropagation();
      this.close();
    }
  }

  #onBarKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Enter" && event.target === this.fields.find) {
      event.preventDefault();
      this.#step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Enter" && event.target === this.fields.replacement) {
      event.preventDefault();
      this.#replace("one");
    }
  }
}
