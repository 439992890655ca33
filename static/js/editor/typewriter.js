/** The typewriter line: what is being written stays at the height the writer chose, and the page moves under it. */

import { Plugin } from "../../vendor/editor.js";

/** @param {() => boolean} isOn @param {() => number} height a share of the window's */
export function typewriter(isOn, height) {
  const plugin = new Plugin({
    // A click chooses a place that must not slip away under the pointer; text shown from elsewhere moves nothing.
    state: {
      init: () => false,
      apply: (tr) => (tr.docChanged || tr.selectionSet) && !tr.getMeta("pointer") && !tr.getMeta("shown"),
    },
    view: () => ({
      update(view) {
        if (!isOn() || !plugin.getState(view.state) || !view.hasFocus()) return;
        const { top, bottom } = view.coordsAtPos(view.state.selection.head);
        window.scrollBy(0, Math.round((top + bottom) / 2 - window.innerHeight * height()));
      },
    }),
  });
  return plugin;
}
