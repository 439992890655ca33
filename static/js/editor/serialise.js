/**
 * A document as the very HTML the server keeps, and an empty document as "". Written by hand instead of through the
 * DOM because browsers differ in escaping attributes, and because each block's text is kept with its node:
 * a save of a long chapter costs what was changed.
 */

const TAGS = {
  paragraph: "p", heading2: "h2", heading3: "h3", heading4: "h4", blockquote: "blockquote",
  bullet_list: "ul", ordered_list: "ol", list_item: "li", scene_break: "hr", hard_break: "br",
};
const MARKS = { strong: "strong", em: "em", underline: "u", strike: "s", code: "code" };
const EMPTY = new Set(["scene_break", "hard_break"]);

const kept = new WeakMap();

/** @param {import("prosemirror-model").Node} doc @returns {string} */
export function toHtml(doc) {
  if (isEmpty(doc)) return "";
  let html = "";
  doc.forEach((node) => { html += keptHtml(node); });
  return html;
}

function isEmpty(doc) {
  const { firstChild } = doc;
  return doc.childCount === 1 && firstChild.type.name === "paragraph" && firstChild.content.size === 0;
}

/** @param {import("prosemirror-model").Node} node a top-level block */
export function keptHtml(node) {
  let html = kept.get(node);
  if (html === undefined) kept.set(node, (html = blockHtml(node)));
  return html;
}

function blockHtml(node) {
  const tag = TAGS[node.type.name];
  const id = node.attrs.b ? ` data-b="${node.attrs.b}"` : "";
  if (EMPTY.has(node.type.name)) return `<${tag}${id}>`;
  return `<${tag}${id}>${node.inlineContent ? inlineHtml(node) : childrenHtml(node)}</${tag}>`;
}

function childrenHtml(node) {
  let html = "";
  node.forEach((child) => { html += blockHtml(child); });
  return html;
}

/** Marks nest in schema order; one that goes on is not closed and opened again. */
function inlineHtml(block) {
  let html = "";
  let open = [];
  block.forEach((node) => {
    const shared = sharedStart(open, node.marks);
    html += closed(open.slice(shared)) + node.marks.slice(shared).map(opened).join("");
    open = node.marks;
    html += node.isText ? escaped(node.text) : `<${TAGS[node.type.name]}>`;
  });
  return html + closed(open);
}

function sharedStart(open, marks) {
  let count = 0;
  while (count < open.length && count < marks.length && open[count].eq(marks[count])) count += 1;
  return count;
}

function opened(mark) {
  if (mark.type.name === "link") return `<a href="${escaped(mark.attrs.href).replaceAll('"', "&quot;")}">`;
  if (mark.type.name === "small_caps") return '<span class="small-caps">';
  return `<${MARKS[mark.type.name]}>`;
}

function closed(marks) {
  const ends = { link: "</a>", small_caps: "</span>" };
  return marks.map(({ type }) => ends[type.name] ?? `</${MARKS[type.name]}>`).reverse().join("");
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\u00a0": "&nbsp;" };

function escaped(text) {
  return text.replace(/[&<>\u00a0]/g, (sign) => ENTITIES[sign]);
}
