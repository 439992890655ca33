/** Says one sentence at the foot of the page, for a while, also to screen readers. */

const SHOWN = 7_000;

/**
 * @param {string} text
 * @param {"plain" | "error"} [kind]
 */
export function say(text, kind = "plain") {
  const toast = document.createElement("p");
  toast.className = kind === "error" ? "toast toast--error" : "toast";
  toast.textContent = text;
  shelf().replaceChildren(toast);
  setTimeout(() => toast.remove(), SHOWN);
}

function shelf() {
  const known = document.querySelector(".toasts");
  if (known) return known;
  const made = document.createElement("div");
  made.className = "toasts";
  made.setAttribute("role", "status");
  made.setAttribute("aria-live", "polite");
  document.body.append(made);
  return made;
}
