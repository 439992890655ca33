/** What the palette's list is made of: see nx-palette.js. */

/** @typedef {{group: string, title: string, note: string, url: string, parts?: {text: string, is_hit: boolean}[], link?: HTMLElement}} Item */

/** @param {string} title @param {number} number one that no other group has */
export function groupOf(title, number) {
  const node = document.createElement("div");
  const name = Object.assign(document.createElement("div"), { className: "palette__group", id: `palette-group-${number}`, textContent: title });
  node.setAttribute("role", "group");
  node.setAttribute("aria-labelledby", name.id);
  name.setAttribute("role", "presentation");
  node.append(name);
  return { title, node };
}

/** @param {Item} item @param {number} number @param {HTMLTemplateElement} template */
export function optionOf(item, number, template) {
  const option = template.content.firstElementChild.cloneNode(true);
  option.id = `palette-item-${number}`;
  option.href = item.url;
  if (item.link?.dataset.press) option.dataset.press = item.link.dataset.press;
  if (item.link && "sheet" in item.link.dataset) option.dataset.sheet = "";
  option.querySelector(".palette__title").textContent = item.title;
  option.querySelector(".palette__note").textContent = item.note;
  option.querySelector(".palette__passage").append(...(item.parts ?? []).map(marked));
  return option;
}

/** A field that was closed a moment ago may still have the focus. */
export function isTyping({ target }) {
  if (target.closest?.("dialog:not([open])")) return false;
  return target.isContentEditable || Boolean(target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select"));
}

function marked({ text, is_hit }) {
  if (!is_hit) return text;
  return Object.assign(document.createElement("mark"), { className: "found", textContent: text });
}
