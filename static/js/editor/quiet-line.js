/** The quiet line: words, today, share of today, and the chip that says where the text is. */

import { chipOf, momentOf } from "./chip.js";
import { isReader } from "./recovery-steps.js";
import { TodaysWords } from "./todays-words.js";

export class QuietLine {
  #spoken = "";

  constructor(host, wording, actions) {
    this.wording = wording;
    this.actions = actions;
    this.parts = Object.fromEntries(
      Array.from(host.querySelectorAll("[data-live]"), (part) => [part.dataset.live, part]),
    );
    this.today = new TodaysWords(Number(host.dataset.today));
    this.goal = Number(host.dataset.goal) || 0;
    this.language = document.documentElement.lang || "en";
  }

  showWords(words) {
    const { wording, parts } = this;
    put(parts["words-line"], wording.count(words === 1 ? "words_one" : "words_many", words));
    if (parts.words) put(parts.words, wording.numbers.format(words));
    this.showToday();
  }

  showToday() {
    const { wording, parts, goal } = this;
    const today = this.today.shown;
    put(parts["today-line"], wording.count("today", today));
    parts["share-line"].hidden = !goal;
    if (goal) put(parts["share-line"], wording.count("share", Math.floor((today * 100) / goal)));
  }

  /** From the server's `counts`: the ledger's own number, and the save in flight that it may include. */
  setToday(words, goal, inFlight) {
    this.today.counted(words, inFlight);
    if (goal !== undefined) this.goal = goal ?? 0;
    this.showToday();
  }

  showState(state) {
    const { parts } = this;
    const chip = chipOf(state, Date.now());
    const sentence = this.#sentence(chip);
    parts.chip.dataset.tone = chip.tone;
    parts.chip.dataset.state = state.name;
    const isNew = parts.chip.textContent !== sentence;
    if (isNew) parts.chip.replaceChildren(chip.key === "auth" ? this.#button("sign_in", sentence) : sentence);
    this.#speak(chip, sentence);
    if (isNew || parts.rescue.dataset.for !== state.name) this.#offerRescue(state, chip);
  }

  #sentence({ key, reason, at }) {
    const { wording } = this;
    if (key === "stopped") return wording.has(reason) ? wording.say(reason) : String(reason);
    // Writing out a time is dear, and this is asked at each key.
    const time = key === "saved" && at ? momentOf(at, Date.now(), this.language) : "";
    return wording.say(key, { time }).trim();
  }

  /** A screen reader hears what matters, not every keystroke. */
  #speak({ key }, sentence) {
    const isNews = !["editing", "saving", "opening"].includes(key) && sentence !== this.#spoken;
    if (isNews) this.parts["chip-spoken"].textContent = this.#spoken = sentence;
  }

  #offerRescue(state, chip) {
    const { rescue } = this.parts;
    rescue.dataset.for = state.name;
    const names = chip.rescue ? ["again", "copy", "download"] : [];
    if (state.name === "READONLY") names.push(isReader(state) ? "write_here" : "retry");
    if (state.name === "CONFLICT") names.push("see_both");
    rescue.replaceChildren(...names.map((name) => this.#button(name)));
  }

  #button(name, sentence = this.wording.say(name)) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "link-button", textContent: sentence });
    button.addEventListener("click", () => this.actions[name](button));
    return button;
  }
}

/** Text that stands there already is left alone: put there anew at each key, it would be laid out and painted anew. */
function put(part, text) {
  if (part.textContent !== text) part.textContent = text;
}
