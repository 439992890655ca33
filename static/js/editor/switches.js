/**
 * The switches beside the chapter. Smart typing is remembered in this browser; focus and the typewriter line begin as
 * the writer's settings say, which the server has put into their boxes, and last as long as the page.
 */

import { recall, remember } from "./choices.js";

const SMART = "nexus.smart-typing";

export class Switches {
  constructor(host) {
    this.host = host;
    const box = (name) => host.querySelector(`[data-choice="${name}"]`);
    [this.smart, this.focus, this.typewriter] = ["smart", "focus", "typewriter"].map(box);
    this.smart.checked = recall(SMART) !== "off";
    this.#wear();
  }

  get isSmart() {
    return this.smart.checked;
  }

  get isTypewriter() {
    return this.typewriter.checked;
  }

  toggleFocus() {
    this.focus.checked = !this.focus.checked;
    this.#wear();
  }

  listen(signal) {
    this.smart.addEventListener("change", () => remember(SMART, this.isSmart ? "on" : "off"), { signal });
    for (const box of [this.focus, this.typewriter]) box.addEventListener("change", () => this.#wear(), { signal });
  }

  #wear() {
    this.host.classList.toggle("is-focusing", this.focus.checked);
    this.host.classList.toggle("is-typewriter", this.isTypewriter);
  }
}
