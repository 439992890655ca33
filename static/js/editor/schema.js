/**
 * The text's schema: the same allow-list as the server's cleaning (stories/text.py). Marks stand in the order
 * they nest, outermost first. `b` is the block id (`data-b`): it survives edits, for comments and merging.
 */

import { Schema } from "../../vendor/editor.js";

const BLOCK_ID = /^[A-Za-z0-9_-]{1,32}$/;
const WEB = /^(?:https?|mailto):\S/i;

const attrs = { b: { default: null } };

/** Alignment, colours and classes of other programs do not come along; the id does. */
function idOf(element) {
  const id = element.getAttribute("data-b");
  return { b: id && BLOCK_ID.test(id) ? id : null };
}

function block(tag, spec, otherTags = []) {
  const rule = (name) => ({ tag: name, getAttrs: idOf });
  return {
    group: "block", attrs, defining: true, ...spec,
    parseDOM: [tag, ...otherTags].map(rule),
    toDOM: (node) => [tag, node.attrs.b ? { "data-b": node.attrs.b } : {}, ...(spec.atom ? [] : [0])],
  };
}

const text = { content: "inline*" };
const list = { content: "list_item+" };

const nodes = {
  doc: { content: "block+" },
  paragraph: block("p", { ...text, defining: false }),
  heading2: block("h2", text, ["h1"]),
  heading3: block("h3", text),
  heading4: block("h4", text, ["h5", "h6"]),
  blockquote: block("blockquote", { content: "block+" }),
  bullet_list: block("ul", list),
  ordered_list: block("ol", list),
  list_item: block("li", { content: "paragraph block*", group: "" }),
  scene_break: block("hr", { atom: true, defining: false }),
  text: { group: "inline" },
  hard_break: {
    inline: true, group: "inline", selectable: false,
    parseDOM: [{ tag: "br" }], toDOM: () => ["br"], leafText: () => "\n",
  },
};

const plain = (tag, parseDOM) => ({ parseDOM, toDOM: () => [tag, 0] });

const marks = {
  link: {
    attrs: { href: {} }, inclusive: false,
    parseDOM: [{ tag: "a[href]", getAttrs: (element) => linkOf(element.getAttribute("href")) }],
    toDOM: (mark) => ["a", { href: mark.attrs.href }, 0],
  },
  strong: plain("strong", [{ tag: "strong" }, { tag: "b" }]),
  em: plain("em", [{ tag: "em" }, { tag: "i" }]),
  underline: plain("u", [{ tag: "u" }]),
  strike: plain("s", [{ tag: "s" }, { tag: "del" }, { tag: "strike" }]),
  small_caps: {
    parseDOM: [{ tag: "span.small-caps" }],
    toDOM: () => ["span", { class: "small-caps" }, 0],
  },
  code: plain("code", [{ tag: "code" }]),
};

/**
 * As stories/text/builder.py writes an address: signs that could end an attribute are percent-encoded.
 * @returns {{href: string} | false} the link when it leads to the web or to mail
 */
export function linkOf(href) {
  const trimmed = (href ?? "").trim();
  return WEB.test(trimmed) && { href: trimmed.replace(/[\s"<>`]/g, encodeSign) };
}

const encodeSign = (sign) => (sign === "`" ? "%60" : encodeURIComponent(sign));

export const schema = new Schema({ nodes, marks });
