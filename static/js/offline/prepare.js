/** What an opened chapter leaves on this device for the time without a network, besides its text (editor/copies.js). */

import { removeOldCopies } from "./tidying.js";

/** @param {HTMLElement} host an nx-editor @returns {object} what the page shows around the text */
export function shownOf(host) {
  const { story, previous, next } = host.dataset;
  return {
    storyId: story, storyTitle: host.querySelector(".editor__over a").textContent, previous, next,
    title: host.querySelector(".editor__title").value,
    language: host.querySelector(".editor__prose").lang,
    spellCheck: host.querySelector(".editor__title").spellcheck,
    look: { ...document.documentElement.dataset },
  };
}

/** With a network: only the copies of a week stay, and the browser is asked for the worker. */
export async function prepareOffline({ worker }) {
  if (!worker) return;
  try {
    await removeOldCopies(Date.now());
    await navigator.serviceWorker?.register(worker, { scope: "/chapters/", updateViaCache: "none" });
  } catch (error) {
    // A browser may forbid any of it; the chapter itself needs none.
    console.warn("Without a network this chapter will not open:", error);
  }
}
