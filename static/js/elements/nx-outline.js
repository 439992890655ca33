/**
 * Reorders the chapters of an outline by dragging their numbers, with Alt + arrow keys or from a chapter's menu, which
 * does the same without a script. The new order is sent as a whole; when it is refused, the server's order comes back.
 */
import { Unreachable, request } from "../lib/http.js";
import { ChapterMenu } from "./outline-menu.js";
import { say } from "./toast.js";

const SETTLE = 500;
const EDGE = 72;
const STRIDE = 14;

class NxOutline extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.kept = this.places();
    this.table = this.querySelector("table");
    this.table.classList.add("outline--live");
    new ChapterMenu(this, (row, step) => this.shift(row, step), signal);
    this.addEventListener("pointerdown", (event) => this.grab(event), { signal });
    this.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.voice = document.createElement("p");
    this.voice.className = "unseen";
    this.voice.setAttribute("aria-live", "assertive");
    this.append(this.voice);
  }

  disconnectedCallback() {
    this.stop.abort();
    clearTimeout(this.timer);
    this.voice.remove();
  }

  rows() {
    return [...this.querySelectorAll("[data-chapter]")];
  }

  /** Where each row stands, to be able to go back. */
  places() {
    return this.rows().map((row) => ({ row, group: row.parentElement }));
  }

  onKey(event) {
    const row = event.target.closest("[data-chapter]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!row || !step || !event.altKey) return;
    event.preventDefault();
    this.shift(row, step);
    event.target.focus();
  }

  shift(row, step) {
    const rows = this.rows();
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    this.place(row, other, step > 0);
    row.scrollIntoView({ block: "nearest" });
    this.moved(row);
  }

  grab(event) {
    const handle = event.target.closest(".chapter-row__number");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    const row = handle.closest("tr");
    const drop = new AbortController();
    const from = this.rows().indexOf(row);
    // A row that is moved loses its capture, so this element, which stays, holds it.
    this.setPointerCapture(event.pointerId);
    row.classList.add("chapter-row--dragged");
    const end = () => {
      drop.abort();
      row.classList.remove("chapter-row--dragged");
      if (this.rows().indexOf(row) !== from) this.moved(row);
    };
    this.addEventListener("pointermove", (move) => this.follow(row, move.clientY), { signal: drop.signal });
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.addEventListener(type, end, { signal: drop.signal });
    }
  }

  follow(row, y) {
    if (y < EDGE) window.scrollBy(0, -STRIDE);
    if (y > window.innerHeight - EDGE) window.scrollBy(0, STRIDE);
    const under = this.rowAt(y);
    if (!under || under === row) return;
    const { top, height } = under.getBoundingClientRect();
    const isBelow = row.compareDocumentPosition(under) & Node.DOCUMENT_POSITION_FOLLOWING;
    // Past the middle only: otherwise rows of unequal height would trade places for ever.
    if (isBelow ? y > top + height / 2 : y < top + height / 2) this.place(row, under, Boolean(isBelow));
  }

  /** Above the first row and below the last one the nearest of them is meant. */
  rowAt(y) {
    const rows = this.rows();
    if (y < rows[0].getBoundingClientRect().top) return rows[0];
    if (y > rows.at(-1).getBoundingClientRect().bottom) return rows.at(-1);
    const { left, width } = this.table.getBoundingClientRect();
    const row = document.elementFromPoint(left + width / 2, y)?.closest("[data-chapter]");
    return row && this.contains(row) ? row : null;
  }

  place(row, other, isAfter) {
    if (isAfter) other.after(row);
    else other.before(row);
  }

  /** Several quick moves are one request: the last order is the one meant. */
  moved(row) {
    const rows = this.rows();
    const title = row.querySelector("th a")?.textContent ?? row.querySelector("[name=title]").value;
    this.voice.textContent = this.dataset.moved
      .replace("{title}", title).replace("{number}", rows.indexOf(row) + 1).replace("{total}", rows.length);
    rows.forEach((each, index) => {
      const number = each.querySelector(".chapter-row__number");
      if (number) number.textContent = index + 1;
    });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), SETTLE);
  }

  async send() {
    if (this.sending) {
      this.timer = setTimeout(() => this.send(), SETTLE);
      return;
    }
    this.sending = true;
    const order = this.rows().map((row) => row.dataset.chapter);
    const isTaken = await this.post(order);
    this.sending = false;
    if (!isTaken) return this.putBack();
    this.kept = this.places();
    if (this.partsMoved()) this.redraw();
  }

  /** A part's heading goes with the chapter it stands before; the server draws the groups anew. */
  partsMoved() {
    return this.rows().some((row) => Boolean(row.dataset.part) !== (row === row.parentElement.querySelector("[data-chapter]") && Boolean(row.parentElement.dataset.part)));
  }

  async redraw() {
    const focused = document.activeElement?.closest("[data-chapter]")?.id;
    await window.htmx?.ajax("GET", location.href, { target: "#outline", select: "#outline", swap: "outerHTML" });
    document.getElementById(focused)?.querySelector("a")?.focus();
  }

  async post(order) {
    try {
      const answer = await request("POST", `/api/v1/stories/${this.dataset.story}/chapters/reorder`, { json: { order } });
      return answer.ok;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      throw error;
    }
  }

  putBack() {
    for (const { row, group } of this.kept) group.append(row);
    this.rows().forEach((row, index) => {
      row.querySelector(".chapter-row__number")?.replaceChildren(String(index + 1));
    });
    say(this.dataset.refused, "error");
  }
}

customElements.define("nx-outline", NxOutline);
