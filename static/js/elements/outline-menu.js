/**
 * The one menu of an outline: made of the page's pattern for the chapter whose button is pressed, right after that
 * button, so that Tab leads into it. Without a script the button asks the server for the same menu.
 */

const NO_CHAPTER = "00000000-0000-0000-0000-000000000000";
const ADDRESSES = ["href", "formaction"];

export class ChapterMenu {
  /** @param {HTMLElement} outline @param {(row: HTMLElement, step: number) => void} move @param {AbortSignal} signal */
  constructor(outline, move, signal) {
    this.outline = outline;
    this.move = move;
    this.pattern = outline.querySelector("template").content.firstElementChild;
    this.sheet = outline.querySelector(".chapter-menu");
    this.button?.setAttribute("aria-expanded", "true");
    outline.addEventListener("click", (event) => this.onClick(event), { signal });
    outline.addEventListener("keydown", (event) => this.onKey(event), { signal });
    outline.addEventListener("focusout", (event) => this.onLeave(event), { signal });
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.holds(target)) this.close();
    }, { signal });
  }

  get button() {
    return this.sheet?.previousElementSibling;
  }

  holds(target) {
    return Boolean(this.sheet?.parentElement.contains(target));
  }

  onClick(event) {
    const button = event.target.closest(".chapter-row__more");
    const mover = event.target.closest("[name=direction]");
    if (button) this.toggle(button);
    else if (mover) this.step(mover);
    else return;
    event.preventDefault();
  }

  onKey(event) {
    if (event.key !== "Escape" || !this.sheet) return;
    event.stopPropagation();
    const { button } = this;
    this.close();
    button.focus();
  }

  onLeave({ relatedTarget }) {
    if (relatedTarget && !this.holds(relatedTarget)) this.close();
  }

  toggle(button) {
    const isOpen = button === this.button;
    this.close();
    if (!isOpen) this.open(button);
  }

  open(button) {
    const row = button.closest("tr");
    this.sheet = this.pattern.cloneNode(true);
    for (const one of this.sheet.querySelectorAll("[data-when]")) {
      if (!this.isSo(one.dataset.when, row)) one.remove();
    }
    for (const one of this.sheet.children) {
      for (const name of ADDRESSES) {
        if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replaceAll(NO_CHAPTER, row.dataset.chapter));
      }
    }
    button.after(this.sheet);
    button.setAttribute("aria-expanded", "true");
    row.classList.add("chapter-row--open");
    this.sheet.scrollIntoView({ block: "nearest" });
  }

  close() {
    if (!this.sheet) return;
    this.button.setAttribute("aria-expanded", "false");
    this.sheet.closest("tr").classList.remove("chapter-row--open");
    this.sheet.remove();
    this.sheet = null;
  }

  /** Whether a chapter is a draft or published, and has a chapter above or below it. */
  isSo(condition, row) {
    const rows = [...this.outline.querySelectorAll("[data-chapter]")];
    const isPublished = Boolean(row.querySelector(".chapter-row__state--published"));
    return {
      draft: !isPublished,
      published: isPublished,
      below: row !== rows[0],
      above: row !== rows.at(-1),
    }[condition];
  }

  /** The menu stays, so that a chapter goes on with the next press; at either end only one way is left. */
  step(mover) {
    const { button } = this;
    const row = button.closest("tr");
    const direction = mover.value;
    this.move(row, direction === "up" ? -1 : 1);
    this.close();
    this.open(button);
    const ways = [...this.sheet.querySelectorAll("[name=direction]")];
    (ways.find(({ value }) => value === direction) ?? ways[0]).focus();
  }
}
