/** Documents of every shape the schema allows, by chance: what both the editor and the server must write alike. */

import { linkOf, schema } from "../editor/schema.js";
import { toHtml } from "../editor/serialise.js";
import { dice } from "./world.js";

const TEXTS = ["one", "a < b & c > d", " lead", "trail ", "x\u00a0y", "\"q\" 'z'", "語", "&amp;", "–—…", "🙂", "a  b", "\u00ad", "`c`"];
const LINKS = ["https://a.b/?x=1&y=2", "mailto:a@b.c", "http://é.fr/a b\"<c>`"];
const MARKS = ["link", "strong", "em", "underline", "strike", "small_caps", "code"];

/** @param {number} seed @param {number} count @returns {string[]} */
export function someShapes(seed, count) {
  const maker = new Maker(dice(seed));
  return Array.from({ length: count }, () => maker.chapter());
}

class Maker {
  #ids = 0;
  constructor(random) { this.random = random; }
  pick(items) { return items[Math.floor(this.random() * items.length)]; }
  some(most, make, least = 0) {
    return Array.from({ length: least + Math.floor(this.random() * (most + 1 - least)) }, make);
  }

  chapter() {
    this.#ids = 0;
    const doc = schema.node("doc", null, this.some(4, () => this.block(0), 1));
    doc.check();
    return toHtml(doc);
  }

  id() { return { b: this.random() < 0.4 ? `i-${(this.#ids += 1)}` : null }; }
  marks() { return MARKS.filter(() => this.random() < 0.25).map((name) => schema.mark(name, name === "link" ? linkOf(this.pick(LINKS)) : null)); }
  inline = () => this.random() < 0.15 ? schema.node("hard_break", null, null, this.marks()) : schema.text(this.pick(TEXTS), this.marks());
  paragraph = () => schema.node("paragraph", this.id(), this.some(3, this.inline));

  item(depth) {
    const more = this.random() < 0.3 && depth < 3 ? [this.block(depth + 1)] : [];
    return schema.node("list_item", this.id(), [this.paragraph(), ...more]);
  }

  block(depth) {
    const kind = this.pick(["p", "p", "h", "hr", ...(depth < 3 ? ["quote", "quote", "list", "list"] : [])]);
    if (kind === "p") return this.paragraph();
    if (kind === "h") return schema.node(this.pick(["heading2", "heading3", "heading4"]), this.id(), this.some(3, this.inline));
    if (kind === "hr") return schema.node("scene_break", this.id());
    if (kind === "quote") return schema.node("blockquote", this.id(), this.some(3, () => this.block(depth + 1), 1));
    return schema.node(this.pick(["bullet_list", "ordered_list"]), this.id(), this.some(3, () => this.item(depth + 1), 1));
  }
}
