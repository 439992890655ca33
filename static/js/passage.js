/**
 * Goes to the paragraph that `#p-12` names, counted from 0 as the search counts: empty ones and scene breaks are none.
 * Browsers find the words of the address by themselves; this holds where they do not, and once the editor has the text.
 */

const NAME = /^#p-(\d{1,6})$/;
const BLOCKS = "p, h2, h3, h4";

/** @param {ParentNode} prose @param {number} number */
export function paragraph(prose, number) {
  return [...prose.querySelectorAll(BLOCKS)].filter((block) => block.textContent.trim())[number] ?? null;
}

export function goToPassage() {
  const number = NAME.exec(location.hash)?.[1];
  if (number === undefined) return;
  show(number);
  // The editor puts its own paragraphs in the place of those that came with the page.
  const editor = document.querySelector("nx-editor:not([data-ready])");
  if (!editor) return;
  const watch = new MutationObserver(() => {
    watch.disconnect();
    show(number);
  });
  watch.observe(editor, { attributeFilter: ["data-ready"] });
}

function show(number) {
  const prose = document.querySelector(".editor__prose");
  const block = prose && paragraph(prose, Number(number));
  if (!block) return;
  block.scrollIntoView({ block: "center" });
  // Painted, not written: the editor owns its elements.
  if (!window.Highlight) return;
  const range = document.createRange();
  range.selectNodeContents(block);
  CSS.highlights.set("passage", new Highlight(range));
  document.addEventListener("pointerdown", () => CSS.highlights.delete("passage"), { once: true });
  document.addEventListener("keydown", () => CSS.highlights.delete("passage"), { once: true });
}
