/**
 * Pasted HTML says much of its emphasis in style attributes, which our content security policy does not let a parser
 * see. They are read here as text and turned into elements of the schema; everything else is dropped by the schema.
 */

const STYLE = /(<[a-z][^<>]*?\s)style(?=\s*=)/gi;
const NOT_BOLD = /font-weight:\s*(?:normal|[1-4]00)/i;

const ELEMENTS = [
  [/font-weight:\s*(?:bold|bolder|[6-9]00)/i, "strong"],
  [/font-style:\s*(?:italic|oblique)/i, "em"],
  [/text-decoration[^;]*:[^;]*underline/i, "u"],
  [/text-decoration[^;]*:[^;]*line-through/i, "s"],
  [/font-variant[^;]*:[^;]*small-caps/i, "span", "small-caps"],
];

/** @param {string} html @returns {string} */
export function withoutStyles(html) {
  if (!/\sstyle\s*=/i.test(html)) return html;
  const template = document.createElement("template");
  template.innerHTML = html.replace(STYLE, "$1data-style");
  for (const element of template.content.querySelectorAll("[data-style]")) restate(element);
  return template.innerHTML;
}

function restate(element) {
  const style = element.dataset.style;
  element.removeAttribute("data-style");
  if (NOT_BOLD.test(style) && element.matches("b, strong")) element.replaceWith(...element.childNodes);
  else if (element.matches("span, font, a")) for (const [pattern, tag, name] of ELEMENTS) if (pattern.test(style)) wrapContent(element, tag, name);
}

function wrapContent(element, tag, className = "") {
  const wrapper = document.createElement(tag);
  if (className) wrapper.className = className;
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}
