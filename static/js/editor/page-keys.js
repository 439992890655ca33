/** Keys of the whole page, and leaving it: nothing typed may be left behind. */

const LONGEST_WAIT = 3_000;
const LOOK = 50;
/** On a Mac, Alt and an arrow move by words; there the chapters need Ctrl as well. */
const IS_MAC = /^Mac/.test(navigator.platform);

/**
 * @param {{host: HTMLElement, save: () => void, isUnsaved: () => boolean, toggleFocus: () => void, signal: AbortSignal}} page
 */
export function listenForPageKeys({ host, save, isUnsaved, toggleFocus, signal }) {
  const go = (url) => leaveFor(url, { save, isUnsaved });
  document.addEventListener("keydown", (event) => {
    const act = actionOf(event, { host, save, toggleFocus, go });
    if (!act) return;
    event.preventDefault();
    act();
  }, { signal });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!isUnsaved() || !link || !isPlainClick(event, link)) return;
    event.preventDefault();
    go(link.href);
  }, { signal });
  document.addEventListener("submit", (event) => {
    const { target: form } = event;
    if (!isUnsaved() || event.defaultPrevented || form.getAttribute("method") !== "get") return;
    event.preventDefault();
    go(`${form.action}?${new URLSearchParams(new FormData(form))}`);
  }, { signal });
  window.addEventListener("beforeunload", (event) => { if (isUnsaved()) event.preventDefault(); }, { signal });
}

/**
 * What the browser tells of the network, and whether the page is looked at.
 * @param {{tell: (type: string) => void, leave: () => void, signal: AbortSignal}} page
 */
export function listenToThePage({ tell, leave, signal }) {
  window.addEventListener("online", () => tell("online"), { signal });
  window.addEventListener("offline", () => tell("offline"), { signal });
  if (!navigator.onLine) tell("offline");
  window.addEventListener("focus", () => tell("visible"), { signal });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : tell("visible")), { signal });
  window.addEventListener("pagehide", leave, { signal });
}

function actionOf(event, { host, save, toggleFocus, go }) {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (key === "F8" || (key === "Escape" && isLeavingFocus(event, host))) return toggleFocus;
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "s") return save;
  if (!altKey || ctrlKey !== IS_MAC || metaKey || shiftKey) return null;
  const url = { ArrowLeft: host.dataset.previous, ArrowRight: host.dataset.next }[key];
  return url ? () => go(url) : null;
}

/** Menus and sheets keep the key that closes them to themselves. */
function isLeavingFocus(event, host) {
  return host.classList.contains("is-focusing") && !event.isComposing;
}

function isPlainClick(event, link) {
  const isModified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
  return !isModified && !event.defaultPrevented && link.target !== "_blank" && link.origin === location.origin
    && !link.hasAttribute("download") && !(link.hash && link.pathname === location.pathname);
}

/** Save first; when the server stays silent the browser asks the writer itself. */
async function leaveFor(url, { save, isUnsaved }) {
  save();
  const until = Date.now() + LONGEST_WAIT;
  while (isUnsaved() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, LOOK));
  location.assign(url);
}
