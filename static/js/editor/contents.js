/**
 * The chapters beside the text can be put in order: by dragging one at its grip, or with Alt and an arrow. The new order
 * is sent as a whole; when it is refused, the chapters go back. A part's heading goes with the chapter it stands before.
 */

import { say } from "../elements/toast.js";
import { request, Unreachable } from "../lib/http.js";

const EDGE = 40;
const STRIDE = 8;

/** @param {HTMLElement} host the editor @param {AbortSignal} signal */
export function listenToContents(host, signal) {
  const fold = host.querySelector(".editor__fold--outline");
  const list = fold?.querySelector("[data-order]");
  if (list?.children.length > 1) new Contents(host, list, signal);
}

class Contents {
  #sending = false;
  #isStale = false;

  constructor(host, list, signal) {
    Object.assign(this, { host, list, kept: [...list.children] });
    for (const item of this.kept) item.prepend(grip());
    list.addEventListener("pointerdown", (event) => this.#grab(event), { signal });
    list.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  #onKey(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const item = event.target.closest("li");
    if (!step || !item || !event.altKey) return;
    event.preventDefault();
    const other = step > 0 ? item.nextElementSibling : item.previousElementSibling;
    if (!other) return;
    place(item, other, step > 0);
    event.target.focus();
    item.scrollIntoView({ block: "nearest" });
    this.#moved(item);
  }

  #grab(event) {
    const item = event.target.closest(".contents__grip") && event.target.closest("li");
    if (!item || event.button !== 0) return;
    event.preventDefault();
    const drop = new AbortController();
    const next = item.nextElementSibling;
    // An item that is moved loses its capture, so the list, which stays, holds it.
    this.list.setPointerCapture(event.pointerId);
    item.classList.add("is-dragged");
    this.list.addEventListener("pointermove", ({ clientY }) => this.#follow(item, clientY), { signal: drop.signal });
    const end = () => {
      drop.abort();
      item.classList.remove("is-dragged");
      if (item.nextElementSibling !== next) this.#moved(item);
    };
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) this.list.addEventListener(type, end, { signal: drop.signal });
  }

  /** Past the middle of another only: otherwise items of unequal height would trade places for ever. */
  #follow(item, y) {
    const sheet = this.list.closest(".editor__sheet");
    const { top, bottom } = sheet.getBoundingClientRect();
    if (y < top + EDGE) sheet.scrollBy(0, -STRIDE);
    if (y > bottom - EDGE) sheet.scrollBy(0, STRIDE);
    const middle = (one) => { const box = one.getBoundingClientRect(); return (box.top + box.bottom) / 2; };
    const others = [...this.list.children].filter((one) => one !== item);
    const below = others.find((one) => middle(one) > y) ?? null;
    if (below !== item.nextElementSibling) this.list.insertBefore(item, below);
  }

  #moved(item) {
    const items = [...this.list.children];
    const { moved } = this.list.dataset;
    const voice = this.list.parentElement.querySelector("[data-order-said]");
    voice.textContent = moved.replace("{title}", item.querySelector(".contents__title").textContent)
      .replace("{number}", items.indexOf(item) + 1).replace("{total}", items.length);
    this.#send();
  }

  /** One after the other; of several that wait the last is the one meant. */
  async #send() {
    this.#isStale = true;
    if (this.#sending) return;
    this.#sending = true;
    while (this.#isStale) {
      this.#isStale = false;
      const items = [...this.list.children];
      const isTaken = await this.#post(items.map((item) => item.dataset.chapter));
      if (isTaken) this.kept = items;
      else if (!this.#isStale) this.#putBack();
    }
    this.#sending = false;
    this.#turn();
  }

  async #post(order) {
    try {
      const { ok } = await request("POST", `/api/v1/stories/${this.host.dataset.story}/chapters/reorder`, { json: { order } });
      return ok;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      throw error;
    }
  }

  #putBack() {
    this.list.append(...this.kept);
    say(this.list.dataset.refused, "error");
  }

  /** What comes before and after the open chapter is another one now. */
  #turn() {
    const here = this.list.querySelector("[aria-current]").closest("li");
    const beside = { previous: ["prev", here.previousElementSibling], next: ["next", here.nextElementSibling] };
    for (const [name, [rel, item]] of Object.entries(beside)) {
      const url = item?.querySelector("a").getAttribute("href") ?? "";
      this.host.dataset[name] = url;
      const link = this.host.querySelector(`.editor__moves a[rel="${rel}"]`);
      link.hidden = !url;
      if (url) link.href = url;
    }
  }
}

function place(item, other, isAfter) {
  if (isAfter) other.after(item);
  else other.before(item);
}

function grip() {
  const span = document.createElement("span");
  span.className = "contents__grip";
  span.setAttribute("aria-hidden", "true");
  return span;
}
