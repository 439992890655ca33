/**
 * Loads the behaviour a page needs, and nothing else: each `nx-*` element found in the page has a module of its name.
 * Pages answer without any of it.
 */

const ELEMENTS = ["nx-live", "nx-menu", "nx-outline", "nx-drop", "nx-timezone", "nx-editor"];
const asked = new Set();

/** @param {ParentNode} root */
function load(root) {
  for (const name of ELEMENTS) {
    if (asked.has(name) || !root.querySelector(name)) continue;
    asked.add(name);
    import(`./elements/${name}.js`);
  }
}

load(document);
document.addEventListener("htmx:afterSwap", () => load(document));
