/**
 * One comment in the panel (templates/stories/_comment.html): what it says, where it stands, and what is typed in its
 * field. A card without an id is new and not on the server yet.
 */

/** @typedef {import("./comment-find.js").Anchor} Anchor */

const NAMES = ["prefix", "suffix", "block", "paragraph", "start"];

export class Card {
  /** @param {HTMLElement} item */
  constructor(item) {
    this.item = item;
    this.form = item.querySelector("form");
    this.field = item.querySelector("textarea");
    this.edit = item.querySelector("details");
    this.note = item.querySelector(".comment__note");
    this.quote = item.querySelector("q");
    this.words = item.querySelector(".comment__text");
    this.saved = this.field.defaultValue;
  }

  /** @param {HTMLTemplateElement} template @param {Anchor} anchor @param {string} mark by which it is known until it has an id */
  static make(template, anchor, mark) {
    const card = new Card(template.content.firstElementChild.cloneNode(true));
    card.mark = mark;
    card.item.id = `comment-${mark}`;
    card.field.id = `comment-text-${mark}`;
    card.item.querySelector("label").htmlFor = card.field.id;
    card.anchor = anchor;
    card.edit.open = true;
    card.item.classList.add("comment--new");
    return card;
  }

  get id() {
    return this.item.dataset.comment;
  }

  /** What its mark in the text is called. */
  get name() {
    return this.id || this.mark;
  }

  get isResolved() {
    return this.item.classList.contains("comment--resolved");
  }

  get isUnsaved() {
    return this.field.value.trim() !== this.saved.trim();
  }

  /** @returns {Anchor} */
  get anchor() {
    const { prefix, suffix, block, paragraph, start } = this.item.dataset;
    return { quote: this.quote.textContent, prefix, suffix, block, paragraph: numberOf(paragraph), start: numberOf(start) };
  }

  set anchor(anchor) {
    this.quote.textContent = anchor.quote;
    for (const name of NAMES) this.item.dataset[name] = anchor[name] ?? "";
  }

  /** The passage is, or is not, in the text. */
  set isLost(isLost) {
    this.item.classList.toggle("comment--lost", isLost);
  }

  set isCurrent(isCurrent) {
    if (isCurrent === this.item.hasAttribute("aria-current")) return;
    if (isCurrent) this.item.setAttribute("aria-current", "true");
    else this.item.removeAttribute("aria-current");
    if (isCurrent && this.item.checkVisibility?.()) this.item.scrollIntoView({ block: "nearest" });
  }

  /** Puts in what the server says; what is typed meanwhile stays in the field. */
  take({ id, text, version, resolved }, sent = null) {
    const isTouched = sent !== null && this.field.value !== sent;
    this.item.dataset.comment = id;
    this.item.id = `comment-${id}`;
    this.item.classList.remove("comment--new");
    this.item.classList.toggle("comment--resolved", resolved);
    this.form.elements.version.value = version;
    this.words.textContent = text;
    this.saved = text;
    if (sent !== null && !isTouched) this.field.value = text;
    if (!this.isUnsaved) this.edit.open = false;
    this.say("");
  }

  say(sentence) {
    this.note.textContent = sentence;
  }

  /** Does this one stand before the other in the text? Those without a place come last. */
  isBefore(other) {
    const [one, two] = [this.anchor, other.anchor].map(({ paragraph, start }) => [paragraph ?? Infinity, start ?? Infinity]);
    return one[0] < two[0] || (one[0] === two[0] && one[1] < two[1]);
  }
}

const numberOf = (text) => (text ? Number(text) : null);
