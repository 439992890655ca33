/**
 * The switches beside the chapter. Smart typing and the width of the focus are remembered in this browser; focus and the typewriter line begin as
 * the writer's settings say, which the server has put into their boxes, and last as long as the page.
 */

import { recall, remember } from "./choices.js";

const SMART = "nexus.smart-typing";
const SENTENCE = "nexus.one-sentence";

export class Switches {
  constructor(host) {
    this.host = host;
    const box = (name) => host.querySelector(`[data-choice="${name}"]`);
    [this.smart, this.focus, this.typewriter, this.sentence] = ["smart", "focus", "typewriter", "sentence"].map(box);
    this.smart.checked = recall(SMART) !== "off";
    this.sentence.checked = recall(SENTENCE) === "on";
    this.#wear();
  }

  get isSmart() {
    return this.smart.checked;
  }

  /** Only the sentence, not the paragraph. */
  get isNarrow() {
    return this.focus.checked && this.sentence.checked;
  }

  get isTypewriter() {
    return this.typewriter.checked;
  }

  toggleFocus() {
    this.focus.checked = !this.focus.checked;
    this.#wear();
  }

  /** @param {AbortSignal} signal @param {() => void} onFocus called when focus narrows or widens */
  listen(signal, onFocus) {
    this.onFocus = onFocus;
    this.sentence.addEventListener("change", () => remember(SENTENCE, this.sentence.checked ? "on" : "off"), { signal });
    this.smart.addEventListener("change", () => remember(SMART, this.isSmart ? "on" : "off"), { signal });
    for (const box of [this.focus, this.typewriter, this.sentence]) box.addEventListener("change", () => this.#wear(), { signal });
  }

  #wear() {
    this.host.classList.toggle("is-focusing", this.focus.checked);
    this.host.classList.toggle("is-typewriter", this.isTypewriter);
    this.host.classList.toggle("is-narrow", this.isNarrow);
    this.onFocus?.();
  }
}
