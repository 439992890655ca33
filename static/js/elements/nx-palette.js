/**
 * <nx-palette>: Ctrl/Cmd+K opens a field that finds stories, chapters, passages and things to do; ? opens the keys.
 * Wraps templates/components/_palette.html; the form in it is the ordinary search, which Enter sends when nothing is chosen.
 */
import { Unreachable, request } from "../lib/http.js";
import { groupOf, isTyping, optionOf } from "./palette-items.js";

const PAUSE = 120;

class NxPalette extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    const { signal } = this.stop;
    [this.dialog, this.sheet] = this.querySelectorAll("dialog");
    this.words = this.querySelector("[role=combobox]");
    this.list = this.querySelector("[role=listbox]");
    this.said = this.querySelector("[data-said]");
    document.addEventListener("keydown", (event) => this.onPageKey(event), { signal });
    document.addEventListener("click", (event) => this.onPageClick(event), { signal });
    this.words.addEventListener("input", () => this.askSoon(), { signal });
    this.dialog.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.dialog.addEventListener("close", () => this.forget(), { signal });
    this.list.addEventListener("click", (event) => this.onChoice(event), { signal });
    this.querySelector("[data-shut]").addEventListener("click", () => this.dialog.close(), { signal });
    for (const dialog of [this.dialog, this.sheet]) {
      dialog.addEventListener("pointerdown", (event) => { if (event.target === dialog) dialog.close(); }, { signal });
    }
  }

  disconnectedCallback() {
    this.stop.abort();
    clearTimeout(this.timer);
  }

  onPageKey(event) {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "k") {
      event.preventDefault();
      this.open();
    } else if (key === "?" && !ctrlKey && !metaKey && !altKey && !isTyping(event)) {
      event.preventDefault();
      this.showKeys();
    }
  }

  /** The header's own link opens the palette, where there is one. */
  onPageClick(event) {
    const link = event.target.closest?.("[data-palette]");
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open();
  }

  open() {
    if (this.dialog.open || document.querySelector("dialog[open]")) return;
    this.dialog.showModal();
    this.words.value = "";
    this.isEntered = false;
    this.show([]);
    this.ask();
  }

  showKeys() {
    if (!document.querySelector("dialog[open]")) this.sheet.showModal();
  }

  forget() {
    clearTimeout(this.timer);
    this.list.replaceChildren();
  }

  askSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  /** Only the answer to what was typed last is shown; without an answer the things to do stay. */
  async ask() {
    clearTimeout(this.timer);
    const words = this.typed;
    let found = [];
    try {
      const answer = await request("GET", `${this.dataset.url}?${new URLSearchParams({ q: words })}`);
      found = answer.ok ? (answer.body?.items ?? []) : [];
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
    if (this.typed !== words || !this.dialog.open) return;
    this.show(found);
    if (this.isEntered) this.enter();
  }

  get typed() {
    return this.words.value.trim();
  }

  /** Typed faster than answered: Enter means what will be there, not what still is. */
  enter() {
    this.isEntered = this.shown !== this.typed;
    if (this.isEntered) this.ask();
    else if (this.chosen) this.chosen.click();
    else this.querySelector("form").requestSubmit();
  }

  show(found) {
    const words = this.typed;
    this.shown = words;
    const items = [...found, ...this.actions(words)];
    this.list.replaceChildren();
    let group = null;
    for (const [number, item] of items.entries()) {
      if (item.group !== group?.title) this.list.append((group = groupOf(item.group, number)).node);
      group.node.append(optionOf(item, number, this.querySelector("[data-item]")));
    }
    this.choose(words && items.length ? 0 : -1);
    this.said.textContent = items.length ? this.dataset.some.replace("{count}", items.length) : this.dataset.none;
  }

  /** Things to do that fit the words and make sense on this page; last, the search itself. */
  actions(words) {
    const { content, dataset } = this.querySelector("[data-actions]");
    const wanted = words.toLocaleLowerCase().split(/\s+/);
    const items = [...content.children]
      .filter(({ dataset: { press } }) => !press || document.querySelector(press))
      .filter(({ textContent }) => wanted.every((word) => textContent.toLocaleLowerCase().includes(word)))
      .map((link) => ({ group: dataset.group, title: link.textContent, note: "", url: link.getAttribute("href"), link }));
    if (!words) return items;
    const url = `${this.querySelector("form").action}?${new URLSearchParams({ q: words })}`;
    return [...items, { group: dataset.group, title: dataset.search.replace("{words}", () => words), note: "", url }];
  }

  onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.move(step);
    } else if (event.key === "Enter" && event.target === this.words && !event.isComposing) {
      event.preventDefault();
      this.enter();
    } else if (event.key === "Escape") {
      // At once, not after the field was emptied; and focus mode of the editor is none of its business.
      event.preventDefault();
      event.stopPropagation();
      this.dialog.close();
    }
  }

  move(step) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    const now = options.indexOf(this.chosen);
    const next = now < 0 && step < 0 ? options.length - 1 : now + step;
    this.choose((next + options.length) % options.length);
  }

  choose(number) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    this.chosen = options[number] ?? null;
    for (const option of options) option.setAttribute("aria-selected", String(option === this.chosen));
    if (this.chosen) this.words.setAttribute("aria-activedescendant", this.chosen.id);
    else this.words.removeAttribute("aria-activedescendant");
    this.chosen?.scrollIntoView({ block: "nearest" });
  }

  /** A link leaves as any link does, so that an open chapter is saved first. */
  onChoice(event) {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    const { press, sheet } = option.dataset;
    if (press || sheet !== undefined) event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    this.dialog.close();
    if (press) document.querySelector(press)?.click();
    if (sheet !== undefined) this.showKeys();
  }
}

customElements.define("nx-palette", NxPalette);
