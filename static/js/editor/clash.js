/**
 * A conflict, below the text: both texts joined by the server, where they clash side by side, and what shall become of
 * them. The text itself stays open above, so typing goes on, and "yours" follows along.
 */

import { asksTheSame, looksTheSame } from "./merge-parts.js";
import { element, MergeView } from "./merge-view.js";

/** So many stretches fill several screens. */
const MANY = 12;
const CHOICES = { merged: "keep_merged", mine: "keep_mine", theirs: "keep_theirs", chapter: "keep_both" };

export class Clash {
  #merge = null;
  #picks = [];

  /**
   * @param {HTMLElement} host
   * @param {{choose: (choice: string, choices: string[]) => void, copy: (html: string, button: any) => void, download: (html: string) => void}} actions
   */
  constructor(host, wording, textView, actions) {
    Object.assign(this, { host, wording, text: textView, actions });
  }

  /** @param {any} state of the save machine */
  show(state) {
    const conflict = state.gate === "CONFLICT" ? state.conflict : null;
    if (!conflict?.merge) return this.#remove();
    if (!this.panel) this.#build();
    if (!this.#merge || !looksTheSame(this.#merge, conflict.merge)) this.#put(conflict.merge);
    for (const control of this.panel.querySelectorAll("[data-choice], fieldset")) control.disabled = Boolean(conflict.keeping);
    this.failed.hidden = !conflict.failed;
    this.failed.textContent = conflict.failed ? this.wording.say(conflict.failed) : "";
  }

  focus() {
    this.panel?.scrollIntoView({ block: "start" });
    this.panel?.focus({ preventScroll: true });
  }

  #remove() {
    this.panel?.remove();
    this.panel = this.#merge = null;
    this.#picks = [];
  }

  #build() {
    this.panel = element("section", "clash clash--live");
    this.panel.tabIndex = -1;
    this.panel.setAttribute("aria-label", this.wording.say("clash_title"));
    this.lead = element("p", "lead");
    this.failed = element("p", "form__errors");
    this.failed.setAttribute("role", "alert");
    const header = element("header", "clash__head");
    const actions = this.#buttons();
    // Below fifty questions nobody would find them.
    this.shortcut = this.#button("to_choices", "link-button clash__shortcut", () => actions.querySelector("button").focus());
    const note = element("p", "clash__note", this.wording.say("clash_note"));
    header.append(element("h2", "", this.wording.say("clash_title")), this.lead, note, this.shortcut);
    this.place = element("div", "clash__place");
    this.panel.append(header, this.place, this.failed, actions);
    this.host.append(this.panel);
    this.panel.scrollIntoView({ block: "nearest" });
  }

  /** Choices made before stay made, where the same is asked again. */
  #put(merge) {
    const isKept = this.#merge && asksTheSame(this.#merge, merge);
    if (!isKept) this.#picks = Array(merge.clashes).fill("both");
    this.#merge = merge;
    this.lead.textContent = this.#sentence(merge);
    this.shortcut.hidden = merge.parts.length <= MANY;
    const focused = this.place.contains(document.activeElement) ? document.activeElement : null;
    this.place.replaceChildren(new MergeView(merge, this.wording, this.#picks).element);
    if (focused) (this.place.querySelector(`[name="${focused.name}"][value="${focused.value}"]`) ?? this.panel).focus({ preventScroll: true });
  }

  #sentence({ clashes, isBaseKnown }) {
    if (!clashes) return this.wording.say("merge_apart");
    const sentence = this.wording.count(clashes === 1 ? "merge_clash_one" : "merge_clash_many", clashes);
    return isBaseKnown ? sentence : `${sentence} ${this.wording.say("merge_baseless")}`;
  }

  #buttons() {
    const actions = element("p", "form__actions");
    for (const [choice, word] of Object.entries(CHOICES)) {
      const button = this.#button(word, choice === "merged" ? "button button--primary" : "button", () => this.actions.choose(choice, [...this.#picks]));
      button.dataset.choice = choice;
      actions.append(button);
    }
    actions.append(
      this.#button("copy_mine", "link-button", (button) => this.actions.copy(this.text.html(), button)),
      this.#button("download_mine", "link-button", () => this.actions.download(this.text.html())),
    );
    return actions;
  }

  #button(word, className, act) {
    const button = element("button", className, this.wording.say(word));
    button.type = "button";
    button.addEventListener("click", () => act(button));
    return button;
  }
}
