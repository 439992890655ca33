/** Says one sentence at the foot of the page, for a while, also to screen readers. */

const SHOWN = 7_000;
const OFFERED = 20_000;

/**
 * @param {string} text
 * @param {"plain" | "error"} [kind]
 */
export function say(text, kind = "plain") {
  const toast = made(text, kind);
  shelf().replaceChildren(toast);
  setTimeout(() => toast.remove(), SHOWN);
}

/**
 * Says a sentence with one thing that can be done about it. It goes by itself, but not under a hand or a focus.
 * @param {string} text
 * @param {string} label
 * @param {() => void} act
 */
export function offer(text, label, act) {
  const toast = made(text, "plain");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.addEventListener("click", () => { toast.remove(); act(); });
  toast.append(button);
  shelf().replaceChildren(toast);
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, SHOWN);
    else toast.remove();
  };
  setTimeout(leave, OFFERED);
}

function made(text, kind) {
  const toast = document.createElement("p");
  toast.className = kind === "error" ? "toast toast--error" : "toast";
  toast.textContent = text;
  return toast;
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
