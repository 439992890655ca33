/** The typewriter line: what is being written stays at one height of the window, and the page moves under it. */

import { Plugin } from "../../vendor/editor.js";

/** A share of the window's height, a little above its middle. */
const HEIGHT = 0.45;

/** @param {() => boolean} isOn */
export function typewriter(isOn) {
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
        window.scrollBy(0, Math.round((top + bottom) / 2 - window.innerHeight * HEIGHT));
      },
    }),
  });
  return plugin;
}
