/**
 * "Split here": saves what was typed, then opens the page that splits the chapter, the caret's paragraph chosen. Nothing
 * is split before the server has every word; without a script the link leads to the same page.
 */

import { say } from "../elements/toast.js";
import { isSaved } from "./undo-offer.js";

export function listenToSplit(host, signal) {
  const link = host.querySelector("[data-split]");
  link?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    split(host, link.href);
  }, { signal });
}

async function split({ heading, session, text, wording }, page) {
  await heading.save();
  const isAll = (await isSaved(session)) && session.state.name === "CLEAN";
  if (!isAll) return say(wording.say("split_unsaved"), "error");
  const number = blockAt(text.view.state);
  location.assign(number ? `${page}?at=${number}#cut-${number}` : page);
}

/** The number of the block that would begin the new chapter; 0 where nothing would be left on one side. */
export function blockAt({ doc, selection: { $from } }) {
  const { parent, parentOffset } = $from;
  const isBehind = $from.depth === 1 && parentOffset > 0 && parentOffset === parent.content.size;
  const number = $from.index(0) + (isBehind ? 1 : 0);
  return number < doc.childCount ? number : 0;
}
