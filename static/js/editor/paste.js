/**
 * Makes pasted HTML fit for the schema, which drops what it does not know. Emphasis said in style attributes, which our
 * content security policy does not let a parser see, is read as text and turned into elements; cells and loose text
 * become blocks of their own, so that words which stood apart stay apart; Word's drawn bullets go.
 */

const STYLE = /(<[a-z][^<>]*?\s)style(?=\s*=)/gi;
const NOT_BOLD = /font-weight:\s*(?:normal|[1-4]00)/i;
const DRAWN_BULLET = /mso-list:\s*ignore/i;
const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, ul, ol, dl, blockquote, hr, pre, table, section, article, header, footer, figure";

const ELEMENTS = [
  [/font-weight:\s*(?:bold|bolder|[6-9]00)/i, "strong"],
  [/font-style:\s*(?:italic|oblique)/i, "em"],
  [/text-decoration[^;]*:[^;]*underline/i, "u"],
  [/text-decoration[^;]*:[^;]*line-through/i, "s"],
  [/font-variant[^;]*:[^;]*small-caps/i, "span", "small-caps"],
];

/** @param {string} html @returns {string} */
export function tidied(html) {
  const template = document.createElement("template");
  template.innerHTML = html.replace(STYLE, "$1data-style");
  const { content } = template;
  for (const element of content.querySelectorAll("[data-style]")) restate(element);
  for (const table of [...content.querySelectorAll("table")].reverse()) unfold(table);
  wrapLooseText(content);
  return template.innerHTML;
}

function restate(element) {
  const style = element.dataset.style;
  element.removeAttribute("data-style");
  if (DRAWN_BULLET.test(style)) element.remove();
  else if (NOT_BOLD.test(style) && element.matches("b, strong")) element.replaceWith(...element.childNodes);
  else if (element.matches("span, font, a")) for (const [pattern, tag, name] of ELEMENTS) if (pattern.test(style)) wrapContent(element, tag, name);
}

function wrapContent(element, tag, className = "") {
  const wrapper = document.createElement(tag);
  if (className) wrapper.className = className;
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

function unfold(table) {
  const cells = [...table.querySelectorAll("caption, td, th")];
  table.replaceWith(...cells.map((cell) => {
    const block = document.createElement("div");
    block.append(...cell.childNodes);
    return block;
  }));
}

/** Text beside blocks is a paragraph; where there are no blocks it is a part of a line, and stays one. */
function wrapLooseText(content) {
  const isBlock = (node) => node.nodeType === Node.ELEMENT_NODE && (node.matches(BLOCKS) || node.querySelector(BLOCKS) !== null);
  const nodes = [...content.childNodes];
  if (!nodes.some(isBlock)) return;
  let paragraph = null;
  for (const node of nodes) {
    if (isBlock(node)) paragraph = null;
    else if (paragraph) paragraph.append(node);
    else if (node.textContent.trim() && node.nodeType !== Node.COMMENT_NODE) {
      paragraph = document.createElement("p");
      node.replaceWith(paragraph);
      paragraph.append(node);
    }
  }
}
