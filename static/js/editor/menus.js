/**
 * The only tools in sight: a small bar at the selection, and the sheet of the permanent "Format" button for keyboard
 * and touch. Both are toolbars of the same buttons; Escape leaves them.
 */

import { BLOCKS, linkAt, MARKS, setLink, STEPS } from "./formats.js";
import { linkOf } from "./schema.js";
import { CHAIN, sign, SPEECH } from "./signs.js";

export class Menus {
  constructor(host, wording, textView) {
    this.host = host;
    this.wording = wording;
    this.text = textView;
    this.formatButton = host.querySelector("[data-format]");
    this.bar = this.#toolbar("format-bar", [MARKS]);
    this.sheet = this.#toolbar("format-sheet", [BLOCKS, MARKS, STEPS]);
    this.listeners = new AbortController();
    this.#listen();
  }

  #listen() {
    const { signal } = this.listeners;
    this.formatButton.hidden = false;
    this.formatButton.addEventListener("click", () => this.#toggleSheet(), { signal });
    document.addEventListener("pointerup", () => requestAnimationFrame(() => this.update()), { signal });
    window.addEventListener("resize", () => this.update(), { signal });
    this.host.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.leave()) event.stopPropagation(); }, { signal });
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.sheet.contains(target) && !this.formatButton.contains(target)) this.#closeSheet();
    }, { signal });
  }

  #toolbar(name, groups) {
    const bar = document.createElement("div");
    bar.className = `formats ${name}`;
    bar.hidden = true;
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", this.wording.say("format"));
    for (const formats of groups) {
      const group = Object.assign(document.createElement("div"), { className: "formats__group" });
      group.append(...formats.map((format) => this.#button(format)));
      if (formats === MARKS) group.append(this.#linkButton(), this.#commentButton());
      bar.append(group);
    }
    bar.append(this.#linkForm());
    bar.addEventListener("mousedown", (event) => { if (!event.target.closest("input")) event.preventDefault(); });
    bar.addEventListener("keydown", (event) => moveAlong(bar, event));
    bar.addEventListener("focusin", ({ target }) => stopAt(bar, target));
    stopAt(bar, bar.querySelector("button"));
    this.host.append(bar);
    return bar;
  }

  #button({ name, sign, run, isOn }) {
    const button = this.#plainButton(name, sign);
    button.isOn = isOn;
    button.addEventListener("click", () => {
      const { view } = this.text;
      run(view.state, view.dispatch);
      view.focus();
    });
    return button;
  }

  #plainButton(name, sign) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `formats__button formats__button--${name}`;
    button.textContent = sign;
    button.title = this.wording.say(name);
    button.setAttribute("aria-label", button.title);
    return button;
  }

  #linkButton() {
    const button = this.#plainButton("link", "");
    button.append(sign(CHAIN));
    button.isOn = (state) => linkAt(state) !== "";
    button.addEventListener("click", () => {
      const form = button.closest(".formats").querySelector("form");
      form.hidden = !form.hidden;
      form.elements.href.value = linkAt(this.text.view.state);
      if (!form.hidden) form.elements.href.focus();
    });
    return button;
  }

  #commentButton() {
    const button = this.#plainButton("comment", "");
    button.append(sign(SPEECH));
    button.addEventListener("click", () => this.host.dispatchEvent(new Event("comment")));
    return button;
  }

  /** An empty address takes the link away. */
  #linkForm() {
    const form = document.createElement("form");
    form.className = "formats__link";
    form.hidden = true;
    const field = document.createElement("input");
    Object.assign(field, { type: "text", name: "href", inputMode: "url", placeholder: "https://", autocomplete: "off" });
    field.setAttribute("aria-label", this.wording.say("link_address"));
    const set = document.createElement("button");
    Object.assign(set, { className: "formats__set", textContent: this.wording.say("link_set") });
    form.append(field, set);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#link(form, field);
    });
    return form;
  }

  #link(form, field) {
    const typed = field.value.trim();
    const address = /^[a-z][a-z0-9+.-]*:/i.test(typed) || !typed ? typed : `https://${typed}`;
    const link = linkOf(address);
    field.setAttribute("aria-invalid", String(Boolean(typed) && !link));
    if (typed && !link) return;
    const { view } = this.text;
    setLink(link ? link.href : null)(view.state, view.dispatch);
    form.hidden = true;
    view.focus();
  }

  /** Called after every transaction. */
  update() {
    const { state } = this.text.view;
    const isWanted = !state.selection.empty && this.text.view.hasFocus() && this.sheet.hidden;
    const isTyping = this.bar.contains(document.activeElement);
    this.bar.hidden = !isWanted && !(isTyping && !state.selection.empty);
    if (!this.bar.hidden) this.#place(state.selection);
    for (const bar of [this.bar, this.sheet]) if (!bar.hidden) mark(bar, state);
  }

  /** Above the selection, or below it where there is no room; always inside the window. */
  #place({ from, to }) {
    const { view } = this.text;
    const [start, end] = [view.coordsAtPos(from), view.coordsAtPos(to)];
    const { offsetWidth: width, offsetHeight: height } = this.bar;
    const middle = start.top === end.top ? (start.left + end.left) / 2 : (start.left + view.dom.getBoundingClientRect().right) / 2;
    const left = Math.min(Math.max(8, middle - width / 2), document.documentElement.clientWidth - width - 8);
    const top = start.top - height - 10 > 0 ? start.top - height - 10 : end.bottom + 10;
    const frame = this.host.getBoundingClientRect();
    this.bar.style.left = `${left - frame.left}px`;
    this.bar.style.top = `${top - frame.top}px`;
  }

  #toggleSheet() {
    if (!this.sheet.hidden) return this.#closeSheet();
    this.sheet.hidden = false;
    this.formatButton.setAttribute("aria-expanded", "true");
    this.update();
    this.sheet.querySelector("button").focus();
  }

  #closeSheet() {
    this.sheet.hidden = true;
    this.formatButton.setAttribute("aria-expanded", "false");
  }

  /** @returns {boolean} whether there was a menu to leave */
  leave() {
    const wasOpen = !this.sheet.hidden || !this.bar.hidden;
    this.#closeSheet();
    this.bar.hidden = true;
    if (wasOpen) this.text.focus();
    return wasOpen;
  }

  close() {
    this.listeners.abort();
    this.bar.remove();
    this.sheet.remove();
  }
}

function mark(bar, state) {
  for (const button of buttonsOf(bar)) {
    if (button.isOn) button.setAttribute("aria-pressed", String(button.isOn(state)));
  }
}

/** A toolbar is one stop; arrows move along it. */
function moveAlong(bar, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || event.altKey || event.target.tagName !== "BUTTON") return;
  const buttons = buttonsOf(bar);
  event.preventDefault();
  buttons.at((buttons.indexOf(event.target) + step) % buttons.length).focus();
}

/** Of its buttons one takes the Tab key: the first, then the last that had the focus. */
function stopAt(bar, button) {
  const buttons = buttonsOf(bar);
  if (buttons.includes(button)) for (const each of buttons) each.tabIndex = each === button ? 0 : -1;
}

const buttonsOf = (bar) => [...bar.querySelectorAll("button.formats__button")];
