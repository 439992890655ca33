/**
 * Synopsis and notes beside the text, saved as one types. What is said to be saved is; what was changed elsewhere is
 * never written over but shown next to hers; whatever goes wrong, her words stay in the field.
 */

import { ask, reasonOf } from "./asking.js";

const PAUSE = 1_000;
const LIMIT = 10_000;
const AGAIN = 5_000;
const STALE = 412;
const FIELDS = ["synopsis", "notes"];

export class Notes {
  #timer = null;
  #since = null;
  #isBusy = false;

  /** @param {{form: HTMLFormElement, url: string, wording: any, signal: AbortSignal}} parts */
  constructor({ form, url, wording, signal }) {
    Object.assign(this, { form, url, wording });
    this.state = form.querySelector(".beside__state");
    this.clash = form.querySelector(".beside__clash");
    this.version = Number(form.elements.version.defaultValue);
    this.times = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.saved = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].defaultValue]));
    form.addEventListener("input", () => this.#typed(), { signal });
    form.addEventListener("change", () => this.save(), { signal });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.save(); }, { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    // A browser may fill in what stood here before a reload: which of both counts is not for a script to say.
    if (this.isUnsaved) this.#show(Object.keys(this.#changed()), this.saved);
  }

  get isUnsaved() {
    return FIELDS.some((name) => this.form.elements[name].value !== this.saved[name]);
  }

  #typed() {
    if (!this.clash.hidden) return;
    this.#say(this.isUnsaved ? "editing" : "");
    this.#since ??= Date.now();
    this.#later(Math.max(0, Math.min(PAUSE, this.#since + LIMIT - Date.now())));
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    clearTimeout(this.#timer);
    if (!this.isUnsaved || this.#isBusy || !this.clash.hidden) return;
    this.#isBusy = true;
    this.#since = null;
    const sent = this.#changed();
    this.#say("saving");
    const answer = await ask("PATCH", this.url, { json: { ...sent, notes_version: this.version } });
    this.#isBusy = false;
    if (answer?.ok) this.#acknowledged(sent, answer.body);
    else if (answer?.status === STALE) await this.#look();
    else this.#failed(answer);
  }

  #changed() {
    const { elements } = this.form;
    return Object.fromEntries(FIELDS.filter((name) => elements[name].value !== this.saved[name]).map((name) => [name, elements[name].value]));
  }

  #acknowledged(sent, body) {
    Object.assign(this.saved, sent);
    this.version = body.notes_version;
    if (this.isUnsaved) return this.#typed();
    this.#say("saved", { time: this.times.format(new Date()) });
  }

  /** A refusal says why and waits; no answer is tried again. */
  #failed(answer) {
    this.#say("notes_failed", { reason: reasonOf(answer, this.wording) }, "red");
    if (!answer || answer.status >= 500 || answer.status === 429) this.#later(Math.max(AGAIN, answer?.retryAfter ?? 0));
  }

  /** What stands there now: only what she changed and somebody else did too is a question. */
  async #look() {
    const answer = await ask("GET", this.url);
    if (!answer?.ok) return this.#failed(answer);
    const theirs = answer.body;
    this.version = theirs.notes_version;
    const asked = FIELDS.filter((name) => this.#isClash(name, theirs[name]));
    if (!asked.length) return this.save();
    this.#show(asked, theirs);
  }

  #isClash(name, theirs) {
    const field = this.form.elements[name];
    const [head, known, hers] = [theirs, this.saved[name], field.value].map(name === "synopsis" ? oneLine : String);
    const isHers = field.value !== this.saved[name];
    if (isHers && head !== known && head !== hers) return true;
    this.saved[name] = theirs;
    if (!isHers) field.value = theirs;
    return false;
  }

  #show(names, theirs) {
    const parts = names.map((name) => this.#question(name, theirs[name]));
    this.clash.replaceChildren(element("p", this.wording.say("notes_clash")), ...parts);
    this.clash.hidden = false;
    this.#say("conflict", {}, "red");
  }

  #question(name, theirs) {
    const field = this.form.elements[name];
    const part = element("div", "");
    const both = () => [theirs, field.value].filter(Boolean).join(name === "notes" ? "\n\n" : " ");
    const choices = { notes_mine: () => field.value, notes_theirs: () => theirs, notes_both: both };
    const buttons = Object.entries(choices).map(([word, choose]) => {
      const button = Object.assign(element("button", this.wording.say(word)), { type: "button", className: "button" });
      button.addEventListener("click", () => this.#chosen(part, name, theirs, choose()));
      return button;
    });
    part.append(element("strong", field.labels[0].textContent), element("blockquote", theirs || "–"), ...buttons);
    return part;
  }

  #chosen(part, name, theirs, value) {
    this.form.elements[name].value = value;
    this.saved[name] = theirs;
    part.remove();
    if (this.clash.querySelector("button")) return;
    this.clash.hidden = true;
    this.form.elements[name].focus();
    this.#say("");
    this.save();
  }

  #say(word, values = {}, tone = "calm") {
    this.state.dataset.tone = tone;
    this.state.textContent = word && this.wording.say(word, values);
  }
}

/** So the server writes a synopsis. */
const oneLine = (text) => text.split(/\s+/).filter(Boolean).join(" ");

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
