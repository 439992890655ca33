/**
 * The folded sheets left and right: Escape closes them, and so does writing on where they lie over the text. The
 * chapters learn to be put in order once they are looked at.
 */

import { listenToContents } from "./contents.js";

const OVER_TEXT = "(max-width: 61.99rem)";

export function listenToFolds(host, signal) {
  const folds = [...host.querySelectorAll("details.editor__fold")];
  const outline = folds.find((fold) => fold.matches(".editor__fold--outline"));
  const order = () => listenToContents(host, signal);
  if (outline?.open) order();
  else outline?.addEventListener("toggle", order, { signal, once: true });
  host.addEventListener("keydown", (event) => {
    const fold = event.key === "Escape" && event.target.closest("details.editor__fold[open]");
    if (!fold) return;
    event.stopPropagation();
    fold.open = false;
    fold.querySelector("summary").focus();
  }, { signal });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!matchMedia(OVER_TEXT).matches) return;
    for (const fold of folds) if (!fold.contains(target)) fold.open = false;
  }, { signal });
}
