/**
 * Keeps out what no chapter can hold, before the browser reads it: ten megabytes would take it half a minute, and the
 * server refuses them anyway. A text that grows beyond the limit otherwise is the server's to refuse (413).
 */

import { Plugin } from "../../vendor/editor.js";
import { say } from "../elements/toast.js";

/** Bytes; the server's own limit (stories/saving.py). */
const MOST = 5 * 1024 * 1024;

/** @param {any} wording the page's own sentences */
export function room(wording) {
  const refuse = (view, event) => {
    if (view.dragging || fits(view.state, event.clipboardData ?? event.dataTransfer)) return false;
    event.preventDefault();
    say(wording.say("too_long_to_paste"), "error");
    return true;
  };
  return new Plugin({ props: { handleDOMEvents: { paste: refuse, drop: refuse } } });
}

/** The text there is counts as what it takes at the least. */
function fits({ doc, selection }, data) {
  const text = data?.getData("text/plain") || data?.getData("text/html") || "";
  const rest = MOST - doc.content.size + (selection.to - selection.from);
  return text.length <= rest && (text.length * 3 <= rest || new TextEncoder().encode(text).length <= rest);
}
