/**
 * The switches beside the chapter. Smart typing, the width of the focus and the height of the typewriter line are
 * remembered in this browser, whose window they fit; focus and the typewriter line begin as the writer's settings say, which the server has put into their boxes, and last as long as the page.
 */

import { recall, remember } from "./choices.js";

const SMART = "nexus.smart-typing";
const SENTENCE = "nexus.one-sentence";
const HEIGHT = "nexus.typewriter-height";

export class Switches {
  constructor(host) {
    this.host = host;
    const box = (name) => host.querySelector(`[data-choice="${name}"]`);
    [this.smart, this.focus, this.typewriter, this.sentence] = ["smart", "focus", "typewriter", "sentence"].map(box);
    this.smart.checked = recall(SMART) !== "off";
    this.sentence.checked = recall(SENTENCE) === "on";
    this.line = box("height");
    const known = [...this.line.options].find(({ value }) => value === recall(HEIGHT));
    if (known) known.selected = true;
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

  /** Of the typewriter line, as a share of the window's. */
  get height() {
    return Number(this.line.value);
  }

  toggleFocus() {
    this.focus.checked = !this.focus.checked;
    this.#wear();
  }

  /** @param {AbortSignal} signal @param {() => void} onFocus called when focus narrows or widens */
  listen(signal, onFocus) {
    this.onFocus = onFocus;
    this.sentence.addEventListener("change", () => remember(SENTENCE, this.sentence.checked ? "on" : "off"), { signal });
    this.line.addEventListener("change", () => remember(HEIGHT, this.line.value), { signal });
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
