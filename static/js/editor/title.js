/** The chapter's title: its own save, so that a rename never makes the text stale, nor the other way round. */

import { request, Unreachable } from "../lib/http.js";

const PAUSE = 800;
const AGAIN = 5_000;

export class Title {
  #timer = null;
  #isBusy = false;

  /** @param {{url: string, field: HTMLTextAreaElement, note: HTMLElement, failed: string, onEnter: () => void, onSaved: (title: string) => void}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.saved = this.field.value;
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.field.addEventListener("input", () => { this.#keepToOneLine(); this.#later(PAUSE); }, { signal });
    this.field.addEventListener("change", () => { this.#refill(); this.save(); }, { signal });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.save();
      this.onEnter();
    }, { signal });
  }

  get isUnsaved() {
    return this.field.value.trim() !== this.saved.trim() && this.field.value.trim() !== "";
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    clearTimeout(this.#timer);
    if (!this.isUnsaved) this.#say("");
    if (!this.isUnsaved || this.#isBusy) return;
    this.#isBusy = true;
    const title = this.field.value;
    const answer = await this.#send(title);
    this.#isBusy = false;
    this.#tell(answer, title);
    if (this.isUnsaved && this.field.value !== title) this.#later(PAUSE);
  }

  async #send(title) {
    try {
      return await request("PATCH", this.url, { json: { title }, keepalive: true });
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    }
  }

  /** A refusal (such as a title already used) says why and waits; no answer is tried again. */
  #tell(answer, title) {
    if (answer?.ok) {
      this.saved = title;
      this.onSaved(answer.body?.title ?? title);
    }
    const reason = answer ? (answer.body?.errors?.[0]?.message ?? answer.body?.detail ?? this.failed) : this.failed;
    this.#say(answer?.ok ? "" : reason);
    if (!answer || answer.status >= 500) this.#later(AGAIN);
  }

  /** A long title wraps, and what is pasted into it has no lines of its own. */
  #keepToOneLine() {
    if (this.field.value.includes("\n")) this.field.value = this.field.value.replace(/\s*\n\s*/g, " ");
    this.field.parentElement.dataset.title = this.field.value;
  }

  /** A chapter always has a title: an emptied field gets the one the server has. */
  #refill() {
    if (!this.field.value.trim()) this.field.value = this.saved;
    this.#keepToOneLine();
  }

  #say(reason) {
    this.note.hidden = !reason;
    this.note.textContent = reason;
    this.field.setAttribute("aria-invalid", String(Boolean(reason)));
  }

  close() {
    clearTimeout(this.#timer);
    this.listeners.abort();
  }
}
