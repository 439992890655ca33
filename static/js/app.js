/**
 * Loads the behaviour a page needs, and nothing else: each `nx-*` element found in the page has a module of its name.
 * Pages answer without any of it. The paths are written out so that the static files' hashing can follow them.
 */

const ELEMENTS = {
  "nx-live": () => import("./elements/nx-live.js"),
  "nx-menu": () => import("./elements/nx-menu.js"),
  "nx-outline": () => import("./elements/nx-outline.js"),
  "nx-drop": () => import("./elements/nx-drop.js"),
  "nx-copy": () => import("./elements/nx-copy.js"),
  "nx-timezone": () => import("./elements/nx-timezone.js"),
  "nx-sample": () => import("./elements/nx-sample.js"),
  "nx-password": () => import("./elements/nx-password.js"),
  "nx-editor": () => import("./elements/nx-editor.js"),
  "nx-offline": () => import("./offline/nx-offline.js"),
  "nx-palette": () => import("./elements/nx-palette.js"),
  "nx-passkey": () => import("./elements/nx-passkey.js"),
};

function load() {
  for (const [name, module] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name) && document.querySelector(name)) module();
  }
}

/** Signed out, this browser opens nothing of what it keeps: see lib/vault.js. */
async function forgetKeys() {
  const vault = await import("./lib/vault.js");
  await vault.forgetKeys();
}

load();
if (location.hash.startsWith("#p-")) import("./passage.js").then(({ goToPassage }) => goToPassage());
document.addEventListener("htmx:afterSettle", load);
document.addEventListener("nx:live", ({ detail }) => {
  // The page for the time without a network has no such sentence, and keeps no file to say it with.
  if (document.getElementById("live-paused")) import("./elements/live-line.js").then(({ tell }) => tell(detail.isPaused));
});
document.addEventListener("submit", ({ target }) => { if (target.matches("[data-sign-out]")) forgetKeys(); });
if (document.querySelector("meta[name=visitor]")) forgetKeys();
