/** The cards of the comments in the panel: those that wait, in the order of the text, and those settled. */

import { Card } from "./comment-card.js";

export class CardLists {
  constructor(host, wording) {
    this.wording = wording;
    this.template = host.querySelector("[data-comment-template]");
    this.said = host.querySelector("[data-comments-said]");
    this.fold = host.querySelector(".editor__fold--panel");
    this.lists = Object.fromEntries(["waiting", "settled"].map((name) => [name, host.querySelector(`[data-comments="${name}"]`)]));
    this.cards = Array.from(host.querySelectorAll("[data-comments] > [data-comment]"), (item) => new Card(item));
    this.made = 0;
  }

  get waiting() {
    return this.cards.filter((card) => !card.isResolved);
  }

  named(name) {
    return this.cards.find((card) => card.name === name);
  }

  /** @param {Node} node within the card */
  holding(node) {
    return this.cards.find(({ item }) => item.contains(node));
  }

  /** @param {import("./comment-find.js").Anchor} anchor */
  add(anchor) {
    this.made += 1;
    const card = Card.make(this.template, anchor, `new-${this.made}`);
    card.form.querySelector('[value="delete"]').textContent = this.wording.say("comment_discard");
    this.cards.push(card);
    this.place(card);
    return card;
  }

  drop(card) {
    this.cards.splice(this.cards.indexOf(card), 1);
    card.item.remove();
    this.#count();
  }

  open(card) {
    this.fold.open = true;
    card.item.closest("details:not([open])")?.setAttribute("open", "");
    card.edit.open = true;
    card.field.focus();
    card.item.scrollIntoView({ block: "nearest" });
  }

  tell(word) {
    this.fold.open = true;
    this.said.textContent = this.wording.say(word);
  }

  /** Puts a card where its passage is among the others; what has the focus keeps it. */
  place(card) {
    const list = this.lists[card.isResolved ? "settled" : "waiting"];
    const others = this.cards.filter((other) => other !== card && other.item.parentElement === list);
    const next = others.sort((one, other) => (one.isBefore(other) ? -1 : 1)).find((other) => card.isBefore(other));
    const before = next?.item ?? null;
    const focused = card.item.contains(document.activeElement) ? document.activeElement : null;
    if (card.item.parentElement !== list || card.item.nextElementSibling !== before) list.insertBefore(card.item, before);
    focused?.focus({ preventScroll: true });
    this.#name(card);
    this.#count();
  }

  #name(card) {
    const button = card.form.querySelector(':is([value="resolve"], [value="reopen"])');
    button.value = card.isResolved ? "reopen" : "resolve";
    button.textContent = this.wording.say(`comment_${button.value}`);
    button.hidden = !card.id;
    if (card.id) card.form.querySelector('[value="delete"]').textContent = this.wording.say("comment_delete");
  }

  #count() {
    const settled = this.lists.settled.childElementCount;
    const details = this.lists.settled.closest("details");
    details.hidden = !settled;
    details.querySelector("[data-settled-count]").textContent = this.wording.numbers.format(settled);
    this.said.textContent = "";
  }
}
