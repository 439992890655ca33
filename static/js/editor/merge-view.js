/**
 * Two texts joined, to look at: what changed with a paragraph of context, what stayed the same folded, and for each
 * passage that both changed the two sides with the question what to keep. The server's HTML is cleaned schema text.
 */

import { fold } from "./merge-parts.js";

const PICKS = ["mine", "theirs", "both"];

export class MergeView {
  /**
   * @param {{parts: any[], clashes: number}} merge
   * @param {any} wording
   * @param {string[]} picks what is chosen for each clash; changed in place as the writer chooses
   */
  constructor(merge, wording, picks) {
    Object.assign(this, { merge, wording, picks });
    this.element = element("div", "merge");
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", wording.say("merge_label"));
    let clash = 0;
    merge.parts.forEach((part, index) => {
      if (part.kind === "same") this.element.append(...this.#same(part, index));
      else if (part.kind === "clash") this.element.append(this.#clash(part, clash++));
      else this.element.append(this.#changed(part));
    });
  }

  #same({ html }, index) {
    const blocks = [...fragment(html).children];
    const { before, hidden, after } = fold(blocks.length, { isFirst: index === 0, isLast: index === this.merge.parts.length - 1 });
    const shown = [blocks.slice(0, before), blocks.slice(blocks.length - after)].map((some) => prose(some));
    const folded = element("p", "merge__fold", this.wording.count("merge_same", hidden));
    return hidden ? [shown[0], folded, shown[1]].filter((part) => part.hasChildNodes()) : [prose(blocks)];
  }

  #changed({ kind, html }) {
    const part = element("div", `merge__part merge__part--${kind}`);
    part.append(element("p", "merge__label", this.wording.say(html ? `merge_${kind}` : `merge_gone_${kind}`)));
    if (html) part.append(prose([fragment(html)]));
    return part;
  }

  #clash(part, number) {
    const field = element("fieldset", "merge__clash");
    field.append(element("legend", "merge__question", this.wording.say("merge_question", { n: number + 1, all: this.merge.clashes })));
    const sides = element("div", "clash__sides");
    sides.append(this.#side("mine", part.mine), this.#side("theirs", part.theirs));
    const picks = element("div", "merge__picks");
    picks.append(...PICKS.map((pick) => this.#pick(pick, number)));
    field.append(sides, picks);
    return field;
  }

  #side(kind, html) {
    const side = element("div", `clash__side clash__side--${kind}`);
    const text = html ? prose([fragment(html)]) : element("p", "merge__gone", this.wording.say("merge_gone"));
    text.classList.add("clash__text");
    side.append(element("p", "clash__label", this.wording.say(`clash_${kind}`)), text);
    return side;
  }

  #pick(pick, number) {
    const label = element("label", "merge__pick");
    const input = Object.assign(element("input"), { type: "radio", name: `clash-${number}`, value: pick, checked: this.picks[number] === pick });
    input.addEventListener("change", () => { this.picks[number] = pick; });
    label.append(input, this.wording.say(`pick_${pick}`));
    return label;
  }
}

/** @param {Iterable<Node>} nodes */
function prose(nodes) {
  const text = element("div", "merge__text");
  text.append(...nodes);
  return text;
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

export function element(tag, className = "", text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
